/** File encryption as streams: every kind of source, progress, back-pressure, abort, reuse, traps. */

import assert from "node:assert/strict";
import { createCipheriv, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { before, describe, it } from "node:test";
import { trap } from "./in-runtime/checks.mjs";
import { collected, installed, randomPieces, rejection, storageCipher } from "./lib/keys.mjs";

const MIB = 1 << 20;
const KEY = randomBytes(32);
const IV = "1234567890123456789";

let keywicket;
let engine;
before(async () => {
  ({ keywicket, engine } = await installed("keys-streams"));
});

const storage = () => new keywicket.StorageFiles(KEY);
const encrypted = (clear, iv = IV) => storageCipher(KEY, iv).update(clear);
const envelopeOptions = { key: KEY.subarray(0, 16), iv: Buffer.alloc(16, 3) };

/** An endless source that counts what is taken from it, and whether it was let go. */
function endless(length = 1000) {
  const state = { taken: 0, cancelled: undefined };
  state.stream = new ReadableStream(
    {
      pull(controller) {
        state.taken += 1;
        controller.enqueue(new Uint8Array(length));
      },
      cancel(reason) {
        state.cancelled = reason;
      },
    },
    { highWaterMark: 0 },
  );
  return state;
}

const turns = async (count) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setTimeout(resolve));
};

describe("sources", () => {
  const clear = randomBytes(10_000);
  async function* later() {
    for (const piece of randomPieces(clear)) {
      await undefined;
      yield piece;
    }
  }
  const sources = {
    "a ReadableStream": () => ReadableStream.from(later()),
    "a byte stream": () => new Response(clear).body,
    "a Blob": () => new Blob([clear]),
    "a File": () => new File([clear], "film.mp4"),
    bytes: () => clear,
    "a list": () => [clear.subarray(0, 17), clear.subarray(17)],
    "a generator": () => randomPieces(clear),
    "an asynchronous generator": () => later(),
    "a stream of Node": () => Readable.from(later()),
  };
  for (const [name, source] of Object.entries(sources)) {
    it(`may be ${name}`, async () => {
      const files = storage();
      const { iv, stream } = files.encrypt(source(), { iv: IV });
      assert.equal(iv, IV);
      assert.ok((await collected(stream)).equals(encrypted(clear)));
      assert.ok((await collected(files.decrypt(new Blob([encrypted(clear)]), { iv }))).equals(clear));
      files.dispose();
    });
  }

  it("may be empty", async () => {
    assert.equal((await collected(storage().encrypt([]).stream)).length, 0);
    assert.equal((await collected(storage().encrypt(new Blob([])).stream)).length, 0);
    assert.equal((await collected(keywicket.encryptEnvelope([], envelopeOptions))).length, 16);
    const { code } = await rejection(collected(keywicket.decryptEnvelope([], envelopeOptions)));
    assert.equal(code, "file.decrypt_failed");
  });

  it("may be piped and answered with", async () => {
    const { stream } = storage().encrypt(new Blob([clear]), { iv: IV });
    assert.ok(Buffer.from(await new Response(stream).arrayBuffer()).equals(encrypted(clear)));
  });

  for (const [name, source] of Object.entries({ text: "text", number: 7, nothing: undefined, object: {}, null: null })) {
    it(`may not be ${name}`, () =>
      assert.throws(() => storage().encrypt(source), { code: "argument.wrong_type", path: "source" }));
  }

  it("may not hold anything but bytes", async () => {
    for (const chunk of ["text", [1, 2], new ArrayBuffer(4), null, new Uint16Array(2)]) {
      const { code, path } = await rejection(collected(storage().encrypt([chunk]).stream));
      assert.deepEqual([code, path], ["argument.wrong_type", "source"]);
    }
  });

  it("may not be read by somebody else", () => {
    const { stream } = endless();
    stream.getReader();
    assert.throws(() => storage().encrypt(stream), { code: "argument.out_of_range", path: "source" });
  });

  it("hand their own errors on", async () => {
    const mine = new Error("mine");
    const source = new ReadableStream({ pull: (controller) => controller.error(mine) });
    assert.equal(await rejection(collected(storage().encrypt(source).stream)), mine);
  });
});

