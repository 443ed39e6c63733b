/** What stays in linear memory after each call with keys, and how much memory a large file takes. */

import assert from "node:assert/strict";
import { constants, createPublicKey, publicEncrypt, randomBytes } from "node:crypto";
import { before, describe, it } from "node:test";
import { exportsOf } from "./in-runtime/checks.mjs";
import { checksumOf, collected, derivedKey, dotNetBytes, fixture, guidOf, installed, rejection } from "./lib/keys.mjs";
import { memoryOf, traces } from "./lib/memory.mjs";
import { output } from "./lib/run.mjs";

const certificate = fixture("rsa-2048.cert.pem").toString();
const privatePem = fixture("rsa-2048.key.pem").toString();
const ID_BYTES = Buffer.from("339c45b5fb6d4bd9994ceabd9d41c95b", "hex");
const ID = guidOf(ID_BYTES);

let keywicket;
let engine;
let folder;
before(async () => {
  ({ keywicket, engine, folder } = await installed("keys-memory"));
});

/** Fails where any eight bytes of a secret are left, in the form they came in or as base64. */
function assertNoTrace(...secrets) {
  for (const secret of secrets) {
    const bytes = Buffer.from(secret);
    assert.equal(traces(engine, bytes), "");
    // Three ways to fall into base64's groups of three bytes; ends depend on their neighbours.
    for (const shift of [0, 1, 2]) {
      const text = Buffer.from(bytes.subarray(shift).toString("base64").slice(0, -4));
      assert.equal(traces(engine, text), "", "as base64");
    }
  }
}

describe("the search", () => {
  it("finds a marker that is there, wherever it begins", () => {
    const marker = randomBytes(32);
    assert.equal(traces(engine, marker), "");
    const at = engine.call((core) => exportsOf(core).__wbindgen_malloc(64, 1));
    for (const part of [marker, marker.subarray(9, 17)]) {
      memoryOf(engine).set(part, at + 3);
      assert.ok(traces(engine, marker).length > 0);
      assert.throws(() => assertNoTrace(marker));
      memoryOf(engine).fill(0, at, at + 64);
    }
    memoryOf(engine).set(Buffer.from(marker.toString("base64")), at);
    assert.throws(() => assertNoTrace(marker), /as base64/);
    memoryOf(engine).fill(0, at, at + 64);
    engine.call((core) => exportsOf(core).__wbindgen_free(at, 64, 1));
    assertNoTrace(marker);
  });

  it("finds what a text argument leaves behind, which is no secret", () => {
    const name = randomBytes(32).toString("hex");
    keywicket.wrapContentKey(keywicket.generateContentKey(), certificate, { name });
    assert.ok(traces(engine, Buffer.from(name)).length > 0);
  });

  it("finds the key of a cipher that is alive, and not after its end", async () => {
    const clear = randomBytes(64);
    const source = new ReadableStream({ pull: (controller) => controller.enqueue(clear) }, { highWaterMark: 0 });
    const files = new keywicket.StorageFiles(randomBytes(32));
    const marker = randomBytes(32);
    const other = new keywicket.StorageFiles(marker);
    assert.ok(traces(engine, marker).length > 0);
    const { stream } = other.encrypt(source);
    const reader = stream.getReader();
    await reader.read();
    other.dispose();
    await reader.cancel();
    files.dispose();
    assertNoTrace(marker, clear);
  });
});

