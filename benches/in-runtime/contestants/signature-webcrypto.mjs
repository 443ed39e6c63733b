/** The least that workerd can do: one signature over bytes that lie ready. */

import { signedParts } from "../signed-parts.mjs";
import { importKey } from "../webcrypto-keys.mjs";

export async function contestants(workload) {
  const { algorithm, key } = await importKey(workload);
  const check = ({ signed, signature }) => crypto.subtle.verify(algorithm, key, signature, signed);
  return [{ name: "signature alone", signatureOnly: true, lanes: 1, prepare: signedParts(workload), check }];
}
