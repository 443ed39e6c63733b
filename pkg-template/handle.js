/** An object of the core that cannot be made again, because it has moved on since: it dies with its instance. */

import { call, generation } from "./engine.js";
import { KeywicketError } from "./error.js";

export class Handle {
  #object;
  #generation;

  /** @param {(core: object) => object} make */
  constructor(make) {
    this.#object = call(make);
    this.#generation = generation();
  }

  /**
   * @template T
   * @param {(object: object) => T} operation
   * @returns {T}
   */
  use(operation) {
    let alive;
    const result = call(() => {
      alive = this.#isAlive();
      return alive ? operation(this.#object) : undefined;
    });
    if (alive) return result;
    throw new KeywicketError(
      "internal",
      "Keywicket had to start afresh while this file was under way, and its place in the file is lost. Begin again.",
    );
  }

  /** Frees the object; more than once does nothing. */
  free() {
    if (this.#isAlive()) call(() => this.#object.free());
    this.#object = undefined;
  }

  #isAlive() {
    return this.#object !== undefined && this.#generation === generation();
  }
}
