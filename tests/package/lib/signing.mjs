/** Keys and signatures of tokens, by node:crypto alone. */

import { constants, createHmac, generateKeyPairSync, sign } from "node:crypto";
import { fixture } from "./keys.mjs";

export const SYMMETRIC = ["HS256", "HS384", "HS512"];
export const RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

export const base64url = (data) => Buffer.from(data).toString("base64url");

/** A key pair as tests carry it about: the private key, and the public one as a JSON Web Key. */
const pair = (kind, { publicKey, privateKey }) => ({ kind, privateKey, jwk: publicKey.export({ format: "jwk" }) });

export const rsaPair = (modulusLength = 2048) => pair("rsa", generateKeyPairSync("rsa", { modulusLength }));
export const ecPair = (namedCurve) => pair(namedCurve, generateKeyPairSync("ec", { namedCurve }));
export const edPair = () => pair("Ed25519", generateKeyPairSync("ed25519"));

/** The committed certificates, each with its private key. */
export const certified = () =>
  [
    ["rsa-2048.cert.pem", "rsa-2048.key.pem"],
    ["recipient.cert.pem", "recipient.key.pem"],
  ].map(([certificate, key]) => {
    const body = fixture(certificate).toString().replace(/-----[A-Z ]+-----|\s/g, "");
    return { kind: "x509", privateKey: fixture(key).toString(), certificate: Buffer.from(body, "base64") };
  });

/** The signature of a text by RFC 7518 and RFC 8037. `key`: bytes for an HMAC, else a private key. */
export function signature(algorithm, key, text) {
  const hash = `sha${algorithm.slice(2)}`;
  const data = Buffer.from(text);
  switch (algorithm.slice(0, 2)) {
    case "HS":
      return createHmac(hash, key).update(data).digest();
    case "RS":
      return sign(hash, data, key);
    case "PS":
      return sign(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
    case "ES":
      return sign(hash, data, { key, dsaEncoding: "ieee-p1363" });
    default:
      return sign(null, data, key);
  }
}

/** A JWT out of the texts of its header and its payload, whatever they are. */
export function jwt(header, payload, algorithm, key) {
  const text = `${base64url(header)}.${base64url(payload)}`;
  return `${text}.${base64url(signature(algorithm, key, text))}`;
}
