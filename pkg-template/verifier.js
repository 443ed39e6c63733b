/** The one object with state: a policy parsed once. */

import { withNow } from "./clock.js";
import { call, generation } from "./engine.js";
import { KeywicketError } from "./error.js";
import { Snapshot } from "./snapshot.js";

/** @type {(gate: TokenVerifier, token: unknown, key: unknown, options: unknown) => object} */
export let deliverThrough;

export class TokenVerifier {
  /** What this verifier was made from, copied: a new handle can be made from it at any time. */
  #source;
  #handle;
  /** The generation of the instance in which the handle lives. */
  #generation;

  constructor(policy, options) {
    this.#source = new Snapshot([policy, options]);
    try {
      this.#use(() => undefined);
    } catch (error) {
      this.#source.wipe();
      throw error;
    }
  }

  check(token, request) {
    const timed = withNow(request);
    return this.#use((handle) => handle.check(token, timed));
  }

  explain(token, request) {
    const timed = withNow(request);
    return this.#use((handle) => handle.explain(token, timed));
  }

  dispose() {
    if (this.#source === undefined) return;
    this.#source.wipe();
    this.#source = undefined;
    call(() => {
      // A handle of an earlier instance died with it.
      if (this.#generation === generation()) this.#handle.free();
    });
  }

  #use(operation) {
    if (this.#source === undefined) {
      throw new KeywicketError(
        "argument.out_of_range",
        "This TokenVerifier has been disposed of and its keys are gone. Make a new one from the policy.",
        { path: "gate" },
      );
    }
    const [policy, options] = this.#source.value;
    return call((core) => {
      if (this.#generation !== generation()) {
        this.#handle = new core.TokenVerifier(policy, options);
        this.#generation = generation();
      }
      return operation(this.#handle);
    });
  }

  static {
    // Not every supported browser has the symbol; a polyfill that comes later takes the registered one.
    const disposal = Symbol.dispose ?? Symbol.for("Symbol.dispose");
    Object.defineProperty(this.prototype, disposal, {
      value: this.prototype.dispose,
      configurable: true,
      writable: true,
    });

    deliverThrough = (gate, token, key, options) => {
      if (typeof gate !== "object" || gate === null || !(#source in gate)) {
        throw new KeywicketError(
          "argument.wrong_type",
          "`gate` must be a TokenVerifier, as made by `new TokenVerifier(policy)`.",
          {
            path: "gate",
          },
        );
      }
      const timed = withNow(options);
      return gate.#use((handle) => handle.deliver(token, key, timed));
    };
  }
}
