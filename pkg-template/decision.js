/** Decisions as the core packs them into a number, unpacked. */

const KEYS = [undefined, "primary", "alternate", "jwks"];
const HAS_EXPIRY = 1 << 25;
const HAS_LIMIT = 1 << 26;
const IS_MAC = 1 << 27;

/** The texts of the codes, by number; the same in every module of a package. */
let codes;

/** @param {object} core */
export function codeTexts(core) {
  codes ??= core.decisionCodes().split(" ");
  return codes;
}

/** What a verifier decided. Only `tokenDigest` is worked out when it is asked for: it would be a tenth of a check. */
class Decision {
  #instance;
  /** Whose digest it is, where its signature was verified. */
  #token;
  #isMac;
  #digest;

  constructor(instance, packed, keyId, token) {
    const kind = (packed >> 8) & 3;
    const option = (packed >> 18) & 0x7f;
    // Members in the order of the types, and only those that are there.
    const code = codes[packed & 0xff];
    this.allowed = code === "token.allowed";
    this.code = code;
    this.keyId = keyId;
    if (option > 0) this.option = option - 1;
    if (kind > 0) {
      this.verificationKey = kind === 1 ? KEYS[1] : `${KEYS[kind]}[${(packed >> 10) & 0xff}]`;
      this.#instance = instance;
      this.#token = token;
      this.#isMac = (packed & IS_MAC) !== 0;
    }
  }

  get tokenDigest() {
    if (this.#token !== undefined) {
      this.#digest = this.#instance.call((core) => core.tokenDigest(this.#token, this.#isMac));
      this.#token = undefined;
    }
    return this.#digest;
  }

  /** All that there is to say, in the order of the types. */
  toJSON() {
    const { code, allowed, keyId, option, verificationKey, expiresAt, tokenDigest, usesLimit, checks } = this;
    const all = { allowed, code, keyId, option, verificationKey, expiresAt, tokenDigest, usesLimit, checks };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  }

  /** For `console.log` of Node, Deno and Bun, which shows no getters. */
  [Symbol.for("nodejs.util.inspect.custom")]() {
    return this.toJSON();
  }
}

/**
 * @param {import("./instance.js").Instance} instance
 * @param {object} core
 * @param {object} gate of the core, which still knows what it decided last
 * @param {number} packed
 * @param {string} keyId as it was asked for
 * @param {string} token
 * @returns {import("./token.js").Decision}
 */
export function unpack(instance, core, gate, packed, keyId, token) {
  if (codes === undefined) codeTexts(core);
  const decision = new Decision(instance, packed, isPlain(keyId) ? keyId : gate.keyId(), token);
  if (packed & HAS_EXPIRY) decision.expiresAt = gate.expiresAt();
  if (packed & HAS_LIMIT) decision.usesLimit = gate.usesLimit();
  return decision;
}

/** Whether an id that was read as a GUID is written as this house writes it. */
const isPlain = (keyId) => keyId.length === 36 && keyId === keyId.toLowerCase();
