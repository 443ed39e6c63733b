/** The same behind a development server: see `browser-dev.js`. */

import { init } from "../browser-dev.js";
import { serveWith } from "./serve.js";

export { IndexedDbStore } from "../service/indexeddb-store.js";

export function serveKeys(options) {
  serveWith(options, init);
}
