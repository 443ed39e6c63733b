/**
 * RSA private keys, by WebCrypto alone: the key cannot be read out, and how long an operation takes is the platform's
 * care. The core only reads what comes before and after.
 */

import { outOfRange, readOptions, wrongType } from "./arguments.js";
import { decodeBase64, encodeBase64 } from "./base64.js";
import { call } from "./engine.js";
import { KeywicketError } from "./error.js";
import { privateKeyBytes } from "./private-key.js";

const TYPES = [
  "CommonEncryption",
  "StorageEncryption",
  "ConfigurationEncryption",
  "UrlEncryption",
  "EnvelopeEncryption",
  undefined,
  "CommonEncryptionCbcs",
  "FairPlayASk",
  "FairPlayPfxPassword",
];

export async function importPrivateKey(source, options) {
  const { hash = "SHA-1" } = readOptions(options, ["hash"]);
  const algorithm = rsaOaep(hash);
  const { bytes, wipe } = privateKeyBytes(source);
  try {
    return await subtle().importKey("pkcs8", bytes, algorithm, false, ["unwrapKey", "decrypt"]);
  } catch (error) {
    if (error instanceof KeywicketError) throw error;
    throw new KeywicketError(
      "unwrap.bad_private_key",
      "this is not an RSA private key in PKCS#8 DER, or the platform does not take it (at privateKey)",
      { path: "privateKey" },
    );
  } finally {
    wipe();
  }
}

export async function unwrapContentKey(entity, privateKey, options) {
  const { acceptChecksums = [] } = readOptions(options, ["acceptChecksums"]);
  if (!Array.isArray(acceptChecksums)) throw wrongType("options.acceptChecksums", "an array");
  const { wrapped, id, type, checksum } = readEntity(entity);
  checkPrivateKey(privateKey, "decrypt");
  const key = await contentKey(privateKey, wrapped, id, type);
  try {
    checkChecksum(key, entity.Id, checksum, acceptChecksums);
    return key;
  } catch (error) {
    key.key.fill(0);
    throw error;
  }
}

export async function rebindContentKey(entity, privateKey, certificate, options) {
  const { hash = "SHA-1", allowClearKey = false } = readOptions(options, ["hash", "allowClearKey"]);
  const algorithm = rsaOaep(hash);
  const { wrapped, members } = readEntity(entity);
  if (certificate === "" || (ArrayBuffer.isView(certificate) && certificate.byteLength === 0)) {
    if (allowClearKey !== true) throw emptyCertificate();
    checkPrivateKey(privateKey, "decrypt");
    return clearKey(privateKey, wrapped);
  }
  checkPrivateKey(privateKey, "unwrapKey");
  const { spki, thumbprint } = call((core) => core.certificatePublicKey(certificate));
  const rewrapped = await rewrap(privateKey, wrapped, spki, algorithm);
  return { ...members, EncryptedContentKey: encodeBase64(rewrapped), ProtectionKeyId: thumbprint, ProtectionKeyType: 0 };
}

/** From one RSA key to another, the content key being a handle of WebCrypto in between. */
async function rewrap(privateKey, wrapped, spki, algorithm) {
  const publicKey = await subtle()
    .importKey("spki", spki, algorithm, false, ["wrapKey"])
    .catch(() => {
      throw wrapFailed("the platform does not take the certificate's public key");
    });
  // As a key of HMAC, because that may have any length but none.
  const anyLength = { name: "HMAC", hash: "SHA-256" };
  const key = await subtle()
    .unwrapKey("raw", wrapped, privateKey, { name: "RSA-OAEP" }, anyLength, true, ["sign"])
    .catch(() => {
      throw unwrapFailed();
    });
  const rewrapped = await subtle()
    .wrapKey("raw", key, publicKey, { name: "RSA-OAEP" })
    .catch(() => {
      throw wrapFailed("the content key may be too long for the certificate's key");
    });
  return new Uint8Array(rewrapped);
}

async function contentKey(privateKey, wrapped, id, type) {
  const clear = await decrypt(privateKey, wrapped);
  try {
    return call((core) => core.importContentKey({ id, type, key: clear }));
  } catch (error) {
    // A wrong length is told from a wrong key by nobody.
    throw error.code === "key.wrong_length" ? unwrapFailed() : error;
  } finally {
    clear.fill(0);
  }
}

