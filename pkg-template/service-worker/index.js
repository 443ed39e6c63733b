/** A key service in the browser: a Service Worker that answers what the pages of its scope ask below one address. */

import { init } from "../browser.js";
import { serveWith } from "./serve.js";

export { IndexedDbStore } from "../service/indexeddb-store.js";

export function serveKeys(options) {
  serveWith(options, init, () => new URL("../core.wasm", import.meta.url));
}