describe("no key is left in memory by", () => {
  const key = randomBytes(32);
  const short = randomBytes(16);
  const seed = randomBytes(30);
  const storage = { id: ID, type: "StorageEncryption", key };
  const bad = (call) => assert.throws(call, { name: "KeywicketError" });
  const ids = () => Buffer.concat(Array.from({ length: 100 }, () => randomBytes(16)));
  const column = () => Buffer.concat(Array.from({ length: 100 }, (_, index) => (index === 50 ? key : randomBytes(32))));

  const calls = {
    generateContentKey: () => [keywicket.generateContentKey({ type: "StorageEncryption" }).key],
    generateKeySeed: () => [keywicket.generateKeySeed()],
    importContentKey: () => [keywicket.importContentKey(storage).key],
    "importContentKey, refused": () => bad(() => keywicket.importContentKey({ ...storage, type: "CommonEncryption" })),
    "importContentKey, refused for its id": () => bad(() => keywicket.importContentKey({ ...storage, id: "x" })),
    computeChecksum: () => void keywicket.computeChecksum(ID, key),
    "computeChecksum, refused": () => bad(() => keywicket.computeChecksum(ID, key.subarray(1))),
    "computeChecksum, refused for its id": () => bad(() => keywicket.computeChecksum("x", key)),
    diagnoseChecksum: () => void keywicket.diagnoseChecksum({ id: ID, key, checksum: "AAAAAAAAAAA=" }),
    "diagnoseChecksum of 16 bytes": () => {
      keywicket.diagnoseChecksum({ id: ID, key: short, checksum: "AAAAAAAAAAA=" });
      return [short];
    },
    "diagnoseChecksum, refused": () => bad(() => keywicket.diagnoseChecksum({ id: ID, key, checksum: "*" })),
    computeChecksums: () => void keywicket.computeChecksums(ids(), column(), { keyLength: 32 }),
    "computeChecksums, refused": () => bad(() => keywicket.computeChecksums(ids(), column(), { keyLength: 16 })),
    deriveContentKey: () => [seed, derivedKey(seed, ID_BYTES), keywicket.deriveContentKey(seed, ID)],
    "deriveContentKey, refused": () => {
      bad(() => keywicket.deriveContentKey(seed.subarray(1), ID));
      return [seed];
    },
    deriveContentKeys: () => {
      const derived = keywicket.deriveContentKeys(seed, ids());
      return [seed, derived.subarray(0, 16), derived.subarray(16 * 99)];
    },
    wrapContentKey: () => void keywicket.wrapContentKey(storage, certificate, { name: "n", trackIdentifiers: ["a"] }),
    "wrapContentKey by SHA-256": () => void keywicket.wrapContentKey(storage, certificate, { hash: "SHA-256" }),
    "wrapContentKey of a password": () => {
      const password = Buffer.from(randomBytes(60).toString("base64"));
      keywicket.wrapContentKey({ id: ID, type: "FairPlayPfxPassword", key: password }, certificate);
      return [password];
    },
    "wrapContentKey, refused for the certificate": () => bad(() => keywicket.wrapContentKey(storage, "AAAA")),
    "wrapContentKey, refused for the length": () => {
      const password = randomBytes(250);
      bad(() => keywicket.wrapContentKey({ id: ID, type: "FairPlayPfxPassword", key: password }, certificate));
      return [password];
    },
    encryptConfiguration: () => {
      const text = randomBytes(60).toString("base64");
      const iv = short;
      const encrypted = keywicket.encryptConfiguration({ key, iv, text });
      keywicket.decryptConfiguration({ key, iv, encrypted });
      bad(() => keywicket.decryptConfiguration({ key: randomBytes(32), iv, encrypted }));
      return [key, Buffer.from(text)];
    },
    "StorageFiles, disposed": async () => {
      const clear = randomBytes(100_000);
      const files = new keywicket.StorageFiles(key);
      const { iv, stream } = files.encrypt([clear]);
      const encrypted = await collected(stream);
      await collected(files.decrypt([encrypted], { iv }));
      assert.throws(() => files.encrypt([], { iv: "x" }));
      files.dispose();
      return [key, clear.subarray(0, 64), clear.subarray(50_000, 50_064), clear.subarray(-64)];
    },
    envelopes: async () => {
      const clear = randomBytes(100_000);
      const options = { key: short, iv: randomBytes(16) };
      const encrypted = await collected(keywicket.encryptEnvelope([clear], options));
      await collected(keywicket.decryptEnvelope([encrypted], options));
      await rejection(collected(keywicket.decryptEnvelope([encrypted.subarray(1)], options)));
      return [short, clear.subarray(0, 64), clear.subarray(-64)];
    },
    "unwrapContentKey and rebindContentKey": async () => {
      const privateKey = await keywicket.importPrivateKey(privatePem);
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      const wrapped = publicEncrypt({ key: createPublicKey(certificate), padding, oaepHash: "sha1" }, key);
      const Checksum = checksumOf(ID_BYTES, key).toString("base64");
      const entity = { Id: ID, ContentKeyType: 1, EncryptedContentKey: wrapped.toString("base64"), Checksum };
      await keywicket.unwrapContentKey(entity, privateKey);
      await rejection(keywicket.unwrapContentKey({ ...entity, Checksum: "AAAAAAAAAAA=" }, privateKey));
      await keywicket.rebindContentKey(entity, privateKey, certificate);
    },
  };

  for (const [name, call] of Object.entries(calls)) {
    it(name, async () => {
      const secrets = (await call()) ?? [key];
      assertNoTrace(...secrets);
      // What AES makes of a key before it works: its first words are the key itself, in one order or the other.
      assertNoTrace(...secrets.filter(({ length }) => length === 16).map((bytes) => dotNetBytes(Buffer.from(bytes))));
    });
  }
});

