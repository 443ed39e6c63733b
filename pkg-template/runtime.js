/** What the runtime at hand does better than WebCrypto: the entry point of a runtime says so once. */

import { webCryptoSignatures } from "./signatures-webcrypto.js";

let chosen = webCryptoSignatures;

export const signatures = () => chosen;

/** @param {import("./gate.js").Signatures} better */
export function useSignatures(better) {
  chosen = better;
}
