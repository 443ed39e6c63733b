// The same answers, computed by other means than the product's: node:crypto.
import { constants, createCipheriv, createHmac, privateDecrypt } from "node:crypto";
import { readFileSync } from "node:fs";

export const guidOf = (id) => id.replace("nb:kid:UUID:", "");
export const cencBytes = (guid) => Buffer.from(guid.replaceAll("-", ""), "hex");

/** GUID bytes as .NET's `Guid.ToByteArray` orders them. */
export function dotnetBytes(guid) {
  const bytes = cencBytes(guid);
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

export function checksum(id, key) {
  const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  return cipher.update(dotnetBytes(guidOf(id))).subarray(0, 8).toString("base64");
}

/** Checks an HS256 JWT; returns its header and payload, or throws. */
export function openJwt(token, key) {
  const [header, payload, signature] = token.split(".");
  const expected = createHmac("sha256", key).update(`${header}.${payload}`).digest("base64url");
  if (signature !== expected) throw new Error("the JWT's signature is wrong");
  const read = (part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  return { header: read(header), payload: read(payload) };
}

/** Checks an SWT; returns its parameters, or throws. */
export function openSwt(token, key) {
  const at = token.lastIndexOf("&HMACSHA256=");
  const signature = decodeURIComponent(token.slice(at + "&HMACSHA256=".length));
  const expected = createHmac("sha256", key).update(token.slice(0, at)).digest("base64");
  if (signature !== expected) throw new Error("the SWT's signature is wrong");
  return Object.fromEntries(new URLSearchParams(token.slice(0, at)));
}

/** A certificate of the tests, and the way to open what is wrapped to it. */
export function ownCertificate() {
  const read = (name) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8");
  const key = read("rsa-2048.key.pem");
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return {
    rsa: read("rsa-2048.cert.pem"),
    elliptic: read("ec-p256.cert.pem"),
    unwrap: (base64) => privateDecrypt({ key, padding, oaepHash: "sha1" }, Buffer.from(base64, "base64")),
  };
}
