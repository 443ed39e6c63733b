/** PKCS#8 bytes of a private key, out of the forms that people have them in. */

import { wrongType } from "./arguments.js";
import { decodeBase64 } from "./base64.js";
import { call } from "./engine.js";
import { KeywicketError } from "./error.js";

/** @returns {{ bytes: Uint8Array, wipe: () => void }} `wipe` overwrites copies made here, never the caller's bytes */
export function privateKeyBytes(source) {
  if (typeof source === "string") return copied(fromPem(source));
  if (source instanceof Uint8Array) {
    const isText = source[0] === "-".charCodeAt(0);
    return isText ? copied(fromPem(new TextDecoder().decode(source))) : { bytes: source, wipe: () => undefined };
  }
  if (typeof source === "object" && source !== null && "pfx" in source) {
    const { pfx, password } = source;
    return copied(call((core) => core.readPfx(pfx, password)));
  }
  throw wrongType("privateKey", "PKCS#8 as a Uint8Array, PEM text, or { pfx, password }");
}

const copied = (bytes) => ({ bytes, wipe: () => bytes.fill(0) });

function fromPem(text) {
  const body = /-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----/.exec(text)?.[1];
  if (body === undefined) throw badPem(/-----BEGIN ([A-Z ]*PRIVATE KEY)-----/.exec(text)?.[1]);
  try {
    return decodeBase64(body);
  } catch {
    throw badPem();
  }
}

function badPem(label) {
  const remedy =
    label === undefined
      ? "expected PEM text with -----BEGIN PRIVATE KEY-----"
      : `this PEM says ${label}; make PKCS#8 of it: openssl pkcs8 -topk8 -nocrypt`;
  return new KeywicketError("unwrap.bad_private_key", `${remedy} (at privateKey)`, { path: "privateKey" });
}
