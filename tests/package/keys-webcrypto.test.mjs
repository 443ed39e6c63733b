/** Private keys by WebCrypto: importing, unwrapping, rebinding, and what each refuses. */

import assert from "node:assert/strict";
import { constants, createPublicKey, generateKeyPairSync, privateDecrypt, publicEncrypt, randomBytes } from "node:crypto";
import { before, describe, it } from "node:test";
import { checksumOf, encryptBlock, fixture, guidOf, installed, rejection } from "./lib/keys.mjs";

const certificate = fixture("rsa-2048.cert.pem").toString();
const documented = fixture("documented-protection-certificate.txt").toString();
const privatePem = fixture("rsa-2048.key.pem").toString();
const pkcs8 = Buffer.from(privatePem.replace(/-----[A-Z ]+-----|\s/g, ""), "base64");
const ID = Buffer.from("339c45b5fb6d4bd9994ceabd9d41c95b", "hex");
const THUMBPRINT = "CB871303AE3E25E39C131E531483169C1FE66802";

let keywicket;
let privateKey;
before(async () => {
  ({ keywicket } = await installed("keys-webcrypto"));
  privateKey = await keywicket.importPrivateKey(privatePem);
});

const oaep = (key, oaepHash = "sha1") => ({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash });

/** An entity as another writer would make it. */
function entityOf(key, { type = 0, hash = "sha1", ...members } = {}) {
  return {
    Id: `nb:kid:UUID:${guidOf(ID)}`,
    Created: "2015-02-04T02:37:46.9510000Z",
    ContentKeyType: type,
    EncryptedContentKey: publicEncrypt(oaep(createPublicKey(certificate), hash), key).toString("base64"),
    Name: "Grüße",
    ProtectionKeyId: THUMBPRINT,
    ProtectionKeyType: 0,
    Checksum: type === 8 ? null : checksumOf(ID, key).toString("base64"),
    ...members,
  };
}

