/** Checks of the arguments that never reach the core, worded as the core words its own. */

import { KeywicketError } from "./error.js";

/**
 * The members of an options object, each read once. Unknown ones are refused: a misspelt option must not silently mean
 * the default.
 */
export function readOptions(options, known, path = "options") {
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null || Array.isArray(options) || ArrayBuffer.isView(options)) {
    throw wrongType(path, "an object");
  }
  const copy = { ...options };
  for (const name of Object.keys(copy)) {
    if (known.includes(name)) continue;
    throw unknownMember(`${path}.${name}`, known);
  }
  if (copy.onProgress !== undefined && typeof copy.onProgress !== "function") {
    throw wrongType("options.onProgress", "a function");
  }
  if (copy.signal !== undefined && typeof copy.signal?.addEventListener !== "function") {
    throw wrongType("options.signal", "an AbortSignal");
  }
  return copy;
}

export function refusal(code, path, message) {
  return new KeywicketError(`argument.${code}`, `${message} (at ${path})`, { path });
}

export function wrongType(path, expected) {
  return refusal("wrong_type", path, `expected ${expected}`);
}

export function outOfRange(path, message) {
  return refusal("out_of_range", path, message);
}

export function unknownMember(path, known) {
  return refusal("unknown_member", path, `nothing reads this member: expected ${known.join(", ")}`);
}

/** What is no value of a type: not there, or of another, which is named. */
export function missingOrWrong(value, path, expected) {
  if (value === undefined) return refusal("missing", path, "this is missing");
  return wrongType(path, `${expected}, got ${value === null ? "null" : typeof value}`);
}

/** The same bytes as an honest view of them: what has the prototype of one, or a length of its own, need not be one. */
export function bytesOf(value, path, expected = "a Uint8Array") {
  if (!ArrayBuffer.isView(value) || !(value instanceof Uint8Array)) throw wrongType(path, expected);
  // Bytes whose buffer was transferred away have no length, and cannot be read either.
  return value.byteLength === 0 ? new Uint8Array() : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** A column of items of one length each, laid end to end. */
export function columnOf(value, width, path) {
  const bytes = bytesOf(value, path);
  if (bytes.length % width !== 0) throw outOfRange(path, `expected ${width} bytes for each, got ${bytes.length}`);
  const count = bytes.length / width;
  return { count, part: (from, to) => bytes.subarray(from * width, to * width) };
}

/** A count of things, at least one. */
export function countOf(value, path) {
  if (Number.isInteger(value) && value >= 1 && value <= 100_000) return value;
  throw outOfRange(path, "expected a whole number from 1 to 100000");
}
