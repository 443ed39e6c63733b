/** No file and no network: the bytes are inside, and the module is ready on import. */

import { decodeBase64 } from "./base64.js";
import wasm from "./core.wasm.base64.js";
import { start } from "./engine.js";

export * from "./api.js";

start(decodeBase64(wasm));

export async function init() {}
