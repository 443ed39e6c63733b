/** The objects with state: a token restriction, and a whole policy, each parsed once. */

import { withNow } from "./clock.js";
import { disposable } from "./disposable.js";
import { KeywicketError } from "./error.js";
import { Rebuildable } from "./rebuildable.js";

/** @type {(gate: TokenVerifier, token: unknown, key: unknown, options: unknown) => object} */
export let deliverThrough;

export class TokenVerifier {
  #verifier;

  constructor(policy, options) {
    this.#verifier = new Rebuildable("TokenVerifier", [policy, options], (core, source) => new core.TokenVerifier(...source));
  }

  check(token, request) {
    const timed = withNow(request);
    return this.#verifier.use((handle) => handle.check(token, timed));
  }

  explain(token, request) {
    const timed = withNow(request);
    return this.#verifier.use((handle) => handle.explain(token, timed));
  }

  dispose() {
    this.#verifier.dispose();
  }

  static {
    disposable(this);

    deliverThrough = (gate, token, key, options) => {
      if (typeof gate !== "object" || gate === null || !(#verifier in gate)) {
        const message = "`gate` must be a TokenVerifier, as made by `new TokenVerifier(policy)`.";
        throw new KeywicketError("argument.wrong_type", message, { path: "gate" });
      }
      const timed = withNow(options);
      return gate.#verifier.use((handle) => handle.deliver(token, key, timed));
    };
  }
}

export class PolicyVerifier {
  #verifier;

  constructor(options, settings) {
    this.#verifier = new Rebuildable("PolicyVerifier", [options, settings], (core, source) => new core.PolicyVerifier(...source));
  }

  check(token, request) {
    const timed = withNow(request);
    return this.#verifier.use((handle) => handle.check(token ?? "", timed));
  }

  explain(token, request) {
    const timed = withNow(request);
    return this.#verifier.use((handle) => handle.explain(token ?? "", timed));
  }

  dispose() {
    this.#verifier.dispose();
  }

  static {
    disposable(this);
  }
}
