/** What a Service Worker does to be a key service. */

import { readOptions, wrongType } from "../arguments.js";
import { IndexedDbStore } from "../service/indexeddb-store.js";
import { KeyService } from "../service/key-service.js";
import { adoptModule, fetchModule, keptModule } from "./kept-module.js";

const OPTIONS = ["settings", "base", "wasm"];

/**
 * Listens for the pages of the worker's scope. Everything is made at the first request and again after the browser has
 * stopped the worker: what lasts is in the store.
 */
export function serveWith(options, init, besideUs) {
  const { settings, base = "keywicket/", wasm } = readOptions(options, OPTIONS);
  if (typeof settings !== "function") throw wrongType("options.settings", "a function that gives the service's options");
  const root = new URL(base, self.registration.scope);
  if (root.origin !== self.location.origin || !root.pathname.endsWith("/")) {
    throw wrongType("options.base", "an address inside the worker's scope that ends with a slash");
  }

  const module = wasm === undefined && besideUs !== undefined ? String(besideUs()) : undefined;
  const load = () => (module === undefined ? init(wasm) : keptModule(init, module));
  let service;
  const serving = () => {
    service ??= make(load, settings, root).catch((error) => {
      // The next request tries again.
      service = undefined;
      throw error;
    });
    return service;
  };

  // A worker keeps nothing that its successor must wait for.
  self.addEventListener("install", (event) => {
    event.waitUntil(Promise.all([module === undefined ? init(wasm) : fetchModule(init, module), self.skipWaiting()]));
  });
  self.addEventListener("activate", (event) => event.waitUntil(Promise.all([adoptModule(), self.clients.claim()])));
  // A page that was reloaded past the worker asks to be served again.
  self.addEventListener("message", (event) => {
    if (event.data === "keywicket:claim") event.waitUntil(self.clients.claim());
  });
  self.addEventListener("fetch", (event) => {
    const path = pathBelow(root, event.request.url);
    if (path !== undefined) event.respondWith(answer(event, root, path, serving));
  });
}

async function make(load, settings, root) {
  // First the module: settings may use the package.
  await load();
  const options = await settings();
  // Databases are the origin's: each scope has its own.
  const store = options.store ?? (await IndexedDbStore.open(`keywicket ${self.registration.scope}`));
  return new KeyService({ root: new URL("api/", root).href, deliveryRoot: root.href, ...options, store });
}

/** What comes after the address of the service; undefined for what is not below it. */
function pathBelow(root, url) {
  return url.startsWith(root.href) ? url.slice(root.href.length) : undefined;
}

async function answer(event, root, path, serving) {
  try {
    return await served(event, root, path, await serving());
  } catch (error) {
    console.warn("The key service could not answer:", error);
    return notReady();
  }
}

async function served(event, root, path, service) {
  // Who manages may look at the audit log: what it still lacks goes in first.
  if (/^api\b/i.test(path)) await service.flush();
  const response = await service.fetch(await within(event.request, root, path), { waitUntil: (work) => event.waitUntil(work) });
  return outside(response, root);
}

/** The request as the service knows it, whose addresses begin at the root of a host. */
async function within(request, root, path) {
  const { method, headers } = request;
  const isBare = method === "GET" || method === "HEAD";
  // Not its stream, which some browsers do not give.
  const body = isBare ? undefined : await request.arrayBuffer();
  return new Request(`${root.origin}/${path}`, { method, headers, body: body?.byteLength > 0 ? body : undefined });
}

/** Where a new entity is, for those outside. */
function outside(response, root) {
  const location = response.headers.get("location");
  const inside = `${root.origin}/`;
  if (location?.startsWith(inside) && !location.startsWith(root.href)) {
    response.headers.set("location", root.href + location.slice(inside.length));
  }
  return response;
}

const notReady = () =>
  Response.json(
    { Error: { Message: "The service in this browser could not answer; the console of its worker says why.", Code: "service.not_ready" } },
    { status: 503, headers: { "cache-control": "no-store", "retry-after": "1" } },
  );
