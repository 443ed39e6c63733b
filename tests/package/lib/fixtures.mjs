/** The committed test certificates, as text that any runtime can be handed. */

import { readFileSync } from "node:fs";

const pem = (name) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), "utf8");
const base64 = (text) => text.replace(/-----[A-Z ]+-----|\s/g, "");

/** PEM, for node:crypto only: no runtime under test is handed it. */
export const rsaPrivateKey = pem("rsa-2048.key.pem");

export const fixtures = {
  rsaPem: pem("rsa-2048.cert.pem"),
  rsaCertificate: base64(pem("rsa-2048.cert.pem")),
  ecCertificate: base64(pem("ec-p256.cert.pem")),
};
