/** What one writes without a library: JavaScript for the token, WebCrypto for the signature. */

import { headerHolds, payloadHolds } from "../rules.mjs";
import { splitJwt, splitSwt, swtClaims } from "../split.mjs";
import { base64Bytes, base64urlBytes, importKey } from "../webcrypto-keys.mjs";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export async function contestants(workload) {
  const { tokenType, rules } = workload;
  const { algorithm, key } = await importKey(workload);
  const verify = (signature, signed) => crypto.subtle.verify(algorithm, key, signature, encoder.encode(signed));

  async function isValidJwt(token) {
    const parts = splitJwt(token);
    if (!parts || !headerHolds(json(parts.header), workload.algorithm)) return false;
    if (!(await verify(base64urlBytes(parts.signature), parts.signed))) return false;
    return payloadHolds(json(parts.payload), rules);
  }

  async function isValidSwt(token) {
    const parts = splitSwt(token);
    if (!parts || !(await verify(base64Bytes(parts.signature), parts.signed))) return false;
    const claims = swtClaims(parts.signed);
    return claims !== undefined && payloadHolds(claims, rules);
  }

  const isValid = tokenType === "JWT" ? isValidJwt : isValidSwt;
  const check = async (token) => {
    try {
      return await isValid(token);
    } catch {
      // Broken base64, JSON or percent-encoding.
      return false;
    }
  };
  return [{ name: "WebCrypto by hand", lanes: 1, check }];
}

const json = (part) => JSON.parse(decoder.decode(base64urlBytes(part)));
