/** Ours: the full package, which also reads XML, explains and mints. */

import { TokenVerifier } from "keywicket";

const NAME = "keywicket check";

export async function contestants({ rules: { keyId, now }, policy, jwks }) {
  if (jwks) return [{ name: NAME, skipped: "its check is synchronous, and knows the keys of the policy only" }];
  const gate = new TokenVerifier(policy);
  return [{ name: NAME, ours: "full", check: (token) => gate.check(token, { keyId, now }).allowed }];
}