describe("a file of 64 MiB", () => {
  it("takes flat memory", async (test) => {
    const printed = await output(process.execPath, ["--expose-gc", "--input-type=module", "--eval", LARGE_FILE], {
      cwd: folder,
    });
    const { hash, expected, wasmBefore, wasmAfter, rssBefore, rssMost } = JSON.parse(printed);
    const mib = (bytes) => `${(bytes / (1 << 20)).toFixed(1)} MiB`;
    test.diagnostic(`linear memory ${mib(wasmBefore)} before, ${mib(wasmAfter)} after`);
    test.diagnostic(`the process ${mib(rssBefore)} before, ${mib(rssMost)} at most`);
    assert.equal(hash, expected, "the stream is what node:crypto makes of the same bytes");
    // A piece of 1 MiB, its copies, and what an allocator needs around them.
    assert.ok(wasmAfter - wasmBefore <= 8 << 20, `linear memory grew by ${mib(wasmAfter - wasmBefore)}`);
    assert.ok(rssMost - rssBefore <= 48 << 20, `the process grew by ${mib(rssMost - rssBefore)}`);
  });
});

/** Encrypts 64 MiB that are nowhere as a whole, in a process of its own. */
const LARGE_FILE = `
import { createCipheriv, createHash } from "node:crypto";
import { StorageFiles } from "keywicket";
import { call } from "./node_modules/keywicket/dist/engine.js";

const chunk = Buffer.alloc(1 << 18, 0x5a);
const count = 256;
const key = Buffer.alloc(32, 7);
function* source() { for (let index = 0; index < count; index += 1) yield chunk; }
const linear = () => call((core) => core.initSync().memory.buffer.byteLength);

const files = new StorageFiles(key);
for await (const _ of files.encrypt([chunk, chunk]).stream);
gc();
const wasmBefore = linear();
const rssBefore = process.memoryUsage.rss();
let rssMost = 0;
const { iv, stream } = files.encrypt(source(), { onProgress: ({ done }) => {
  if (done % (1 << 24) === 0) { gc(); rssMost = Math.max(rssMost, process.memoryUsage.rss()); }
} });
const hash = createHash("sha256");
for await (const piece of stream) hash.update(piece);
const wasmAfter = linear();

const counter = Buffer.alloc(16);
counter.writeBigUInt64BE(BigInt(iv));
const cipher = createCipheriv("aes-256-ctr", key, counter);
const reference = createHash("sha256");
for (const piece of source()) reference.update(cipher.update(piece));
console.log(JSON.stringify({ hash: hash.digest("hex"), expected: reference.digest("hex"), wasmBefore, wasmAfter, rssBefore, rssMost }));
`;