describe("a private key", () => {
  const forms = {
    "DER bytes": () => pkcs8,
    "PEM text": () => privatePem,
    "PEM bytes": () => Buffer.from(privatePem),
    "PEM among other text": () => `Bag Attributes\n  friendlyName: x\n${certificate}\n${privatePem}\n`,
    "PEM with Windows line ends": () => privatePem.replaceAll("\n", "\r\n"),
  };
  for (const [name, form] of Object.entries(forms)) {
    it(`may be ${name}, and cannot be read out`, async () => {
      const imported = await keywicket.importPrivateKey(form());
      assert.equal(imported.type, "private");
      assert.equal(imported.extractable, false);
      assert.deepEqual([...imported.usages].toSorted(), ["decrypt", "unwrapKey"]);
      assert.deepEqual([imported.algorithm.name, imported.algorithm.hash.name], ["RSA-OAEP", "SHA-1"]);
      assert.match((await rejection(crypto.subtle.exportKey("pkcs8", imported))).message, /extractable/);
      const key = randomBytes(16);
      assert.ok(Buffer.from((await keywicket.unwrapContentKey(entityOf(key), imported)).key).equals(key));
    });
  }

  it("of the caller is not touched", async () => {
    const mine = Buffer.from(pkcs8);
    await keywicket.importPrivateKey(mine);
    assert.ok(mine.equals(pkcs8));
  });

  it("that is none is refused, and quoted by nobody", async () => {
    const secret = pkcs8.toString("base64").slice(40, 80);
    const sec1 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const cases = [
      ["unwrap.bad_private_key", "", /BEGIN PRIVATE KEY/],
      ["unwrap.bad_private_key", certificate, /BEGIN PRIVATE KEY/],
      ["unwrap.bad_private_key", privatePem.replaceAll("PRIVATE", "RSA PRIVATE"), /RSA PRIVATE KEY.*openssl pkcs8/],
      ["unwrap.bad_private_key", privatePem.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"), /ENCRYPTED.*openssl pkcs8/],
      ["unwrap.bad_private_key", privatePem.replace(/\n\w/, "\n*"), /BEGIN PRIVATE KEY/],
      ["unwrap.bad_private_key", pkcs8.subarray(0, 600), /PKCS#8/],
      ["unwrap.bad_private_key", new Uint8Array(), /PKCS#8/],
      ["unwrap.bad_private_key", sec1.export({ type: "pkcs8", format: "pem" }), /PKCS#8/],
      ["argument.wrong_type", 7, /Uint8Array/],
      ["argument.wrong_type", null, /Uint8Array/],
      ["argument.wrong_type", {}, /pfx/],
      ["argument.wrong_type", new ArrayBuffer(8), /Uint8Array/],
    ];
    for (const [code, source, says] of cases) {
      const error = await rejection(keywicket.importPrivateKey(source));
      assert.deepEqual([error.name, error.code, error.path], ["KeywicketError", code, "privateKey"], error.message);
      assert.match(error.message, says);
      assert.ok(!`${error.message}${error.stack}${error.cause}`.includes(secret));
    }
    const badHash = await rejection(keywicket.importPrivateKey(privatePem, { hash: "MD5" }));
    assert.deepEqual([badHash.code, badHash.path], ["argument.out_of_range", "options.hash"]);
  });
});

describe("unwrapping", () => {
  it("answers with a content key in canonical form", async () => {
    const key = randomBytes(16);
    const unwrapped = await keywicket.unwrapContentKey(entityOf(key, { Id: guidOf(ID).toUpperCase(), type: "4" }), privateKey);
    assert.deepEqual(unwrapped, { id: `nb:kid:UUID:${guidOf(ID)}`, type: "EnvelopeEncryption", key: new Uint8Array(key) });
  });

  it("fails in one way, whatever is wrong", async () => {
    const key = randomBytes(16);
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
    const good = entityOf(key).EncryptedContentKey;
    const damaged = Buffer.from(good, "base64");
    damaged[100] ^= 1;
    const wrapped = {
      "another key's": publicEncrypt(oaep(other), key).toString("base64"),
      "another hash's": entityOf(key, { hash: "sha256" }).EncryptedContentKey,
      damaged: damaged.toString("base64"),
      short: good.slice(0, 340),
      empty: "",
      "a wrong length for its type": entityOf(randomBytes(32)).EncryptedContentKey,
      "no bytes at all": entityOf(key, { EncryptedContentKey: publicEncrypt(oaep(createPublicKey(certificate)), "").toString("base64") })
        .EncryptedContentKey,
    };
    const told = new Set();
    for (const [what, EncryptedContentKey] of Object.entries(wrapped)) {
      const entity = { ...entityOf(key), EncryptedContentKey };
      const error = await rejection(keywicket.unwrapContentKey(entity, privateKey));
      assert.equal(error.code, "unwrap.failed", what);
      told.add(JSON.stringify([error.message, error.path, error.cause, Object.keys(error)]));
    }
    assert.equal(told.size, 1);
  });

  it("compares the checksum, and says which mistake made it", async () => {
    const key = randomBytes(16);
    const wrong = {
      big_endian_guid: encryptBlock(key, ID),
      java_sdk: encryptBlock(key, Buffer.from(guidOf(ID)).subarray(0, 16)),
      php_sdk: encryptBlock(Buffer.concat([key, Buffer.alloc(16)]), Buffer.from(`nb:kid:UUID:${guidOf(ID)}`).subarray(0, 16)),
      unknown: randomBytes(16),
    };
    for (const [verdict, block] of Object.entries(wrong)) {
      const entity = entityOf(key, { Checksum: block.subarray(0, 8).toString("base64") });
      const error = await rejection(keywicket.unwrapContentKey(entity, privateKey));
      assert.deepEqual([error.code, error.path, error.cause.verdict], ["unwrap.checksum_mismatch", "entity.Checksum", verdict]);
      assert.match(error.message, new RegExp(verdict));
      assert.ok(!error.message.includes(key.toString("base64")));
      const accepted = await keywicket.unwrapContentKey(entity, privateKey, { acceptChecksums: [verdict] });
      assert.ok(Buffer.from(accepted.key).equals(key));
    }
    for (const Checksum of [undefined, null, ""]) {
      await keywicket.unwrapContentKey(entityOf(key, { Checksum }), privateKey);
    }
  });

  it("needs an entity and a private key", async () => {
    const good = entityOf(randomBytes(16));
    const generated = await crypto.subtle.generateKey(
      { name: "RSA-OAEP", modulusLength: 2048, publicExponent: Buffer.of(1, 0, 1), hash: "SHA-1" },
      false,
      ["unwrapKey", "wrapKey"],
    );
    const cases = [
      ["argument.wrong_type", "entity", null, privateKey],
      ["argument.wrong_type", "entity", "{}", privateKey],
      ["argument.missing", "id", {}, privateKey],
      ["id.not_a_guid", "id", { ...good, Id: "x" }, privateKey],
      ["key.unknown_type", "entity.ContentKeyType", { ...good, ContentKeyType: 5 }, privateKey],
      ["key.unknown_type", "entity.ContentKeyType", { ...good, ContentKeyType: "CommonEncryption" }, privateKey],
      ["key.unknown_type", "entity.ContentKeyType", { ...good, ContentKeyType: 99 }, privateKey],
      ["key.unknown_type", "entity.ContentKeyType", { ...good, ContentKeyType: undefined }, privateKey],
      ["argument.wrong_type", "entity.EncryptedContentKey", { ...good, EncryptedContentKey: undefined }, privateKey],
      ["base64.invalid", "entity.EncryptedContentKey", { ...good, EncryptedContentKey: "*" }, privateKey],
      ["argument.wrong_type", "privateKey", good, undefined],
      ["argument.wrong_type", "privateKey", good, privatePem],
      ["argument.wrong_type", "privateKey", good, generated.publicKey],
      ["argument.out_of_range", "privateKey", good, generated.privateKey],
    ];
    for (const [code, path, entity, key] of cases) {
      const error = await rejection(keywicket.unwrapContentKey(entity, key));
      assert.deepEqual([error.name, error.code, error.path], ["KeywicketError", code, path], error.message);
    }
  });
});

describe("rebinding", () => {
  // A certificate of the other party, whose private key openssl has.
  const theirCertificate = fixture("recipient.cert.pem").toString();
  const theirKey = fixture("recipient.key.pem").toString();
  const theirThumbprint = "AA265335704443E951D38B879496465AE999B365";

  for (const [hash, name] of Object.entries({ sha1: "SHA-1", sha256: "SHA-256" })) {
    it(`wraps to another certificate by ${name}, for keys of any length but none`, async () => {
      for (const length of [1, 8, 16, 24, 32, 100, 190]) {
        const key = randomBytes(length);
        const entity = entityOf(key, { type: 8, hash: "sha1", Checksum: "kept as it is" });
        const { EncryptedContentKey, ...rest } = await keywicket.rebindContentKey(entity, privateKey, theirCertificate, {
          hash: name,
        });
        const { EncryptedContentKey: _, ...before } = entity;
        assert.deepEqual(rest, { ...before, ProtectionKeyId: theirThumbprint, ProtectionKeyType: 0 });
        const wrapped = Buffer.from(EncryptedContentKey, "base64");
        assert.ok(privateDecrypt(oaep(theirKey, hash), wrapped).equals(key), `${length} bytes`);
      }
    });
  }

  it("keeps members in their order, and the entity as it was", async () => {
    const entity = entityOf(randomBytes(16));
    const before = JSON.stringify(entity);
    const rebound = await keywicket.rebindContentKey(entity, privateKey, documented);
    assert.deepEqual(Object.keys(rebound), Object.keys(entity));
    assert.equal(rebound.ProtectionKeyId, "7D9BB04D9D0A4A24800CADBFEF232689E048F69C");
    assert.equal(JSON.stringify(entity), before);
  });

  it("asks WebCrypto for nothing that shows the key", async () => {
    const called = [];
    const subtle = globalThis.crypto.subtle;
    const spy = new Proxy(subtle, {
      get: (target, name) => (typeof target[name] === "function" ? (called.push(name), target[name].bind(target)) : target[name]),
    });
    Object.defineProperty(globalThis.crypto, "subtle", { value: spy, configurable: true });
    try {
      await keywicket.rebindContentKey(entityOf(randomBytes(16)), privateKey, theirCertificate);
    } finally {
      delete globalThis.crypto.subtle;
    }
    assert.deepEqual(called, ["importKey", "unwrapKey", "wrapKey"]);
  });

  it("to nobody is refused, unless the clear key is what is wanted", async () => {
    const key = randomBytes(16);
    for (const nothing of ["", new Uint8Array()]) {
      const error = await rejection(keywicket.rebindContentKey(entityOf(key), privateKey, nothing));
      assert.deepEqual([error.code, error.path], ["rebind.empty_certificate", "certificate"]);
      for (const allowClearKey of [false, undefined]) {
        const again = await rejection(keywicket.rebindContentKey(entityOf(key), privateKey, nothing, { allowClearKey }));
        assert.equal(again.code, "rebind.empty_certificate");
      }
    }
    const clear = await keywicket.rebindContentKey(entityOf(key), privateKey, "", { allowClearKey: true });
    assert.equal(clear, key.toString("base64"));
  });

  it("refuses what it cannot do, by code and path", async () => {
    const good = entityOf(randomBytes(16));
    const damaged = { ...good, EncryptedContentKey: randomBytes(256).toString("base64") };
    const none = { ...good, EncryptedContentKey: publicEncrypt(oaep(createPublicKey(certificate)), "").toString("base64") };
    const long = entityOf(randomBytes(200), { type: 8 });
    const cases = [
      ["unwrap.failed", undefined, [damaged, privateKey, theirCertificate]],
      ["unwrap.failed", undefined, [none, privateKey, theirCertificate]],
      ["unwrap.failed", undefined, [damaged, privateKey, "", { allowClearKey: true }]],
      ["wrap.failed", undefined, [long, privateKey, theirCertificate, { hash: "SHA-256" }]],
      ["certificate.not_a_certificate", "certificate", [good, privateKey, "AAAA"]],
      ["certificate.not_rsa", "certificate", [good, privateKey, fixture("ec-p256.cert.pem")]],
      ["argument.wrong_type", "certificate", [good, privateKey]],
      ["argument.wrong_type", "certificate", [good, privateKey, null]],
      ["argument.out_of_range", "options.hash", [good, privateKey, theirCertificate, { hash: "SHA-512" }]],
      ["argument.unknown_member", "options.allowClearkey", [good, privateKey, "", { allowClearkey: true }]],
      ["argument.wrong_type", "privateKey", [good, "", theirCertificate]],
    ];
    for (const [code, path, given] of cases) {
      const error = await rejection(keywicket.rebindContentKey(...given));
      assert.deepEqual([error.name, error.code, error.path], ["KeywicketError", code, path], error.message);
    }
  });
});

describe("a page without WebCrypto", () => {
  it("is told why", async () => {
    Object.defineProperty(globalThis.crypto, "subtle", { value: undefined, configurable: true });
    try {
      const error = await rejection(keywicket.importPrivateKey(privatePem));
      assert.deepEqual([error.name, error.code], ["KeywicketError", "webcrypto.unavailable"]);
      assert.match(error.message, /https|localhost/);
    } finally {
      delete globalThis.crypto.subtle;
    }
  });
});
