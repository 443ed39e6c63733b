/** What is asked of a verifier, read and checked here: reading objects from WebAssembly costs more than a decision. */

import { missingOrWrong, outOfRange, refusal, unknownMember } from "./arguments.js";
import { now as clock } from "./clock.js";

const KNOWN = ["keyId", "now", "clientAddress", "keyDeliveryType", "uses"];
/** A longer token is refused: what is beyond does not matter. One character more is handed over, to show it. */
const LONGEST_TOKEN = 16 * 1024 + 1;
/** No spelling of a key id or an address is as long. */
const LONGEST_ID = 256;
const LONGEST_ADDRESS = 64;

/**
 * The members of a request, each read once, the time filled in.
 *
 * @param {unknown} request
 * @param {string} path the argument's name
 */
export function readRequest(request = {}, path) {
  if (typeof request !== "object" || request === null || Array.isArray(request) || ArrayBuffer.isView(request)) {
    throw missingOrWrong(request, path, "an object");
  }
  for (const name in request) {
    if (!KNOWN.includes(name)) refuseMember(request, name, path);
  }
  const { keyId, now = clock(), clientAddress = "", keyDeliveryType, uses } = request;
  if (typeof keyId !== "string") throw missingOrWrong(keyId, `${path}.keyId`, "a string");
  if (typeof clientAddress !== "string") throw missingOrWrong(clientAddress, `${path}.clientAddress`, "a string");
  mustBeNumber(now, `${path}.now`);
  if (uses !== undefined) mustBeNumber(uses, `${path}.uses`);
  if (keyDeliveryType !== undefined && ![1, 2, 3, 4].includes(keyDeliveryType)) {
    const code = typeof keyDeliveryType === "number" ? "out_of_range" : "wrong_type";
    throw refusal(code, `${path}.keyDeliveryType`, "the key delivery type is 1, 2, 3 or 4");
  }
  return { keyId, now, clientAddress, kind: keyDeliveryType ?? 0, uses: uses ?? -1 };
}

/** Inherited members are nobody's misspelling. */
function refuseMember(request, name, path) {
  if (Object.hasOwn(request, name)) throw unknownMember(`${path}.${name}`, KNOWN);
}

function mustBeNumber(value, path) {
  if (typeof value !== "number") throw missingOrWrong(value, path, "a number");
  if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) throw outOfRange(path, "expected a number from 0 to 2^53");
}

/** A token as a text; a request that carries none has `undefined` or `null`. */
export function readToken(token) {
  if (typeof token === "string") return token.length > LONGEST_TOKEN ? token.slice(0, LONGEST_TOKEN) : token;
  if (token === undefined || token === null) return "";
  throw missingOrWrong(token, "token", "a string");
}

const encoder = new TextEncoder();

/**
 * The part of an instance's memory that takes what a verifier is asked: key id, address and token end to end, as UTF-8. It
 * is written to at once; an allocation and a copy for each token cost a twelfth of a check.
 */
export class Scratch {
  #core;
  #address;
  #bytes = new Uint8Array();
  /** Behind an id of 36 characters, where nearly every token begins: a view is not made for each. */
  #behindId;

  constructor(core) {
    this.#core = core;
    this.#address = core.scratchAddress();
  }

  /**
   * @param {ReturnType<typeof readRequest>} request
   * @param {string} token
   * @param {{ length: number, head: number, start: number }} written filled in: `head` says what else there is to know, in
   *   bits 0–11 the length of the key id, in 12–23 that of the address, in the rest the delivery type; the token begins at
   *   `start` and ends at `length`
   */
  write({ keyId, clientAddress, kind }, token, written) {
    if (this.#bytes.length === 0) this.#look();
    const id = keyId.length > LONGEST_ID ? keyId.slice(0, LONGEST_ID) : keyId;
    const key = encoder.encodeInto(id, this.#bytes).written;
    let start = key;
    let address = 0;
    if (clientAddress !== "") {
      address = encoder.encodeInto(clientAddress.slice(0, LONGEST_ADDRESS), this.#bytes.subarray(key)).written;
      start += address;
    }
    const place = start === USUAL_ID ? this.#behindId : this.#bytes.subarray(start);
    written.length = start + encoder.encodeInto(token, place).written;
    written.head = key | (address << 12) | (kind << 24);
    written.start = start;
  }

  /** What was written, until the next call of the core. */
  part(from, to) {
    if (this.#bytes.length === 0) this.#look();
    return this.#bytes.subarray(from, to);
  }

  /** Memory that has grown has a new buffer, and views of the old one have no length. */
  #look() {
    const { memory } = this.#core.initSync();
    this.#bytes = new Uint8Array(memory.buffer, this.#address, this.#core.scratchLength());
    this.#behindId = this.#bytes.subarray(USUAL_ID);
  }
}

const USUAL_ID = 36;
