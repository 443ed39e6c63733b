/**
 * Browsers behind a development server: such servers move JavaScript files away from the assets beside them, so the
 * bytes are inside. `init()` stays asynchronous, so that forgetting it fails here too and not only in production.
 */

import { decodeBase64 } from "./base64.js";
import wasm from "./core.wasm.base64.js";
import { instance } from "./engine.js";

export * from "./api.js";

export function init(source) {
  return instance.startAsync(() => source ?? decodeBase64(wasm));
}
