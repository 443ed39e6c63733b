/** An object of the core that can be made again from what it was made of: it outlives its instance. */

import { call, generation } from "./engine.js";
import { KeywicketError } from "./error.js";
import { Snapshot } from "./snapshot.js";

export class Rebuildable {
  #name;
  #build;
  /** What the object was made from, copied: a new one can be made from it at any time. */
  #source;
  #handle;
  /** The generation of the instance in which the handle lives. */
  #generation;

  /**
   * @param {string} name of the class that users see
   * @param {unknown[]} source the constructor's arguments
   * @param {(core: object, source: unknown[]) => { free: () => void }} build
   */
  constructor(name, source, build) {
    this.#name = name;
    this.#build = build;
    this.#source = new Snapshot(source);
    try {
      this.use(() => undefined);
    } catch (error) {
      this.#source.wipe();
      throw error;
    }
  }

  use(operation) {
    if (this.#source === undefined) {
      throw new KeywicketError(
        "argument.out_of_range",
        `This ${this.#name} has been disposed of and its keys are gone. Make a new one from the policy.`,
        { path: "gate" },
      );
    }
    const source = this.#source.value;
    return call((core) => {
      if (this.#generation !== generation()) {
        this.#handle = this.#build(core, source);
        this.#generation = generation();
      }
      return operation(this.#handle);
    });
  }

  /** Frees the object and wipes the copies; more than once does nothing. */
  dispose() {
    if (this.#source === undefined) return;
    this.#source.wipe();
    this.#source = undefined;
    call(() => {
      // A handle of an earlier instance died with it.
      if (this.#generation === generation()) this.#handle.free();
    });
  }
}
