/** Long columns of keys, a chunk at a time, so that a page stays alive meanwhile. */

import { columnOf, countOf, outOfRange, readOptions } from "./arguments.js";
import { call } from "./engine.js";

const CHUNK = 4096;

export async function computeChecksumsInChunks(ids, keys, options) {
  const { keyLength, ...pace } = readOptions(options, ["keyLength", "chunkSize", "onProgress", "signal"]);
  if (keyLength !== 16 && keyLength !== 32) throw outOfRange("options.keyLength", "the keys are 16 or 32 bytes each");
  const idColumn = columnOf(ids, 16, "ids");
  const keyColumn = columnOf(keys, keyLength, "keys");
  const { count } = idColumn;
  if (keyColumn.count !== count) throw outOfRange("keys", `expected a key for each of ${count} ids`);
  return inChunks(count, 8, pace, (core, from, to) =>
    core.computeChecksums(idColumn.part(from, to), keyColumn.part(from, to), { keyLength }),
  );
}

export async function deriveContentKeysInChunks(seed, ids, options) {
  const pace = readOptions(options, ["chunkSize", "onProgress", "signal"]);
  const { count, part } = columnOf(ids, 16, "ids");
  return inChunks(count, 16, pace, (core, from, to) => core.deriveContentKeys(seed, part(from, to)));
}

async function inChunks(count, width, { chunkSize = CHUNK, onProgress, signal }, compute) {
  const step = countOf(chunkSize, "options.chunkSize");
  const results = new Uint8Array(count * width);
  try {
    // Once at least, so that bad arguments are refused for an empty column as well.
    for (let from = 0; from === 0 || from < count; from += step) {
      if (from > 0) await otherWork();
      if (signal?.aborted) throw signal.reason;
      const to = Math.min(from + step, count);
      results.set(
        call((core) => compute(core, from, to)),
        from * width,
      );
      onProgress?.({ done: to, total: count });
    }
  } catch (error) {
    results.fill(0);
    throw error;
  }
  return results;
}

/** Lets events, timers and drawing have their turn. */
const otherWork = () => globalThis.scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve));
