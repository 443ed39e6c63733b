/**
 * Cloudflare Workers: importing core.wasm gives a compiled module, and the package is ready on import. Nothing here
 * draws randomness or reads the clock: at global scope the first throws and the second is zero.
 */

import wasm from "./core.wasm";
import { start } from "./engine.js";

export * from "./api.js";

start(wasm);

export async function init() {}
