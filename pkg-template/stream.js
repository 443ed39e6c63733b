/** A file through a cipher: chunks of any size in, a stream out, one piece of a chunk in memory at a time. */

import { bytesOf, wrongType } from "./arguments.js";
import { KeywicketError } from "./error.js";

/** What crosses into the core at once. Its memory grows to what one call needs and never shrinks. */
const PIECE = 1 << 20;

/**
 * @param {unknown} source
 * @param {{ update: (piece: Uint8Array) => Uint8Array, finish?: () => Uint8Array, free: () => void }} cipher freed here
 * @param {{ onProgress?: Function, signal?: AbortSignal }} options
 */
export function cipherStream(source, cipher, { onProgress, signal }) {
  try {
    return streamOf(new Chunks(source), cipher, onProgress, signal);
  } catch (error) {
    cipher.free();
    throw error;
  }
}

function streamOf(chunks, cipher, onProgress, signal) {
  const progress = chunks.total === undefined ? {} : { total: chunks.total };
  let ended = false;
  let done = 0;
  let controller;

  const end = () => {
    ended = true;
    signal?.removeEventListener("abort", abort);
    cipher.free();
  };
  const fail = (error) => {
    if (ended) return;
    end();
    controller.error(error);
    chunks.cancel(error);
  };
  const abort = () => fail(signal.reason);

  /** One piece that came out, unless the stream has ended meanwhile. */
  const advance = async () => {
    for (;;) {
      const piece = await chunks.next(PIECE);
      if (ended) return;
      if (piece === undefined) {
        const last = cipher.finish?.();
        end();
        if (last?.length > 0) controller.enqueue(last);
        controller.close();
        return;
      }
      const out = cipher.update(piece);
      done += piece.length;
      onProgress?.({ done, ...progress });
      // A callback may have aborted.
      if (ended) return;
      if (out.length > 0) {
        controller.enqueue(out);
        return;
      }
    }
  };

  return new ReadableStream(
    {
      start(given) {
        controller = given;
        if (signal?.aborted) abort();
        else signal?.addEventListener("abort", abort, { once: true });
      },
      pull: () => advance().catch(fail),
      cancel(reason) {
        if (ended) return undefined;
        end();
        return chunks.cancel(reason);
      },
    },
    // Nothing is read before somebody asks for it.
    { highWaterMark: 0 },
  );
}

/** The chunks of a source, in pieces. */
class Chunks {
  /** Length of the whole in bytes, where the source knows it. */
  total;
  #read;
  #cancel;
  #chunk = new Uint8Array();

  constructor(source) {
    if (source instanceof Uint8Array) {
      const bytes = bytesOf(source, "source");
      this.total = bytes.length;
      this.#fromIterator([bytes][Symbol.iterator]());
    } else if (typeof source?.stream === "function" && typeof source.size === "number") {
      this.total = source.size;
      this.#fromReader(source.stream().getReader());
    } else if (typeof source?.getReader === "function") {
      this.#fromReader(lockedReader(source));
    } else if (typeof source === "object" && typeof source?.[Symbol.asyncIterator] === "function") {
      this.#fromIterator(source[Symbol.asyncIterator]());
    } else if (typeof source === "object" && typeof source?.[Symbol.iterator] === "function") {
      this.#fromIterator(source[Symbol.iterator]());
    } else {
      throw wrongType("source", "a ReadableStream, a Blob or an iterable of Uint8Array");
    }
  }

  /** @returns {Promise<Uint8Array | undefined>} at most `most` bytes and at least one; undefined at the end */
  async next(most) {
    while (this.#chunk.length === 0) {
      const { done, value } = await this.#read();
      if (done) return undefined;
      this.#chunk = bytesOf(value, "source", "chunks that are each a Uint8Array");
    }
    const piece = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(piece.length);
    return piece;
  }

  /** Tells the source that no more is wanted. What it says to that changes nothing. */
  async cancel(reason) {
    this.#chunk = new Uint8Array();
    try {
      await this.#cancel(reason);
    } catch {
      // The stream has its error already.
    }
  }

  #fromReader(reader) {
    this.#read = () => reader.read();
    this.#cancel = (reason) => reader.cancel(reason);
  }

  #fromIterator(iterator) {
    this.#read = () => iterator.next();
    this.#cancel = () => iterator.return?.();
  }
}

function lockedReader(stream) {
  if (!stream.locked) return stream.getReader();
  throw new KeywicketError("argument.out_of_range", "the stream is read by somebody else already (at source)", {
    path: "source",
  });
}
