/** Bodies of what was fetched. */

import { bytesOf } from "./arguments.js";

/**
 * The bytes of a body as they come, so that one without an end, or with a lie about its length, stops at the limit.
 *
 * @param {ReadableStream<Uint8Array> | null | undefined} body
 * @param {number} maxBytes
 * @param {() => Error} tooLarge
 * @param {<T>(promise: Promise<T>) => Promise<T>} [race] puts a limit of time to each piece
 * @returns {Promise<Uint8Array>}
 */
export async function readBounded(body, maxBytes, tooLarge, race = (promise) => promise) {
  const reader = body?.getReader();
  const chunks = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = reader ? await race(reader.read()) : { done: true };
      if (done) return joined(chunks, length);
      const chunk = bytesOf(value, "options.fetch", "a body of chunks that are each a Uint8Array");
      length += chunk.length;
      if (length > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    // Not waited for: a body that stalls may stall at this too.
    reader.cancel().catch(() => undefined);
    throw error;
  }
}

function joined(chunks, length) {
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, end);
    end += chunk.length;
  }
  return bytes;
}
