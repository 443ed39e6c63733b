/** What a signature is over, and the signature, as bytes: made before anything is timed. */

import { splitJwt, splitSwt } from "./split.mjs";
import { base64Bytes, base64urlBytes } from "./webcrypto-keys.mjs";

/** @returns {(token: string) => { signed: Uint8Array, signature: Uint8Array }} */
export function signedParts({ tokenType }) {
  const [split, decode] = tokenType === "JWT" ? [splitJwt, base64urlBytes] : [splitSwt, base64Bytes];
  return (token) => {
    const { signed, signature } = split(token);
    return { signed: new TextEncoder().encode(signed), signature: decode(signature) };
  };
}
