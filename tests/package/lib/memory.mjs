/** Looking for traces of secrets in the linear memory of the instance. */

import { exportsOf } from "../in-runtime/checks.mjs";

/** So many bytes in a row do not occur by chance: 2^64 against some 2^21 places. */
const WINDOW = 8;

export const memoryOf = (engine) => new Uint8Array(engine.call((core) => exportsOf(core).memory.buffer));

/** Where any eight bytes in a row of a secret stand in memory, as text; empty where they do not. */
export function traces(engine, secret) {
  const memory = Buffer.from(memoryOf(engine).buffer);
  const found = [];
  for (let at = 0; at + WINDOW <= secret.length; at += 1) {
    const place = memory.indexOf(secret.subarray(at, at + WINDOW));
    if (place >= 0) found.push(`${at} at ${place}`);
  }
  return found.join(", ");
}
