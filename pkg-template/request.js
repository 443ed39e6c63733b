/** What is asked of a verifier, read and checked here: reading objects from WebAssembly costs more than a decision. */

import { KeywicketError } from "./error.js";

const KNOWN = ["keyId", "now", "clientAddress", "keyDeliveryType", "uses"];
/** A longer token is refused: what is beyond does not matter. One character more is handed over, to show it. */
const LONGEST_TOKEN = 16 * 1024 + 1;
/** No spelling of a key id or an address is as long. */
const LONGEST_ID = 256;
const LONGEST_ADDRESS = 64;

const encoder = new TextEncoder();
/** Reused: each call of a verifier fills it, hands over a part of it, and empties it. */
const buffer = new Uint8Array(3 * (LONGEST_TOKEN + LONGEST_ID + LONGEST_ADDRESS));

/**
 * The members of a request, each read once, the time filled in.
 *
 * @param {unknown} request
 * @param {string} path the argument's name
 */
export function readRequest(request = {}, path) {
  if (typeof request !== "object" || request === null || Array.isArray(request) || ArrayBuffer.isView(request)) {
    throw wrongMember(request, "an object", path);
  }
  for (const name in request) {
    if (!KNOWN.includes(name)) refuseMember(request, name, path);
  }
  const { keyId, now = Math.floor(Date.now() / 1000), clientAddress = "", keyDeliveryType, uses } = request;
  if (typeof keyId !== "string") throw wrongMember(keyId, "a string", `${path}.keyId`);
  if (typeof clientAddress !== "string") throw wrongMember(clientAddress, "a string", `${path}.clientAddress`);
  mustBeNumber(now, `${path}.now`);
  if (uses !== undefined) mustBeNumber(uses, `${path}.uses`);
  if (keyDeliveryType !== undefined && ![1, 2, 3, 4].includes(keyDeliveryType)) {
    const code = typeof keyDeliveryType === "number" ? "out_of_range" : "wrong_type";
    throw refusal(code, "the key delivery type is 1, 2, 3 or 4", `${path}.keyDeliveryType`);
  }
  return { keyId, now, clientAddress, kind: keyDeliveryType ?? 0, uses: uses ?? -1 };
}

/** Inherited members are nobody's misspelling. */
function refuseMember(request, name, path) {
  if (!Object.hasOwn(request, name)) return;
  throw refusal("unknown_member", `nothing reads this member: expected ${KNOWN.join(", ")}`, `${path}.${name}`);
}

function mustBeNumber(value, path) {
  if (typeof value !== "number") throw wrongMember(value, "a number", path);
  if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
    throw refusal("out_of_range", "expected a number from 0 to 2^53", path);
  }
}

const wrongMember = (value, expected, path) =>
  value === undefined
    ? refusal("missing", "this is missing", path)
    : refusal("wrong_type", `expected ${expected}, got ${value === null ? "null" : typeof value}`, path);

const refusal = (code, why, path) => new KeywicketError(`argument.${code}`, `${why} (at ${path})`, { path });

/** A token as a text; a request that carries none has `undefined` or `null`. */
export function readToken(token) {
  if (typeof token === "string") return token.length > LONGEST_TOKEN ? token.slice(0, LONGEST_TOKEN) : token;
  if (token === undefined || token === null) return "";
  throw refusal("wrong_type", `expected a string, got ${typeof token}`, "token");
}

/**
 * Hands over key id, address and token end to end as bytes, and what else there is to know in one number: bits 0–11 the
 * length of the key id, 12–23 that of the address, the rest the delivery type. `use` must be done with the bytes when it
 * returns; the token begins at `start`.
 *
 * @template T
 * @param {ReturnType<typeof readRequest>} request
 * @param {string} token
 * @param {(input: Uint8Array, head: number, start: number) => T} use
 * @returns {T}
 */
export function encoded(request, token, use) {
  const { keyId, clientAddress } = request;
  const key = encoder.encodeInto(keyId.length > LONGEST_ID ? keyId.slice(0, LONGEST_ID) : keyId, buffer).written;
  let end = key;
  let address = 0;
  if (clientAddress !== "") {
    address = encoder.encodeInto(clientAddress.slice(0, LONGEST_ADDRESS), buffer.subarray(end)).written;
    end += address;
  }
  const start = end;
  end += encoder.encodeInto(token, buffer.subarray(start)).written;
  try {
    return use(buffer.subarray(0, end), key | (address << 12) | (request.kind << 24), start);
  } finally {
    buffer.fill(0, 0, end);
  }
}
