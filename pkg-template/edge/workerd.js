/** Cloudflare Workers: importing core.wasm gives a compiled module, and the package is ready on import. */

import wasm from "./core.wasm";
import { instance } from "./engine.js";

export * from "./verifier.js";

instance.start(wasm);

export async function init() {}
