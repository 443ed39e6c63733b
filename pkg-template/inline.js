/** No file and no network: the bytes are inside, and the module is ready on import. */

import { decodeBase64 } from "./base64.js";
import wasm from "./core.wasm.base64.js";
import { instance } from "./engine.js";

export * from "./api.js";

instance.start(decodeBase64(wasm));

export async function init() {}
