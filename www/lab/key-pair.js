// A key pair by WebCrypto: the private half stays inside WebCrypto, the public half goes into the policy.
import { verificationKeyFromJwk } from "keywicket";
import { fromBase64 } from "../bytes.js";

/** `kid` of the page's key in its key set. */
export const PAGE_KID = "this-page";

const rsa = (name, bits) => ({ name, hash: `SHA-${bits}` });
const RSA = {
  RS256: rsa("RSASSA-PKCS1-v1_5", 256), RS384: rsa("RSASSA-PKCS1-v1_5", 384), RS512: rsa("RSASSA-PKCS1-v1_5", 512),
  PS256: rsa("RSA-PSS", 256), PS384: rsa("RSA-PSS", 384), PS512: rsa("RSA-PSS", 512),
};

/** What can be made or pasted: what it is called, and an import for each algorithm that it signs with. */
export const KINDS = {
  RSA: { title: "RSA, 2048 bits", algorithms: RSA, generate: { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) } },
  P256: { title: "EC, P-256", algorithms: { ES256: { name: "ECDSA", namedCurve: "P-256" } } },
  P384: { title: "EC, P-384", algorithms: { ES384: { name: "ECDSA", namedCurve: "P-384" } } },
  Ed25519: { title: "Ed25519", algorithms: { EdDSA: { name: "Ed25519" } } },
};

/**
 * @typedef {object} KeyPair
 * @property {keyof typeof KINDS} kind
 * @property {Record<string, CryptoKey>} privateKeys one for each algorithm; not extractable
 * @property {object} jwk the public half
 * @property {import("keywicket").VerificationKey} [verificationKey] the same for a policy, of an RSA key
 */

/** @returns {Promise<KeyPair>} */
export async function generatePair(kind) {
  const { algorithms, generate } = KINDS[kind];
  const algorithm = { ...Object.values(algorithms)[0], ...generate };
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  return finish(kind, new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey)));
}

/** @returns {Promise<KeyPair>} */
export async function readPem(pem) {
  const der = derOf(pem);
  for (const kind of Object.keys(KINDS)) {
    const [algorithm] = Object.values(KINDS[kind].algorithms);
    const fits = await crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]).then(() => true, () => false);
    if (fits) return finish(kind, der);
  }
  der.fill(0);
  throw new Error("WebCrypto cannot read this key: expected RSA, EC on P-256 or P-384, or Ed25519, without a password.");
}

async function finish(kind, der) {
  try {
    const algorithms = Object.entries(KINDS[kind].algorithms);
    const open = await crypto.subtle.importKey("pkcs8", der, algorithms[0][1], true, ["sign"]);
    const { kty, n, e, crv, x, y } = await crypto.subtle.exportKey("jwk", open);
    const jwk = kty === "RSA" ? { kty, n, e } : { kty, crv, x, ...(y && { y }), kid: PAGE_KID };
    const imported = algorithms.map(async ([name, algorithm]) =>
      [name, await crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"])]);
    const privateKeys = Object.fromEntries(await Promise.all(imported));
    return { kind, privateKeys, jwk, ...(kty === "RSA" && { verificationKey: verificationKeyFromJwk(jwk) }) };
  } finally {
    der.fill(0);
  }
}

function derOf(pem) {
  const body = /-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----/.exec(pem)?.[1];
  if (body === undefined) {
    const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
    throw new Error(label ? `This PEM says ${label}. Make PKCS#8 of it: openssl pkcs8 -topk8 -nocrypt`
      : "Expected PEM text that begins with -----BEGIN PRIVATE KEY-----");
  }
  try {
    return fromBase64(body.replace(/\s/g, ""));
  } catch {
    throw new Error("What stands between the lines of this PEM is not base64.");
  }
}
