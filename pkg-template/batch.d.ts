import type { Signal } from "./platform.js";

/** How long work is done in a page that must stay alive. */
export interface Pace {
  /** items at once, 1 to 100000, default 4096 */
  chunkSize?: number;
  /** called after each chunk */
  onProgress?: (progress: { done: number; total: number }) => void;
  /** ends the work between two chunks; the promise is rejected with its reason */
  signal?: Signal;
}

/** {@link computeChecksums} for columns of any length, chunk by chunk. Leave the columns as they are meanwhile. */
export function computeChecksumsInChunks(
  ids: Uint8Array,
  keys: Uint8Array,
  options: { keyLength: 16 | 32 } & Pace,
): Promise<Uint8Array>;

/** {@link deriveContentKeys} for a column of any length, chunk by chunk. Leave seed and column as they are meanwhile. */
export function deriveContentKeysInChunks(seed: Uint8Array, ids: Uint8Array, options?: Pace): Promise<Uint8Array>;
