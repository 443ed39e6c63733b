// The page's own files, kept so that it opens without a network: by the page once it is loaded, for the worker to give back.
import { BASE } from "./address.js";

export const PAGE_CACHE = "keywicket-console";

/** In the page: keeps what it was loaded from. */
export async function keepPage() {
  const service = new URL(BASE, document.baseURI).href;
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const own = [location.href.replace(/#.*/, ""), ...loaded]
    .filter((url) => url.startsWith(location.origin) && !url.startsWith(service));
  const cache = await caches.open(PAGE_CACHE);
  const wanted = new Set(own);
  await Promise.all((await cache.keys()).filter(({ url }) => !wanted.has(url)).map((old) => cache.delete(old)));
  await cache.addAll([...wanted]);
}

/** In the worker: the network first, so that a new page is seen at once; what was kept where there is none. */
export function serveKeptPage() {
  self.addEventListener("fetch", (event) => {
    const isOwn = new URL(event.request.url).origin === self.location.origin;
    if (event.request.method === "GET" && isOwn) event.respondWith(fetched(event.request));
  });
}

async function fetched(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(PAGE_CACHE)).match(request, { ignoreVary: true });
    if (kept === undefined) throw error;
    return kept;
  }
}
