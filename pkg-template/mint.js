/** Test tokens, minted from the policy that will check them, and tokens taken apart for reading. */

import { bytesOf, wrongType } from "./arguments.js";
import { encodeBase64 } from "./base64.js";
import { withNow } from "./clock.js";
import { call } from "./engine.js";
import { KeywicketError } from "./error.js";
import { jsonText } from "./json.js";
import { parameters } from "./signatures-webcrypto.js";

export function mintToken(policy, options) {
  const request = readOptions(options);
  return call((core) => core.mintToken(policy, request));
}

export async function mintTokenAsync(policy, options) {
  const given = readOptions(options);
  if (typeof given !== "object" || given === null) throw wrongType("options", "an object");
  const { privateKey, ...request } = given;
  const algorithm = request.algorithm ?? "RS256";
  const chosen = Object.hasOwn(parameters, algorithm) ? parameters[algorithm] : undefined;
  if (chosen === undefined) {
    const message = `expected an algorithm with a private key: ${Object.keys(parameters).join(", ")} (at options.algorithm)`;
    throw new KeywicketError("argument.out_of_range", message, { path: "options.algorithm" });
  }
  const key = await signingKey(privateKey, chosen.key);
  const text = call((core) => core.tokenSigningInput(policy, { ...request, algorithm }));
  const signature = await crypto.subtle.sign(chosen.signature, key, new TextEncoder().encode(text));
  return `${text}.${base64url(new Uint8Array(signature))}`;
}

/** What a token says, in objects: the core hands over names and JSON texts. */
export function inspected({ tokenType, header, claims, signedLength, signature }) {
  const entries = claims.map(({ name, value, json }) => [name, json === undefined ? value : JSON.parse(json)]);
  const token = { tokenType };
  if (header !== undefined) token.header = JSON.parse(header);
  return { ...token, claims: Object.fromEntries(entries), signedLength, signature };
}

async function signingKey(privateKey, algorithm) {
  if (typeof CryptoKey !== "undefined" && privateKey instanceof CryptoKey) return fitting(privateKey, algorithm);
  if (privateKey === undefined) throw wrongType("options.privateKey", "a CryptoKey, or PKCS#8 as a Uint8Array");
  const bytes = bytesOf(privateKey, "options.privateKey", "a CryptoKey, or PKCS#8 as a Uint8Array");
  try {
    return await crypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]);
  } catch (cause) {
    const message = `This is not a PKCS#8 private key for ${algorithm.name} (${cause.message}) (at options.privateKey)`;
    throw new KeywicketError("unwrap.bad_private_key", message, { path: "options.privateKey", cause });
  }
}

/** A key signs by the hash that it was imported for, whatever the token's header says. */
function fitting(key, wanted) {
  const { name, hash, namedCurve } = key.algorithm;
  const isFor = name === wanted.name && hash?.name === wanted.hash && namedCurve === wanted.namedCurve;
  if (isFor && key.usages.includes("sign")) return key;
  const what = [wanted.name, wanted.hash ?? wanted.namedCurve].filter(Boolean).join(" with ");
  const message = `This CryptoKey does not sign by ${what}: import it for that, with the usage sign (at options.privateKey)`;
  throw new KeywicketError("unwrap.bad_private_key", message, { path: "options.privateKey" });
}

/** The clock filled in, and claims as the JSON that they become. */
function readOptions(options) {
  const timed = withNow(options);
  if (typeof timed !== "object" || timed === null || typeof timed.claims !== "object") return timed;
  return { ...timed, claims: jsonText(timed.claims, "options.claims") };
}

const base64url = (bytes) => encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
