/** Columns of keys: the same as one by one, in chunks that let a page live. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, it } from "node:test";
import { checksumOf, derivedKey, installed, rejection } from "./lib/keys.mjs";

const COUNT = 5000;
const IDS = randomBytes(16 * COUNT);
const SEED = randomBytes(30);

let keywicket;
before(async () => {
  ({ keywicket } = await installed("keys-batch"));
});

const column = (width, item) => Buffer.concat(Array.from({ length: COUNT }, (_, index) => item(index, width)));
const idAt = (index) => IDS.subarray(index * 16, index * 16 + 16);

for (const keyLength of [16, 32]) {
  describe(`checksums of keys of ${keyLength} bytes`, () => {
    const keys = randomBytes(keyLength * COUNT);
    const expected = column(8, (index) => checksumOf(idAt(index), keys.subarray(index * keyLength, (index + 1) * keyLength)));

    it("are those of node:crypto, at once and in chunks", async () => {
      assert.ok(Buffer.from(keywicket.computeChecksums(IDS, keys, { keyLength })).equals(expected));
      for (const chunkSize of [undefined, 1000, 1777, 100_000]) {
        const sums = await keywicket.computeChecksumsInChunks(IDS, keys, { keyLength, chunkSize });
        assert.ok(Buffer.from(sums).equals(expected), `chunks of ${chunkSize}`);
      }
    });
  });
}

describe("derived keys", () => {
  it("are those of SHA-256 by node:crypto, at once and in chunks", async () => {
    const expected = column(16, (index) => derivedKey(SEED, idAt(index)));
    assert.ok(Buffer.from(keywicket.deriveContentKeys(SEED, IDS)).equals(expected));
    for (const chunkSize of [undefined, 999]) {
      const keys = await keywicket.deriveContentKeysInChunks(SEED, IDS, { chunkSize });
      assert.ok(Buffer.from(keys).equals(expected), `chunks of ${chunkSize}`);
    }
  });
});

describe("long work", () => {
  const derive = (options) => keywicket.deriveContentKeysInChunks(SEED, IDS, options);

  it("tells how far it is", async () => {
    const seen = [];
    await derive({ chunkSize: 2000, onProgress: (step) => seen.push(step) });
    assert.deepEqual(
      seen,
      [2000, 4000, 5000].map((done) => ({ done, total: COUNT })),
    );
  });

  it("lets timers have their turn between chunks", async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1));
    await derive({ chunkSize: 50 });
    clearInterval(timer);
    assert.ok(turns >= 5, `${turns} turns in 100 chunks`);
  });

  it("ends where it is when aborted, with the signal's reason", async () => {
    const abort = new AbortController();
    let last;
    const onProgress = ({ done }) => {
      last = done;
      if (done === 1000) abort.abort("enough");
    };
    assert.equal(await rejection(derive({ chunkSize: 500, signal: abort.signal, onProgress })), "enough");
    assert.equal(last, 1000);
    assert.equal(await rejection(derive({ signal: AbortSignal.abort("early") })), "early");
  });

  it("may have nothing to do", async () => {
    assert.equal((await keywicket.deriveContentKeysInChunks(SEED, new Uint8Array())).length, 0);
    const none = await keywicket.computeChecksumsInChunks(new Uint8Array(), new Uint8Array(), { keyLength: 16 });
    assert.equal(none.length, 0);
  });

  it("takes more than one call may carry", async () => {
    // 1.5 million ids: 24 MB, and 48 MB of keys.
    const count = 1_500_000;
    const ids = new Uint8Array(16 * count);
    const keys = new Uint8Array(32 * count);
    ids.set(randomBytes(16), 16 * (count - 1));
    keys.set(randomBytes(32), 32 * (count - 1));
    assert.throws(() => keywicket.computeChecksums(ids, keys, { keyLength: 32 }), { code: "argument.too_long" });
    const sums = await keywicket.computeChecksumsInChunks(ids, keys, { keyLength: 32, chunkSize: 50_000 });
    const last = checksumOf(Buffer.from(ids.subarray(-16)), Buffer.from(keys.subarray(-32)));
    assert.ok(Buffer.from(sums.subarray(-8)).equals(last));
  });

  it("refuses columns that do not fit together, by code and path", async () => {
    const sums = (...given) => keywicket.computeChecksumsInChunks(...given);
    const cases = [
      ["argument.out_of_range", "ids", () => sums(IDS.subarray(1), IDS, { keyLength: 16 })],
      ["argument.out_of_range", "keys", () => sums(IDS, IDS.subarray(16), { keyLength: 16 })],
      ["argument.out_of_range", "keys", () => sums(IDS, IDS.subarray(1), { keyLength: 16 })],
      ["argument.out_of_range", "options.keyLength", () => sums(IDS, IDS, { keyLength: 24 })],
      ["argument.out_of_range", "options.keyLength", () => sums(IDS, IDS)],
      ["argument.wrong_type", "keys", () => sums(IDS, "text", { keyLength: 16 })],
      ["argument.out_of_range", "options.chunkSize", () => sums(IDS, IDS, { keyLength: 16, chunkSize: 0 })],
      ["argument.out_of_range", "options.chunkSize", () => derive({ chunkSize: "9" })],
      ["argument.unknown_member", "options.chunk", () => derive({ chunk: 9 })],
      ["key.seed_too_short", "seed", () => keywicket.deriveContentKeysInChunks(SEED.subarray(1), IDS)],
      ["argument.wrong_type", "ids", () => keywicket.deriveContentKeysInChunks(SEED, [1, 2])],
    ];
    for (const [code, path, begin] of cases) {
      const error = await rejection(begin());
      assert.deepEqual([error.name, error.code, error.path], ["KeywicketError", code, path], error.message);
    }
  });
});
