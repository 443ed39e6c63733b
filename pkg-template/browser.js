/** Browsers and bundlers: core.wasm is fetched from beside this file. */

import { startAsync } from "./engine.js";

export * from "./api.js";

export function init(source) {
  return startAsync(() => source ?? new URL("./core.wasm", import.meta.url));
}
