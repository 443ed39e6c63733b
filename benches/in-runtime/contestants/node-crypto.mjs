/** The same by hand with node:crypto, which is synchronous. */

import { headerHolds, payloadHolds } from "../rules.mjs";
import { splitJwt, splitSwt, swtClaims } from "../split.mjs";
import { signatureVerifier } from "../node-verifier.mjs";

export async function contestants(workload) {
  const { tokenType, algorithm, rules } = workload;
  const verify = signatureVerifier(workload);

  function isValidJwt(token) {
    const parts = splitJwt(token);
    if (!parts || !headerHolds(json(parts.header), algorithm)) return false;
    if (!verify(Buffer.from(parts.signed), Buffer.from(parts.signature, "base64url"))) return false;
    return payloadHolds(json(parts.payload), rules);
  }

  function isValidSwt(token) {
    const parts = splitSwt(token);
    if (!parts || !verify(Buffer.from(parts.signed), Buffer.from(parts.signature, "base64"))) return false;
    const claims = swtClaims(parts.signed);
    return claims !== undefined && payloadHolds(claims, rules);
  }

  const isValid = tokenType === "JWT" ? isValidJwt : isValidSwt;
  const check = (token) => {
    try {
      return isValid(token);
    } catch {
      // Broken JSON or percent-encoding.
      return false;
    }
  };
  return [{ name: "node:crypto by hand", check }];
}

const json = (part) => JSON.parse(Buffer.from(part, "base64url").toString());
