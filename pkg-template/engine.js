/** The one instance of the whole module. */

import * as glue from "./glue.js";
import { Instance } from "./instance.js";

export const instance = new Instance(glue);

/**
 * Runs `use` with the exports of the core; see {@link Instance.call}.
 *
 * @template T
 * @param {(core: typeof glue) => T} use
 * @returns {T}
 */
export function call(use) {
  return instance.call(use);
}

/** Goes up each time the instance is replaced; handles made under another number are dead. */
export const generation = () => instance.generation;
