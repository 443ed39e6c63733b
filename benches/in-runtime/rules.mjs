/** What peers compare by hand, so that they make the same decision as ours. */

/** The claims of the policy that no library knows. */
export function claimsHold(claims, { tier, keyClaim, keyId }) {
  const key = claims[keyClaim];
  return claims.tier === tier && typeof key === "string" && key.toLowerCase() === keyId;
}

/** All rules, for those who have no library. */
export function payloadHolds(claims, rules) {
  const { exp, nbf, iss, aud } = claims;
  const { now, tolerance, issuer, audience } = rules;
  return (
    typeof exp === "number" &&
    now < exp + tolerance &&
    (nbf === undefined || (typeof nbf === "number" && now >= nbf - tolerance)) &&
    iss === issuer &&
    (aud === audience || (Array.isArray(aud) && aud.includes(audience))) &&
    claimsHold(claims, rules)
  );
}

/** The header's algorithm decides nothing; it must be the key's. */
export function headerHolds(header, algorithm) {
  return header.alg === algorithm && header.crit === undefined;
}
