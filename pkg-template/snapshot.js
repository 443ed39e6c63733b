/**
 * A copy of what a caller hands in, so that later changes to it change nothing here.
 *
 * Only what the core could accept is copied: plain objects, lists and bytes of sane size. Everything else is passed on
 * as it is, because the core refuses it and can name it better than a copy could.
 */
export class Snapshot {
  /** @readonly */
  value;
  /** Copied bytes, which may be keys. */
  #bytes = [];
  /** Copies by original: an object met twice is copied once, and a circle ends. */
  #copies = new Map();

  constructor(original) {
    this.value = this.#copy(original, 0);
    this.#copies.clear();
  }

  /** Overwrites the copied bytes. */
  wipe() {
    for (const bytes of this.#bytes) bytes.fill(0);
  }

  #copy(original, depth) {
    if (typeof original !== "object" || original === null || depth > DEEPEST) return original;
    if (this.#copies.has(original)) return this.#copies.get(original);
    if (ArrayBuffer.isView(original) || original instanceof ArrayBuffer) return this.#copyBytes(original);
    if (Array.isArray(original) && original.length > LONGEST_LIST) return original;

    const copy = Array.isArray(original) ? [] : {};
    this.#copies.set(original, copy);
    for (const name of Object.keys(original)) {
      const value = this.#copy(original[name], depth + 1);
      Object.defineProperty(copy, name, { value, enumerable: true, configurable: true, writable: true });
    }
    return copy;
  }

  #copyBytes(original) {
    if (!(original instanceof Uint8Array) || original.byteLength > MOST_BYTES) return original;
    // Bytes whose buffer was transferred away have no length, and cannot be read either.
    const copy = original.byteLength === 0 ? new Uint8Array() : new Uint8Array(original);
    this.#bytes.push(copy);
    this.#copies.set(original, copy);
    return copy;
  }
}

const DEEPEST = 8;
const LONGEST_LIST = 10_000;
const MOST_BYTES = 1 << 20;
