/**
 * A key service without a server: a Service Worker that answers the pages of its scope, over IndexedDB.
 *
 * ```js
 * // worker.js, registered with `navigator.serviceWorker.register("./worker.js", { type: "module" })`
 * import { serveKeys } from "keywicket/service-worker";
 * serveKeys({ base: "keywicket/", settings: async () => ({ adminPolicy, protectionKeys }) });
 * ```
 *
 * Everything that can run a script in this origin can ask the worker, and can use its private keys: the origin is the boundary,
 * not the worker. Where a page must not be able to unwrap keys, the service belongs on a server.
 */

import type { WasmSource } from "../index.js";
import type { KeyServiceOptions, KeyStore } from "../service/key-service.js";

export { IndexedDbStore } from "../service/key-service.js";
export type { KeyServiceOptions, KeyStore } from "../service/key-service.js";

/** How the service is set up, but for what the worker knows itself. */
export type WorkerSettings = Omit<KeyServiceOptions, "store"> & {
  /** by default an `IndexedDbStore`, whose database is called `keywicket`, a space, and the scope of the worker */
  store?: KeyStore;
};

export interface ServeKeysOptions {
  /** Asked once each time the browser starts the worker, at the first request, when the module is loaded. If it fails, requests are answered with 503 and the next one asks again. */
  settings: () => WorkerSettings | Promise<WorkerSettings>;
  /** Where the service answers, relative to the worker's scope: the API at `<base>api/`, delivery at `<base>?KID=`; `"keywicket/"` by default. */
  base?: string;
  /** where `core.wasm` comes from; by default from beside this package, and from then on from the cache, so that it works offline */
  wasm?: WasmSource;
}

/**
 * Makes the worker a key service. Call it while the worker's script runs, not later. What is outside `base` goes on to the
 * worker's other `fetch` listeners, or to the network.
 */
export function serveKeys(options: ServeKeysOptions): void;
