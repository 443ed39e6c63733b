/** An object of the core that can be made again from what it was made of: it outlives its instance. */

import { KeywicketError } from "./error.js";

export class Rebuildable {
  #instance;
  #name;
  #build;
  /** What the object was made from: a new one can be made from it at any time. */
  #source;
  #wipe;
  #handle;
  /** The generation of the instance in which the handle lives. */
  #generation;

  /**
   * @template S
   * @param {import("./instance.js").Instance} instance
   * @param {string} name of the class that users see
   * @param {S} source nobody else holds it
   * @param {(core: object, source: S) => { free: () => void }} build
   * @param {(source: S) => void} wipe
   */
  constructor(instance, name, source, build, wipe) {
    this.#instance = instance;
    this.#name = name;
    this.#build = build;
    this.#source = source;
    this.#wipe = wipe;
    try {
      this.use(() => undefined);
    } catch (error) {
      wipe(source);
      throw error;
    }
  }

  /** Runs an operation that may move keys through the stack. */
  use(operation) {
    this.#mustLive();
    return this.#instance.call((core) => operation(this.#living(core), core));
  }

  /**
   * Runs an operation that wipes the stack itself. Its arguments are handed on: a function that need not remember them need
   * not be made anew.
   */
  quickUse(operation, first, second, third) {
    this.#mustLive();
    return this.#instance.quickCall(this.#inHandle, operation, first, second, third);
  }

  #inHandle = (core, operation, first, second, third) => operation(this.#living(core), core, first, second, third);

  #mustLive() {
    if (this.#source !== undefined) return;
    throw new KeywicketError(
      "argument.out_of_range",
      `This ${this.#name} has been disposed of and its keys are gone. Make a new one from the policy.`,
      { path: "gate" },
    );
  }

  #living(core) {
    if (this.#generation !== this.#instance.generation) {
      this.#handle = this.#build(core, this.#source);
      this.#generation = this.#instance.generation;
    }
    return this.#handle;
  }

  /** Frees the object and wipes what it was made from; more than once does nothing. */
  dispose() {
    if (this.#source === undefined) return;
    this.#wipe(this.#source);
    this.#source = undefined;
    this.#instance.call(() => {
      // A handle of an earlier instance died with it.
      if (this.#generation === this.#instance.generation) this.#handle.free();
    });
  }
}
