/** Keys against node:crypto, in both directions, with random input. */

import assert from "node:assert/strict";
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  randomInt,
} from "node:crypto";
import { before, describe, it } from "node:test";
import {
  checksumOf,
  collected,
  derivedKey,
  dotNetBytes,
  encryptBlock,
  fixture,
  guidOf,
  installed,
  randomPieces,
  storageCipher,
} from "./lib/keys.mjs";

const certificate = fixture("rsa-2048.cert.pem").toString();
const privatePem = fixture("rsa-2048.key.pem").toString();
const publicKey = createPublicKey(certificate);
const privateKey = createPrivateKey(privatePem);
const OAEP = constants.RSA_PKCS1_OAEP_PADDING;
const HASHES = { "SHA-1": "sha1", "SHA-256": "sha256" };

let keywicket;
before(async () => {
  ({ keywicket } = await installed("keys-interop"));
});

const repeat = (times, run) => {
  for (let round = 0; round < times; round += 1) run(round);
};
const equal = (actual, expected, ...inputs) =>
  assert.ok(Buffer.from(actual).equals(Buffer.from(expected)), `differs for ${inputs.join(", ")}`);

describe("the checksum", () => {
  it("is AES-ECB by node:crypto, for 5,000 random keys and ids", () => {
    repeat(5000, (round) => {
      const id = randomBytes(16);
      const key = randomBytes(round % 2 === 0 ? 16 : 32);
      assert.equal(keywicket.computeChecksum(guidOf(id), key), checksumOf(id, key).toString("base64"));
    });
  });

  it("is diagnosed by mistake, for 500 random keys and ids", () => {
    repeat(500, (round) => {
      const bytes = randomBytes(16);
      const id = `nb:kid:UUID:${guidOf(bytes)}`;
      const key = randomBytes(round % 2 === 0 ? 16 : 32);
      const first = (block, by = key) => encryptBlock(by, block).subarray(0, 8);
      const padded = Buffer.concat([key, Buffer.alloc(32)]).subarray(0, 32);
      const made = {
        match: checksumOf(bytes, key),
        big_endian_guid: first(bytes),
        java_sdk: first(Buffer.from(guidOf(bytes)).subarray(0, 16)),
        entity_id_text: first(Buffer.from(id).subarray(0, 16)),
        reversed: Buffer.from(checksumOf(bytes, key)).reverse(),
        all_zero_id: first(Buffer.alloc(16)),
        unknown: randomBytes(8),
      };
      // With a key of 32 bytes the PHP SDK's mistake is the same as another one.
      if (key.length === 16) made.php_sdk = first(Buffer.from(id).subarray(0, 16), padded);
      for (const [expected, sum] of Object.entries(made)) {
        const { verdict, why } = keywicket.diagnoseChecksum({ id, key, checksum: sum.toString("base64") });
        const same = expected === "entity_id_text" && key.length === 32 ? "php_sdk" : expected;
        assert.equal(verdict, same);
        assert.match(why, /\w+ \w+/);
      }
    });
  });
});

describe("key seeds", () => {
  it("give the keys that SHA-256 by node:crypto gives, for 3,000 random seeds and ids", () => {
    repeat(3000, (round) => {
      const seed = randomBytes(30 + (round % 3));
      const id = randomBytes(16);
      equal(keywicket.deriveContentKey(seed, guidOf(id)), derivedKey(seed, id), seed.toString("hex"), guidOf(id));
    });
  });

  it("give the published key", () => {
    const seed = Buffer.from("XVBovsmzhP9gRIZxWfFta3VVRPzVEWmJsazEJ46I", "base64");
    const key = keywicket.deriveContentKey(seed, "339C45B5-FB6D-4BD9-994C-EABD9D41C95B");
    assert.equal(Buffer.from(key).toString("base64"), "pTfNwMplhBQG1SXnvyLXVA==");
  });

  it("are drawn anew", () => {
    const seeds = Array.from({ length: 20 }, () => Buffer.from(keywicket.generateKeySeed()).toString("hex"));
    assert.ok(seeds.every((seed) => seed.length === 60));
    assert.equal(new Set(seeds).size, seeds.length);
  });
});

describe("wrapping", () => {
  for (const [hash, oaepHash] of Object.entries(HASHES)) {
    it(`by RSA-OAEP with ${hash} opens in node:crypto, 400 times`, () => {
      repeat(400, (round) => {
        const type = ["CommonEncryption", "StorageEncryption", "FairPlayPfxPassword"][round % 3];
        // As much as OAEP carries under 2048 bits.
        const most = 256 - 2 * (hash === "SHA-1" ? 20 : 32) - 2;
        const key = randomBytes({ CommonEncryption: 16, StorageEncryption: 32 }[type] ?? randomInt(1, most + 1));
        const options = hash === "SHA-1" && round % 2 === 0 ? undefined : { hash };
        const entity = keywicket.wrapContentKey({ id: guidOf(randomBytes(16)), type, key }, certificate, options);
        const wrapped = Buffer.from(entity.EncryptedContentKey, "base64");
        equal(privateDecrypt({ key: privateKey, padding: OAEP, oaepHash }, wrapped), key, round);
      });
    });

    it(`by node:crypto with ${hash} is unwrapped, 1,000 times`, async () => {
      const imported = await keywicket.importPrivateKey(privatePem, { hash });
      for (let round = 0; round < 1000; round += 1) {
        const number = [0, 1, 4, 6, 7, 8][round % 6];
        const key = randomBytes(number === 1 ? 32 : number === 8 ? randomInt(1, 100) : 16);
        const id = randomBytes(16);
        const entity = {
          Id: `nb:kid:UUID:${guidOf(id)}`,
          ContentKeyType: round % 2 === 0 ? number : String(number),
          EncryptedContentKey: publicEncrypt({ key: publicKey, padding: OAEP, oaepHash }, key).toString("base64"),
          Checksum: number === 8 ? null : checksumOf(id, key).toString("base64"),
        };
        const unwrapped = await keywicket.unwrapContentKey(entity, imported);
        assert.equal(unwrapped.id, entity.Id);
        equal(unwrapped.key, key, round);
      }
    });
  }

  it("hands WebCrypto the public key that openssl reads from the certificate", () => {
    const { spki, thumbprint } = keywicket.certificatePublicKey(certificate);
    equal(spki, publicKey.export({ type: "spki", format: "der" }));
    assert.equal(thumbprint, "CB871303AE3E25E39C131E531483169C1FE66802");
  });
});

