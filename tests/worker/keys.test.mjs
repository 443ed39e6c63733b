/** Keys in plain workerd: what node:crypto wraps is unwrapped and rebound there, and files are encrypted as streams. */

import assert from "node:assert/strict";
import {
  constants,
  createHash,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import { after, before, describe, it } from "node:test";
import { checksumOf, derivedKey, fixture, guidOf, storageCipher } from "../package/lib/keys.mjs";
import { packageModules, serveWorker } from "../package/lib/workerd.mjs";

const STRICTEST_DATE = "2024-09-23";
const padding = constants.RSA_PKCS1_OAEP_PADDING;
const HASHES = { "SHA-1": "sha1", "SHA-256": "sha256" };

const certificate = fixture("rsa-2048.cert.pem").toString();
const privatePem = fixture("rsa-2048.key.pem").toString();
const theirCertificate = fixture("recipient.cert.pem").toString();
const theirPem = fixture("recipient.key.pem").toString();

const WORKER = `
import * as k from "keywicket";

const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const base64 = (given) => btoa(String.fromCharCode(...given));
const told = async (promise) => promise.then((value) => ({ value }), ({ name, code, path }) => ({ name, code, path }));

const actions = {
  async unwrap({ privatePem, hash, entities }) {
    const key = await k.importPrivateKey(privatePem, { hash });
    const unwrapped = await Promise.all(entities.map((entity) => k.unwrapContentKey(entity, key)));
    return { extractable: key.extractable, unwrapped: unwrapped.map(({ id, type, key }) => ({ id, type, key: base64(key) })) };
  },
  async rebind({ privatePem, hash, entities, certificate }) {
    const key = await k.importPrivateKey(privatePem, { hash });
    return Promise.all(entities.map((entity) => k.rebindContentKey(entity, key, certificate, { hash })));
  },
  async refusals({ privatePem, entity, certificate }) {
    const key = await k.importPrivateKey(privatePem);
    const damaged = { ...entity, EncryptedContentKey: base64(new Uint8Array(256).fill(1)) };
    return Promise.all([
      told(k.unwrapContentKey(damaged, key)),
      told(k.rebindContentKey(damaged, key, certificate)),
      told(k.unwrapContentKey({ ...entity, Checksum: "AAAAAAAAAAA=" }, key)),
      told(k.rebindContentKey(entity, key, "")),
      told(k.rebindContentKey(entity, key, "", { allowClearKey: true })),
      told(k.importPrivateKey("-----BEGIN RSA PRIVATE KEY-----")),
      told(k.importPrivateKey(new Uint8Array(100))),
    ]);
  },
  async pfx({ files }) {
    const answers = files.map(async ({ pfx, password, entity }) => {
      const key = await k.importPrivateKey({ pfx: bytes(pfx), password });
      return base64((await k.unwrapContentKey(entity, key)).key);
    });
    return [...(await Promise.all(answers)), await told(k.importPrivateKey({ pfx: bytes(files[0].pfx), password: "x" }))];
  },
  async batch({ seed, ids }) {
    const steps = [];
    const keys = await k.deriveContentKeysInChunks(bytes(seed), bytes(ids), { chunkSize: 30, onProgress: (step) => steps.push(step.done) });
    return { steps, keys: base64(keys) };
  },
};

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/encrypt") {
      const files = new k.StorageFiles(bytes(request.headers.get("x-key")));
      const { stream } = files.encrypt(request.body, { iv: searchParams.get("iv") });
      files.dispose();
      return new Response(stream);
    }
    if (pathname === "/envelope") {
      const options = { key: bytes(request.headers.get("x-key")), iv: new Uint8Array(16) };
      return new Response(k.decryptEnvelope(k.encryptEnvelope(request.body, options), options));
    }
    return Response.json(await actions[pathname.slice(1)](await request.json()));
  },
};
`;

let server;
before(async () => {
  const modules = await packageModules();
  server = await serveWorker({ texts: { "main.js": WORKER }, modules, compatibilityDate: STRICTEST_DATE });
});
after(() => server?.stop());

async function ask(action, question) {
  const response = await fetch(server.address + action, { method: "POST", body: JSON.stringify(question) });
  const text = await response.text();
  assert.equal(response.status, 200, text + server.log());
  return JSON.parse(text);
}

function entityOf(key, { type = 0, hash = "SHA-1", to = certificate } = {}) {
  const id = randomBytes(16);
  const wrapped = publicEncrypt({ key: createPublicKey(to), padding, oaepHash: HASHES[hash] }, key);
  return {
    Id: `nb:kid:UUID:${guidOf(id)}`,
    ContentKeyType: type,
    EncryptedContentKey: wrapped.toString("base64"),
    Checksum: type === 8 ? null : checksumOf(id, key).toString("base64"),
  };
}

describe("private keys in workerd", () => {
  for (const hash of Object.keys(HASHES)) {
    it(`unwrap what node:crypto wrapped by ${hash}, 100 times`, async () => {
      const keys = Array.from({ length: 100 }, (_, index) => randomBytes(index % 2 === 0 ? 16 : 32));
      const entities = keys.map((key) => entityOf(key, { type: key.length === 16 ? 4 : 1, hash }));
      const { extractable, unwrapped } = await ask("unwrap", { privatePem, hash, entities });
      assert.equal(extractable, false);
      assert.deepEqual(
        unwrapped,
        keys.map((key, index) => ({
          id: entities[index].Id,
          type: key.length === 16 ? "EnvelopeEncryption" : "StorageEncryption",
          key: key.toString("base64"),
        })),
      );
    });

    it(`rebind to another certificate by ${hash}, keys of any length`, async () => {
      const keys = [1, 5, 16, 24, 32, 64, 100, 150].map((length) => randomBytes(length));
      const entities = keys.map((key) => entityOf(key, { type: 8, hash }));
      const rebound = await ask("rebind", { privatePem, hash, entities, certificate: theirCertificate });
      rebound.forEach(({ Id, EncryptedContentKey }, index) => {
        assert.equal(Id, entities[index].Id);
        const wrapped = Buffer.from(EncryptedContentKey, "base64");
        assert.ok(privateDecrypt({ key: theirPem, padding, oaepHash: HASHES[hash] }, wrapped).equals(keys[index]));
      });
    });
  }

  it("refuse by the same codes as everywhere", async () => {
    const key = randomBytes(16);
    const answers = await ask("refusals", { privatePem, entity: entityOf(key), certificate: theirCertificate });
    assert.deepEqual(
      answers.map(({ code, value }) => code ?? value),
      [
        "unwrap.failed",
        "unwrap.failed",
        "unwrap.checksum_mismatch",
        "rebind.empty_certificate",
        key.toString("base64"),
        "unwrap.bad_private_key",
        "unwrap.bad_private_key",
      ],
    );
  });

  it("come out of PFX files", async () => {
    const names = ["legacy-rc2", "legacy-3des", "aes256", "aes128-sha512"];
    const keys = names.map(() => randomBytes(16));
    const files = names.map((name, index) => ({
      pfx: fixture(`pfx/${name}.pfx`).toString("base64"),
      password: "Pass-wörd-1",
      entity: entityOf(keys[index], { to: theirCertificate }),
    }));
    const answers = await ask("pfx", { files });
    assert.equal(answers.pop().code, "pfx.wrong_password_or_damaged");
    assert.deepEqual(
      answers,
      keys.map((key) => key.toString("base64")),
    );
  });
});

describe("long work in workerd", () => {
  it("derives keys in chunks", async () => {
    const seed = randomBytes(30);
    const ids = randomBytes(16 * 100);
    const { steps, keys } = await ask("batch", { seed: seed.toString("base64"), ids: ids.toString("base64") });
    assert.deepEqual(steps, [30, 60, 90, 100]);
    const expected = Array.from({ length: 100 }, (_, index) => derivedKey(seed, ids.subarray(index * 16, index * 16 + 16)));
    assert.equal(keys, Buffer.concat(expected).toString("base64"));
  });

  it("encrypts a request's body into the response's", async () => {
    const key = randomBytes(32);
    const iv = "9876543210";
    const clear = randomBytes(5 << 20);
    const headers = { "x-key": key.toString("base64") };
    const response = await fetch(`${server.address}encrypt?iv=${iv}`, { method: "POST", body: clear, headers });
    const encrypted = Buffer.from(await response.arrayBuffer());
    assert.ok(encrypted.equals(storageCipher(key, iv).update(clear)));
  });

  it("chains a stream into another", async () => {
    const key = randomBytes(16);
    const clear = randomBytes((1 << 20) + 7);
    const headers = { "x-key": key.toString("base64") };
    const response = await fetch(`${server.address}envelope`, { method: "POST", body: clear, headers });
    const sum = (bytes) => createHash("sha256").update(bytes).digest("hex");
    assert.equal(sum(Buffer.from(await response.arrayBuffer())), sum(clear));
  });
});
