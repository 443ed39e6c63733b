/** fast-jwt: the quickest JWT library of Node. Its cache of whole tokens is off, as everybody's is here. */

import { createPublicKey } from "node:crypto";
import fastJwt from "fast-jwt";
import { claimsHold } from "../rules.mjs";

export async function contestants({ tokenType, algorithm, rules, verificationKey: { secret, jwk } }) {
  if (tokenType !== "JWT") return [];
  const pem = () => createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" });
  const verify = fastJwt.createVerifier({
    key: secret ? Buffer.from(secret) : pem(),
    algorithms: [algorithm],
    cache: false,
    clockTimestamp: rules.now * 1000,
    clockTolerance: rules.tolerance * 1000,
    allowedIss: rules.issuer,
    allowedAud: rules.audience,
    requiredClaims: ["exp", "iss", "aud", "tier", rules.keyClaim],
  });
  const check = (token) => {
    try {
      return claimsHold(verify(token), rules);
    } catch {
      return false;
    }
  };
  return [{ name: "fast-jwt", check }];
}
