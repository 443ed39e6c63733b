/** The least that Node can do: one signature over bytes that lie ready. */

import { signatureVerifier } from "../node-verifier.mjs";
import { signedParts } from "../signed-parts.mjs";

export async function contestants(workload) {
  const verify = signatureVerifier(workload);
  const check = ({ signed, signature }) => verify(signed, signature);
  return [{ name: "signature alone", signatureOnly: true, prepare: signedParts(workload), check }];
}
