/** The verifier over a compiled policy: all that an edge needs. */

import { disposable } from "../disposable.js";
import { KeywicketError } from "../error.js";
import { Gate } from "../gate.js";
import { signatures } from "../runtime.js";
import { instance } from "./engine.js";

export { KeywicketError };

export class TokenVerifier {
  #gate;
  #hasPublicKeys;

  constructor(compiled) {
    if (!(compiled instanceof Uint8Array) || !ArrayBuffer.isView(compiled)) {
      const message = "expected the bytes that compilePolicy() of `keywicket` returned (at policy)";
      throw new KeywicketError("argument.wrong_type", message, { path: "policy" });
    }
    this.#gate = new Gate(instance, compiled.slice(), signatures());
    this.#hasPublicKeys = this.#gate.hasPublicKeys();
  }

  check(token, request) {
    if (this.#hasPublicKeys) {
      const message = "This policy has public keys, whose arithmetic is not in this module: `await checkAsync(…)`.";
      throw new KeywicketError("verification_key.unsupported_here", message);
    }
    return this.#gate.check(token, request);
  }

  checkAsync(token, request) {
    return this.#gate.checkAsync(token, request);
  }

  dispose() {
    this.#gate.dispose();
  }

  static {
    disposable(this);
  }
}
