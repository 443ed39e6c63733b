/** Node, Deno and Bun: core.wasm is read from beside this file, and the module is ready on import. */

import { readFileSync } from "node:fs";
import { useSignatures } from "../runtime.js";
import { nodeSignatures } from "../signatures-node.js";
import { instance } from "./engine.js";

export * from "./verifier.js";

useSignatures(nodeSignatures);

const readCore = () => readFileSync(new URL("./core.wasm", import.meta.url));

try {
  instance.start(readCore());
} catch (error) {
  // A bundler has moved this file away from core.wasm. Imports still succeed; the first call says what to do.
  instance.advise(
    `core.wasm could not be read (${error.code ?? error.message}), as happens in bundled servers. ` +
      "Mark keywicket as external, or pass the bytes of keywicket/edge/core.wasm to init()",
  );
}

export function init(source) {
  return instance.startAsync(() => source ?? readCore());
}