describe("initialization vectors", () => {
  it("are never the same twice", async () => {
    const files = storage();
    const { iv } = files.encrypt([]);
    assert.throws(() => files.encrypt([], { iv }), { code: "file.iv_reused", path: "iv" });
    files.encrypt([], { iv: "7" });
    assert.throws(() => files.encrypt([], { iv: "007" }), { code: "file.iv_reused", path: "iv" });
    // Another object, and reading, are other things.
    storage().encrypt([], { iv });
    assert.equal((await collected(files.decrypt([], { iv }))).length, 0);
  });

  it("are remembered when the instance is replaced", () => {
    const files = storage();
    const { iv } = files.encrypt([]);
    files.encrypt([], { iv: "42" });
    assert.throws(() => trap(engine), { code: "internal" });
    for (const again of [iv, "42", "042"]) {
      assert.throws(() => files.encrypt([], { iv: again }), { code: "file.iv_reused", path: "iv" });
    }
    // Refused again by what the new instance remembers.
    assert.throws(() => files.encrypt([], { iv: "42" }), { code: "file.iv_reused", path: "iv" });
    assert.equal(files.encrypt([], { iv: "43" }).iv, "43");
  });

  for (const iv of ["", "-1", "+1", " 1", "1.5", "0x10", "18446744073709551616", "abc", "9".repeat(30)]) {
    it(`"${iv}" is none`, () => {
      assert.throws(() => storage().encrypt([], { iv }), ({ code }) => /^(file.bad_iv|argument.too_long)$/.test(code));
    });
  }

  it("may be the greatest there is", async () => {
    const iv = "18446744073709551615";
    assert.ok((await collected(storage().encrypt([KEY], { iv }).stream)).equals(encrypted(KEY, iv)));
  });
});

