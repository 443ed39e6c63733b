/** Browsers and bundlers: core.wasm is fetched from beside this file. */

import { instance } from "./engine.js";

export * from "./verifier.js";

export function init(source) {
  return instance.startAsync(() => source ?? new URL("./core.wasm", import.meta.url));
}
