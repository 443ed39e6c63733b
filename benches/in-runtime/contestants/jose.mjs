/** jose: the JWT library of the edge. */

import { jwtVerify } from "jose";
import { claimsHold } from "../rules.mjs";
import { importKey } from "../webcrypto-keys.mjs";

export async function contestants(workload) {
  if (workload.tokenType !== "JWT") return [];
  const { rules, algorithm } = workload;
  const { key } = await importKey(workload);
  const options = {
    issuer: rules.issuer,
    audience: rules.audience,
    algorithms: [algorithm],
    currentDate: new Date(rules.now * 1000),
    clockTolerance: rules.tolerance,
    requiredClaims: ["exp", "tier", rules.keyClaim],
  };
  const check = async (token) => {
    try {
      const { payload } = await jwtVerify(token, key, options);
      return claimsHold(payload, rules);
    } catch {
      return false;
    }
  };
  return [{ name: "jose", lanes: 1, check }];
}