async function clearKey(privateKey, wrapped) {
  const clear = await decrypt(privateKey, wrapped);
  try {
    return encodeBase64(clear);
  } finally {
    clear.fill(0);
  }
}

async function decrypt(privateKey, wrapped) {
  try {
    return new Uint8Array(await subtle().decrypt({ name: "RSA-OAEP" }, privateKey, wrapped));
  } catch {
    throw unwrapFailed();
  }
}

function checkChecksum({ type, key }, id, checksum, accepted) {
  // Some writers leave it out; OAEP has found the key undamaged in any case.
  if (type === "FairPlayPfxPassword" || checksum === undefined || checksum === null || checksum === "") return;
  const { verdict, why } = call((core) => core.diagnoseChecksum({ id, key, checksum }));
  if (verdict === "match" || accepted.includes(verdict)) return;
  throw new KeywicketError(
    "unwrap.checksum_mismatch",
    `the key unwraps, but the entity's checksum is not that of this key and id (${verdict}): ${why} (at entity.Checksum)`,
    { path: "entity.Checksum", cause: { verdict, why } },
  );
}

/** What is needed of a ContentKey entity, each member read once. */
function readEntity(entity) {
  if (typeof entity !== "object" || entity === null || Array.isArray(entity)) {
    throw wrongType("entity", "a ContentKey entity");
  }
  const members = { ...entity };
  const { Id, ContentKeyType, EncryptedContentKey, Checksum } = members;
  const { id } = call((core) => core.describeKeyId(Id));
  return { members, id, type: typeName(ContentKeyType), wrapped: wrappedBytes(EncryptedContentKey), checksum: Checksum };
}

/** Types are numbers on the wire; some writers put them in quotation marks. */
function typeName(number) {
  const isNumber = typeof number === "number" || (typeof number === "string" && /^\d$/.test(number));
  const name = isNumber ? TYPES[Number(number)] : undefined;
  if (name !== undefined) return name;
  const message = "expected the number of a content key type: 0, 1, 4, 6, 7 or 8 (at entity.ContentKeyType)";
  throw new KeywicketError("key.unknown_type", message, { path: "entity.ContentKeyType" });
}

function wrappedBytes(text) {
  if (typeof text !== "string") throw wrongType("entity.EncryptedContentKey", "a string");
  try {
    return decodeBase64(text);
  } catch {
    const message = "this is not base64 (at entity.EncryptedContentKey)";
    throw new KeywicketError("base64.invalid", message, { path: "entity.EncryptedContentKey" });
  }
}

function checkPrivateKey(key, usage) {
  if (key?.type !== "private" || key.algorithm?.name !== "RSA-OAEP") {
    throw wrongType("privateKey", "a private CryptoKey for RSA-OAEP, as importPrivateKey() makes");
  }
  if (!key.usages.includes(usage)) {
    throw outOfRange("privateKey", `this key may not be used to ${usage}; import it with importPrivateKey()`);
  }
}

function rsaOaep(hash) {
  if (hash === "SHA-1" || hash === "SHA-256") return { name: "RSA-OAEP", hash };
  throw outOfRange("options.hash", 'the hash is "SHA-1" or "SHA-256"');
}

/** Browsers lend it to secure pages only. */
function subtle() {
  if (globalThis.crypto?.subtle) return globalThis.crypto.subtle;
  throw new KeywicketError(
    "webcrypto.unavailable",
    "WebCrypto is not there: browsers offer it to pages from https or localhost only.",
  );
}

/** One sentence, whatever the reason: the difference would help to find out keys. */
const unwrapFailed = () =>
  new KeywicketError("unwrap.failed", "the wrapped key does not unwrap with this private key");

const wrapFailed = (why) => new KeywicketError("wrap.failed", why);

const emptyCertificate = () =>
  new KeywicketError(
    "rebind.empty_certificate",
    "without a certificate the answer would be the clear key: name a certificate, " +
      "or pass { allowClearKey: true } if that is what you want (at certificate)",
    { path: "certificate" },
  );
