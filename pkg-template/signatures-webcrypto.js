/** Signatures of public keys, verified by WebCrypto. */

const RSA = { RS: "RSASSA-PKCS1-v1_5", PS: "RSA-PSS" };
const CURVES = { ES256: "P-256", ES384: "P-384" };

/** @type {Record<string, { key: object, verify: object }>} */
const parameters = {};
for (const bits of [256, 384, 512]) {
  const hash = `SHA-${bits}`;
  parameters[`RS${bits}`] = { key: { name: RSA.RS, hash }, verify: { name: RSA.RS } };
  // The salt is as long as the hash (RFC 7518, section 3.5).
  parameters[`PS${bits}`] = { key: { name: RSA.PS, hash }, verify: { name: RSA.PS, saltLength: bits / 8 } };
  const namedCurve = CURVES[`ES${bits}`];
  if (namedCurve) parameters[`ES${bits}`] = { key: { name: "ECDSA", namedCurve }, verify: { name: "ECDSA", hash } };
}
parameters.EdDSA = { key: { name: "Ed25519" }, verify: { name: "Ed25519" } };

export const webCryptoSignatures = {
  prepare(algorithm, info) {
    return crypto.subtle.importKey("spki", info, parameters[algorithm].key, false, ["verify"]);
  },

  // WebCrypto copies both texts before it returns.
  async verify(algorithm, key, signature, signed) {
    try {
      return await crypto.subtle.verify(parameters[algorithm].verify, key, signature, signed);
    } catch (error) {
      // workerd throws it for an Ed25519 signature of another length; anybody can send one, and it is simply not good.
      if (error?.name === "OperationError") return false;
      throw error;
    }
  },
};
