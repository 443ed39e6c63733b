/** Signatures of public keys, verified by WebCrypto. */

const RSA = { RS: "RSASSA-PKCS1-v1_5", PS: "RSA-PSS" };
const CURVES = { ES256: "P-256", ES384: "P-384" };

/**
 * What WebCrypto is told of an algorithm: of its key when it is imported, and of a signature when it is made or verified.
 *
 * @type {Record<string, { key: object, signature: object }>}
 */
export const parameters = {};
for (const bits of [256, 384, 512]) {
  const hash = `SHA-${bits}`;
  parameters[`RS${bits}`] = { key: { name: RSA.RS, hash }, signature: { name: RSA.RS } };
  // The salt is as long as the hash (RFC 7518, section 3.5).
  parameters[`PS${bits}`] = { key: { name: RSA.PS, hash }, signature: { name: RSA.PS, saltLength: bits / 8 } };
  const namedCurve = CURVES[`ES${bits}`];
  if (namedCurve) parameters[`ES${bits}`] = { key: { name: "ECDSA", namedCurve }, signature: { name: "ECDSA", hash } };
}
parameters.EdDSA = { key: { name: "Ed25519" }, signature: { name: "Ed25519" } };

export const webCryptoSignatures = {
  prepare(algorithm, info) {
    return crypto.subtle.importKey("spki", info, parameters[algorithm].key, false, ["verify"]);
  },

  // WebCrypto copies both texts before it returns.
  verify(algorithm, key, signature, signed) {
    return crypto.subtle.verify(parameters[algorithm].signature, key, signature, signed).catch(refuse);
  },
};

/** workerd throws it for an Ed25519 signature of another length; anybody can send one, and it is simply not good. */
function refuse(error) {
  if (error?.name === "OperationError") return false;
  throw error;
}
