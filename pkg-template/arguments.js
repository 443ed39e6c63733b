/** Checks of the arguments that never reach the core, worded as the core words its own. */

import { KeywicketError } from "./error.js";

/**
 * The members of an options object, each read once. Unknown ones are refused: a misspelt option must not silently mean
 * the default.
 */
export function readOptions(options, known) {
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null || Array.isArray(options) || ArrayBuffer.isView(options)) {
    throw wrongType("options", "an object");
  }
  const copy = { ...options };
  for (const name of Object.keys(copy)) {
    if (known.includes(name)) continue;
    const message = `nothing reads this member: expected ${known.join(", ")} (at options.${name})`;
    throw new KeywicketError("argument.unknown_member", message, { path: `options.${name}` });
  }
  if (copy.onProgress !== undefined && typeof copy.onProgress !== "function") {
    throw wrongType("options.onProgress", "a function");
  }
  if (copy.signal !== undefined && typeof copy.signal?.addEventListener !== "function") {
    throw wrongType("options.signal", "an AbortSignal");
  }
  return copy;
}

export function wrongType(path, expected) {
  return new KeywicketError("argument.wrong_type", `expected ${expected} (at ${path})`, { path });
}

export function outOfRange(path, message) {
  return new KeywicketError("argument.out_of_range", `${message} (at ${path})`, { path });
}

/** A column of items of one length each, laid end to end. */
export function columnOf(bytes, length, path) {
  if (!(bytes instanceof Uint8Array)) throw wrongType(path, "a Uint8Array");
  if (bytes.length % length !== 0) throw outOfRange(path, `expected ${length} bytes for each, got ${bytes.length}`);
  return bytes.length / length;
}

/** A count of things, at least one. */
export function countOf(value, path) {
  if (Number.isInteger(value) && value >= 1 && value <= 100_000) return value;
  throw outOfRange(path, "expected a whole number from 1 to 100000");
}