describe("storage encryption", () => {
  it("is aes-256-ctr of node:crypto, read at 2,000 random offsets", async () => {
    for (let file = 0; file < 20; file += 1) {
      const key = randomBytes(32);
      const clear = randomBytes(randomInt(1, 5000));
      const files = new keywicket.StorageFiles(key);
      const { iv, stream } = files.encrypt(randomPieces(clear, 700));
      assert.match(iv, /^\d{1,20}$/);
      const encrypted = await collected(stream);
      equal(encrypted, storageCipher(key, iv).update(clear), iv);
      for (let round = 0; round < 100; round += 1) {
        const offset = randomInt(0, clear.length);
        const end = randomInt(offset, clear.length + 1);
        const part = files.decrypt(randomPieces(encrypted.subarray(offset, end)), { iv, offset });
        equal(await collected(part), clear.subarray(offset, end), iv, offset, end);
      }
      files.dispose();
    }
  });

  it("reads far into a file, where the block number needs more than 32 bits", async () => {
    const files = new keywicket.StorageFiles(Buffer.alloc(32, 7));
    for (const offset of [2 ** 36 - 5, 2 ** 40 + 3, Number.MAX_SAFE_INTEGER - 100]) {
      const clear = randomBytes(100);
      const iv = "18446744073709551615";
      const encrypted = storageCipher(Buffer.alloc(32, 7), iv, offset).update(clear);
      equal(await collected(files.decrypt(encrypted, { iv, offset })), clear, offset);
    }
    files.dispose();
  });
});

describe("envelope encryption", () => {
  it("is aes-128-cbc of node:crypto, 1,000 times in random pieces, both ways", async () => {
    for (let round = 0; round < 1000; round += 1) {
      const options = { key: randomBytes(16), iv: randomBytes(16) };
      const clear = randomBytes(randomInt(0, 400));
      const encrypted = await collected(keywicket.encryptEnvelope(randomPieces(clear), options));
      const cipher = createCipheriv("aes-128-cbc", options.key, options.iv);
      const expected = Buffer.concat([cipher.update(clear), cipher.final()]);
      equal(encrypted, expected, clear.length);
      equal(await collected(keywicket.decryptEnvelope(randomPieces(expected), options)), clear, clear.length);
    }
  });
});

describe("configuration encryption", () => {
  it("is aes-256-cbc of node:crypto, 1,000 times, both ways", () => {
    repeat(1000, () => {
      const key = randomBytes(32);
      const iv = randomBytes(16);
      const text = `${randomBytes(randomInt(1, 300)).toString("base64")} Grüße \u{1f511}`;
      const encrypted = keywicket.encryptConfiguration({ key, iv, text });
      const decipher = createDecipheriv("aes-256-cbc", key, iv);
      assert.equal(decipher.update(encrypted, "base64", "utf8") + decipher.final("utf8"), text);
      const cipher = createCipheriv("aes-256-cbc", key, iv);
      const theirs = cipher.update(text, "utf8", "base64") + cipher.final("base64");
      assert.equal(keywicket.decryptConfiguration({ key, iv, encrypted: theirs }), text);
    });
  });
});

describe("ids", () => {
  it("are told apart by their prefix, in either case", () => {
    const prefixes = {
      ContentKey: "nb:kid:UUID:",
      ContentKeyAuthorizationPolicy: "nb:ckpid:UUID:",
      ContentKeyAuthorizationPolicyOption: "nb:ckpoid:UUID:",
      Asset: "nb:cid:UUID:",
      AssetDeliveryPolicy: "nb:adpid:UUID:",
    };
    for (const [kind, prefix] of Object.entries(prefixes)) {
      const guid = guidOf(randomBytes(16));
      assert.deepEqual(keywicket.describeEntityId(prefix.toUpperCase() + guid), {
        kind,
        id: prefix + guid,
        guid,
        uriEncoded: encodeURIComponent(prefix + guid),
      });
    }
  });

  it("have two orders of bytes", () => {
    repeat(200, () => {
      const id = randomBytes(16);
      const { cenc, playready } = keywicket.describeKeyId(guidOf(id));
      assert.equal(cenc.hex, id.toString("hex"));
      assert.equal(playready.base64, dotNetBytes(id).toString("base64"));
    });
  });
});
