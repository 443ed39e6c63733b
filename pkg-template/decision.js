/** Decisions as the core packs them into a number, unpacked. */

const KEYS = [undefined, "primary", "alternate", "jwks"];
const HAS_EXPIRY = 1 << 25;
const HAS_LIMIT = 1 << 26;
const HAS_DIGEST = 1 << 27;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The texts of the codes, by number; the same in every module of a package. */
let codes;

/** @param {object} core */
export function codeTexts(core) {
  codes ??= core.decisionCodes().split(" ");
  return codes;
}

/**
 * @param {object} core
 * @param {object} gate of the core, which still knows what it decided last
 * @param {number} packed
 * @param {string} keyId as it was asked for
 * @returns {import("./index.js").Decision}
 */
export function unpack(core, gate, packed, keyId) {
  const code = codeTexts(core)[packed & 0xff];
  const kind = (packed >> 8) & 3;
  const option = (packed >> 18) & 0x7f;
  // Members in the order of the types, and only those that are there.
  const decision = { allowed: code === "token.allowed", code, keyId: GUID.test(keyId) ? keyId : gate.keyId() };
  if (option > 0) decision.option = option - 1;
  if (kind > 0) decision.verificationKey = kind === 1 ? KEYS[1] : `${KEYS[kind]}[${(packed >> 10) & 0xff}]`;
  if (packed & HAS_EXPIRY) decision.expiresAt = gate.expiresAt();
  if (packed & HAS_DIGEST) decision.tokenDigest = digest(gate);
  if (packed & HAS_LIMIT) decision.usesLimit = gate.usesLimit();
  return decision;
}

function digest(gate) {
  let text = "";
  for (let index = 0; index < 8; index += 1) {
    const word = gate.digestWord(index);
    text += HEX[word >>> 24] + HEX[(word >>> 16) & 0xff] + HEX[(word >>> 8) & 0xff] + HEX[word & 0xff];
  }
  return text;
}
