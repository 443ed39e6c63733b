/**
 * The module, kept where the worker finds it without a network. A worker fetches its own when it is installed, and keeps it
 * under this name when it is activated: until then the worker before it may start with the one that fits it. Caches are the
 * origin's: each scope has its own.
 */

const current = () => `keywicket-module ${self.registration.scope}`;
const next = () => `keywicket-module-next ${self.registration.scope}`;

/** For the install: always a fresh one, which must start. @param {(source: Response) => Promise<void>} init */
export async function fetchModule(init, address) {
  await fetchInto(next(), init, address);
}

/** For the activation: the fresh one takes the place of the old one. */
export async function adoptModule() {
  const fetched = await caches.open(next());
  const [request] = await fetched.keys();
  if (request === undefined) return;
  const fresh = await fetched.match(request);
  await caches.delete(current());
  await (await caches.open(current())).put(request, fresh);
  await caches.delete(next());
}

/** For each start: the one that was kept; one that is gone or does not fit is fetched. */
export async function keptModule(init, address) {
  const kept = await (await caches.open(current())).match(address);
  if (kept !== undefined) {
    try {
      return await init(kept);
    } catch {
      await caches.delete(current());
    }
  }
  return fetchInto(current(), init, address);
}

async function fetchInto(name, init, address) {
  const fresh = await fetch(address, { cache: "no-cache" });
  const copy = fresh.clone();
  await init(fresh);
  await (await caches.open(name)).put(address, copy);
}
