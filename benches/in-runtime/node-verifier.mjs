/** Bare signatures by node:crypto, with a key prepared once. */

import { createHmac, createPublicKey, createSecretKey, timingSafeEqual, verify } from "node:crypto";

/** @returns {(signed: Uint8Array, signature: Uint8Array) => boolean} */
export function signatureVerifier({ algorithm, verificationKey: { secret, jwk } }) {
  if (algorithm === "HS256") {
    const key = createSecretKey(secret);
    return (signed, signature) => {
      const expected = createHmac("sha256", key).update(signed).digest();
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    };
  }
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const how = algorithm === "ES256" ? { key, dsaEncoding: "ieee-p1363" } : key;
  return (signed, signature) => verify("sha256", signed, how, signature);
}
