/** Keys for `crypto.subtle`, imported once, and base64 as fast as the runtime has it. */

const HASH = "SHA-256";
const ALGORITHMS = {
  HS256: { name: "HMAC", hash: HASH },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: HASH },
  ES256: { name: "ECDSA", hash: HASH, namedCurve: "P-256" },
};

/** @returns {Promise<{ algorithm: object, key: CryptoKey }>} */
export async function importKey({ algorithm: name, verificationKey: { secret, jwk } }) {
  const algorithm = ALGORITHMS[name];
  const key = await crypto.subtle.importKey(secret ? "raw" : "jwk", secret ?? jwk, algorithm, false, ["verify"]);
  return { algorithm, key };
}

/** The engine's own decoder where there is one (workerd has it, Node 20 has not). */
export const base64Bytes = Uint8Array.fromBase64 ? (text) => Uint8Array.fromBase64(text) : throughAtob;

export const base64urlBytes = Uint8Array.fromBase64
  ? (text) => Uint8Array.fromBase64(text, { alphabet: "base64url" })
  : (text) => throughAtob(text.replaceAll("-", "+").replaceAll("_", "/"));

function throughAtob(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
