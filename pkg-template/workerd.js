/**
 * Cloudflare Workers: importing core.wasm gives a compiled module, and the package is ready on import. Nothing here
 * draws randomness or reads the clock: at global scope the first throws and the second is zero.
 */

import wasm from "./core.wasm";
import { instance } from "./engine.js";

export * from "./api.js";

instance.start(wasm);

export async function init() {}