describe("arguments", () => {
  it("are refused by code and path", () => {
    const cases = [
      ["file.wrong_key_length", "key", () => new keywicket.StorageFiles(new Uint8Array(16))],
      ["argument.wrong_type", "key", () => new keywicket.StorageFiles("0".repeat(32))],
      ["argument.unknown_member", "options.vi", () => storage().encrypt([], { vi: "1" })],
      ["argument.wrong_type", "options", () => storage().encrypt([], "1")],
      ["argument.wrong_type", "options.onProgress", () => storage().encrypt([], { onProgress: 1 })],
      ["argument.wrong_type", "options.signal", () => storage().encrypt([], { signal: {} })],
      ["argument.missing", "iv", () => storage().decrypt([])],
      ["argument.out_of_range", "offset", () => storage().decrypt([], { iv: "1", offset: -1 })],
      ["file.wrong_key_length", "key", () => keywicket.encryptEnvelope([], { ...envelopeOptions, key: KEY })],
      ["file.bad_iv", "iv", () => keywicket.decryptEnvelope([], { ...envelopeOptions, iv: KEY })],
    ];
    for (const [code, path, call] of cases) assert.throws(call, { name: "KeywicketError", code, path });
  });

  it("cannot be a key that is gone", async () => {
    const files = storage();
    const { iv, stream } = files.encrypt([KEY]);
    files.dispose();
    files[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
    assert.throws(() => files.encrypt([]), { code: "argument.out_of_range", path: "key" });
    assert.throws(() => files.decrypt([], { iv }), { code: "argument.out_of_range", path: "key" });
    assert.ok((await collected(stream)).equals(encrypted(KEY, iv)), "a stream ends with its object");
  });

  it("are the caller's again at once", async () => {
    const key = Buffer.from(KEY);
    const files = new keywicket.StorageFiles(key);
    key.fill(0);
    assert.ok((await collected(files.encrypt([KEY], { iv: IV }).stream)).equals(encrypted(KEY)));
  });
});

describe("progress", () => {
  it("goes up to the whole, which a Blob knows, in pieces of at most 1 MiB", async () => {
    const length = 3 * MIB + 5;
    const seen = [];
    const { stream } = storage().encrypt(new Blob([new Uint8Array(length)]), { onProgress: (step) => seen.push(step) });
    assert.equal((await collected(stream)).length, length);
    assert.deepEqual(seen.at(-1), { done: length, total: length });
    seen.reduce((before, { done, total }) => {
      assert.ok(done > before && done - before <= MIB && total === length);
      return done;
    }, 0);
  });

  it("has no whole where the source knows none", async () => {
    const seen = [];
    const options = { ...envelopeOptions, onProgress: (step) => seen.push(step) };
    await collected(keywicket.encryptEnvelope([new Uint8Array(5), new Uint8Array(7)], options));
    assert.deepEqual(seen, [{ done: 5 }, { done: 12 }]);
  });

  it("that throws fails the stream and lets go of the source", async () => {
    const mine = new Error("mine");
    const source = endless();
    const onProgress = () => {
      throw mine;
    };
    assert.equal(await rejection(collected(storage().encrypt(source.stream, { onProgress }).stream)), mine);
    assert.equal(source.cancelled, mine);
  });
});

describe("back-pressure", () => {
  it("reads nothing before it is asked, and then no more than it is asked for", async () => {
    const source = endless();
    const reader = storage().encrypt(source.stream).stream.getReader();
    await turns(5);
    assert.equal(source.taken, 0);
    for (let reads = 1; reads <= 20; reads += 1) {
      await reader.read();
      await turns(2);
      assert.equal(source.taken, reads);
    }
    await reader.cancel("enough");
    assert.equal(source.cancelled, "enough");
    assert.equal(source.taken, 20);
  });

  it("cuts a large chunk while it is asked for more, and takes no other meanwhile", async () => {
    const source = endless(3 * MIB);
    const reader = storage().encrypt(source.stream).stream.getReader();
    for (const taken of [1, 1, 1, 2]) {
      const { value } = await reader.read();
      assert.equal(value.length, MIB);
      assert.equal(source.taken, taken);
    }
    await reader.cancel();
  });
});

describe("abort", () => {
  it("fails with the signal's reason, and lets go of the source", async () => {
    const source = endless();
    const abort = new AbortController();
    const reader = storage().encrypt(source.stream, { signal: abort.signal }).stream.getReader();
    await reader.read();
    const reason = new Error("the user has left");
    abort.abort(reason);
    assert.equal(await rejection(reader.read()), reason);
    assert.equal(source.cancelled, reason);
  });

  it("works while the source is silent", async () => {
    const abort = new AbortController();
    const silent = new ReadableStream({});
    const reading = rejection(collected(storage().encrypt(silent, { signal: abort.signal }).stream));
    await turns(3);
    abort.abort();
    assert.equal((await reading).name, "AbortError");
  });

  it("works before the beginning and from the callback, and not after the end", async () => {
    const before = storage().encrypt([KEY], { signal: AbortSignal.abort("early") });
    assert.equal(await rejection(collected(before.stream)), "early");
    const abort = new AbortController();
    const onProgress = () => abort.abort("inside");
    const inside = storage().encrypt(endless().stream, { signal: abort.signal, onProgress });
    assert.equal(await rejection(collected(inside.stream)), "inside");
    const late = new AbortController();
    assert.equal((await collected(storage().encrypt([KEY], { signal: late.signal }).stream)).length, 32);
    late.abort();
  });

  it("leaves nothing behind in the instance", async () => {
    const handles = () => {
      let frees = 0;
      const { StorageCipher } = engine.call((core) => core);
      const { free } = StorageCipher.prototype;
      StorageCipher.prototype.free = function () {
        frees += 1;
        return free.call(this);
      };
      return { frees: () => frees, restore: () => (StorageCipher.prototype.free = free) };
    };
    const watch = handles();
    try {
      const abort = new AbortController();
      const { stream } = storage().encrypt(endless().stream, { signal: abort.signal });
      abort.abort("now");
      await rejection(collected(stream));
      assert.equal(watch.frees(), 1, "an aborted stream");
      await storage().encrypt(endless().stream).stream.cancel();
      assert.equal(watch.frees(), 2, "a cancelled stream");
      await collected(storage().encrypt([KEY]).stream);
      assert.equal(watch.frees(), 3, "a finished stream");
      await rejection(collected(storage().encrypt(["text"]).stream));
      assert.equal(watch.frees(), 4, "a failed stream");
      assert.throws(() => storage().encrypt("text"));
      assert.equal(watch.frees(), 5, "a refused source");
      assert.throws(() => storage().decrypt([], { iv: "1", offset: -1 }));
      assert.equal(watch.frees(), 6, "a refused offset");
    } finally {
      watch.restore();
    }
  });
});

describe("a trap while a file is under way", () => {
  for (const kind of ["storage", "envelope"]) {
    it(`fails the ${kind} stream with "internal", and the next one works`, async () => {
      const begin = (source) =>
        kind === "storage"
          ? storage().encrypt(source, { iv: IV }).stream
          : keywicket.encryptEnvelope(source, envelopeOptions);
      const source = endless();
      const reader = begin(source.stream).getReader();
      await reader.read();
      assert.throws(() => trap(engine), { code: "internal" });
      const error = await rejection(reader.read());
      assert.deepEqual([error.name, error.code], ["KeywicketError", "internal"]);
      assert.equal(source.cancelled, error);

      const cipher = createCipheriv("aes-128-cbc", envelopeOptions.key, envelopeOptions.iv);
      const expected = kind === "storage" ? encrypted(KEY) : Buffer.concat([cipher.update(KEY), cipher.final()]);
      assert.ok((await collected(begin([KEY]))).equals(expected));
    });
  }
});
