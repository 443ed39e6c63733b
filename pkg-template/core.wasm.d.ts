import type { WasmSource } from "./index.js";

/** What the bundler at hand makes of a `.wasm` import; pass it to `init()`. */
declare const wasm: WasmSource;
export default wasm;
