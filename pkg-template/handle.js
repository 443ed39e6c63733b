/** An object of the core that cannot be made again, because it has moved on since: it dies with its instance. */

import { call, generation } from "./engine.js";
import { KeywicketError } from "./error.js";

export class Handle {
  #object;
  #generation = generation();

  /** @param {{ free: () => void }} object as just got out of the core */
  constructor(object) {
    this.#object = object;
  }

  get isAlive() {
    return this.#object !== undefined && this.#generation === generation();
  }

  /**
   * @template T
   * @param {(object: object) => T} operation
   * @returns {T}
   */
  use(operation) {
    if (this.#object !== undefined) {
      const result = call(() => (this.isAlive ? { value: operation(this.#object) } : undefined));
      if (result) return result.value;
    }
    throw new KeywicketError(
      "internal",
      "Keywicket had to start afresh while this was under way, and its state is lost. Begin again.",
    );
  }

  /** Frees the object; more than once does nothing. */
  free() {
    const object = this.#object;
    const isAlive = this.isAlive;
    this.#object = undefined;
    // An object of an earlier instance died with it.
    if (isAlive) call(() => object.free());
  }
}
