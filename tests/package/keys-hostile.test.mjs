/** The functions with a promise or a stream, given every kind of value in every place. */

import assert from "node:assert/strict";
import { constants, createPublicKey, publicEncrypt } from "node:crypto";
import { before, describe, it } from "node:test";
import { OWN, places, values } from "./in-runtime/hostile.mjs";
import { counting, KEY_ID } from "./in-runtime/inputs.mjs";
import { collected, fixture, installed } from "./lib/keys.mjs";

const certificate = fixture("rsa-2048.cert.pem").toString();
const privatePem = fixture("rsa-2048.key.pem").toString();
const padding = constants.RSA_PKCS1_OAEP_PADDING;
const wrapped = publicEncrypt({ key: createPublicKey(certificate), padding, oaepHash: "sha1" }, counting(16));
const entity = {
  Id: KEY_ID,
  ContentKeyType: 4,
  EncryptedContentKey: wrapped.toString("base64"),
  Checksum: "YXXn5SwesfA=",
};

let keywicket;
let privateKey;
before(async () => {
  ({ keywicket } = await installed("keys-hostile"));
  privateKey = await keywicket.importPrivateKey(privatePem);
});

/** A signal and a callback that do nothing. */
const idle = () => ({ onProgress: () => undefined, signal: new AbortController().signal });

const functions = {
  computeChecksumsInChunks: (k) => [
    k.computeChecksumsInChunks,
    [counting(32), counting(32), { keyLength: 16, chunkSize: 1, ...idle() }],
  ],
  deriveContentKeysInChunks: (k) => [k.deriveContentKeysInChunks, [counting(30), counting(32), { ...idle() }]],
  importPrivateKey: (k) => [k.importPrivateKey, [privatePem, { hash: "SHA-1" }]],
  "importPrivateKey of a PFX": (k) => [k.importPrivateKey, [{ pfx: fixture("pfx/aes256.pfx"), password: "x" }]],
  unwrapContentKey: (k) => [k.unwrapContentKey, [entity, privateKey, { acceptChecksums: ["php_sdk"] }]],
  rebindContentKey: (k) => [k.rebindContentKey, [entity, privateKey, certificate, { hash: "SHA-1", allowClearKey: false }]],
  "the stream of encryptEnvelope": (k) => [
    (source, options) => collected(k.encryptEnvelope(source, options)),
    [[counting(5), counting(6)], { key: counting(16), iv: counting(16), ...idle() }],
  ],
  "the stream of StorageFiles": (k) => [
    (key, source, options) => collected(new k.StorageFiles(key).encrypt(source, options).stream),
    [counting(32), [counting(5)], { iv: "1", ...idle() }],
  ],
};

describe("whatever it is given, it answers or refuses by code:", () => {
  for (const [name, prepare] of Object.entries(functions)) {
    it(name, async () => {
      const [call, good] = prepare(keywicket);
      await call(...good).catch((error) => assert.match(String(error.code), /^pfx\./));
      const faults = [];
      for (const [where, place] of places(good)) {
        for (const [what, value] of Object.entries(values)) {
          const fault = await attempt(call, place(value()));
          if (fault) faults.push(`${where} = ${what}: ${fault}`);
        }
      }
      assert.deepEqual(faults, []);
    });
  }
});

async function attempt(call, given) {
  const start = performance.now();
  try {
    await call(...given);
  } catch (error) {
    if (error?.message === OWN) return undefined;
    if (!(error instanceof keywicket.KeywicketError)) return `threw ${error?.name}: ${error?.message}`;
    if (error.code === "internal") return `trapped: ${error.cause?.message}`;
    if (error.message.length < 10) return `said only "${error.message}"`;
  }
  const seconds = (performance.now() - start) / 1000;
  return seconds > 5 ? `took ${seconds} s` : undefined;
}
