/** The module, kept where the worker finds it without a network. */

const CACHE = "keywicket-module";

/**
 * Starts the module from the cache, or from the network the first time. A kept one that does not fit the code around it
 * is one of another version: then a fresh one takes its place.
 *
 * @param {(source: Response) => Promise<void>} init
 * @param {string} address
 */
export async function keptModule(init, address) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(address);
  if (kept !== undefined) {
    try {
      return await init(kept);
    } catch {
      await cache.delete(address);
    }
  }
  const fresh = await fetch(address, { cache: "no-cache" });
  const copy = fresh.clone();
  await init(fresh);
  await cache.put(address, copy);
  await Promise.all((await cache.keys()).filter(({ url }) => url !== address).map((other) => cache.delete(other)));
}
