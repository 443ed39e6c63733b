/** Ours: the gate made for the edge, over a compiled policy. */

import { gateSource, label, TokenVerifier } from "../gate.mjs";

export async function contestants(workload) {
  const { keyId, now } = workload.rules;
  const source = gateSource(workload);
  if (source === undefined) return [{ name: label, skipped: workload.notCompiled ?? "it cannot be handed a key set" }];
  const gate = new TokenVerifier(source);
  const check = {
    name: `${label} check`,
    ours: "check",
    check: (token) => gate.check(token, { keyId, now }).allowed,
  };
  const checkAsync = {
    name: `${label} checkAsync`,
    ours: "checkAsync",
    lanes: 1,
    check: async (token) => (await gate.checkAsync(token, { keyId, now })).allowed,
  };
  if (!gate.checkAsync) return [check, { name: checkAsync.name, skipped: "there is no checkAsync yet" }];
  // Public keys are for WebCrypto alone: the edge build carries no arithmetic for them.
  return workload.algorithm === "HS256" ? [check, checkAsync] : [checkAsync];
}
