/** Tokens for two verifiers, ours and jose, and the reasons for which they may differ. */

import { base64url, signature } from "./signing.mjs";

export const NOW = 1_800_000_000;
export const ISSUER = "https://sts.example/";
export const AUDIENCE = "urn:video";

const json = JSON.stringify;
const members = (object) => Object.entries(object).map(([name, value]) => [name, json(value)]);
const object = (pairs, space = "") => `{${pairs.map(([name, value]) => `${space}${json(name)}:${space}${value}`).join(`${space},`)}${space}}`;

/** A right token, before it is signed. */
export function rightToken(random, { algorithm, kid }, tolerance) {
  const header = { alg: algorithm, ...(random.chance(0.7) && { typ: "JWT" }), ...(kid !== undefined && { kid }) };
  const payload = { iss: ISSUER, aud: AUDIENCE, exp: NOW + 600, tier: "gold" };
  if (random.chance(0.5)) payload.nbf = NOW - 300;
  if (random.chance(0.5)) payload.iat = NOW - random.below(500);
  if (random.chance(0.3)) payload.sub = random.pick(["ü", "a\u0000b", "😀", '"'.repeat(random.below(20))]);
  return { header, payload, now: NOW, tolerance };
}

/** Changes of what is signed that are still an object each: whoever signs can sign them. */
export const CONTENTS = {
  none: () => undefined,
  "exp, around its end": (draft, random) => {
    draft.payload.exp = NOW - draft.tolerance + random.pick([-1, 0, 1]);
  },
  "exp, far": (draft, random) => (draft.payload.exp = random.pick([NOW - 5000, NOW + 100_000, 0, 1, 4_102_444_800_000])),
  "exp negative": (draft, random) => (draft.payload.exp = random.pick([-1, -1e12])),
  "exp with a fraction": (draft) => (draft.payload.exp = NOW + 600.5),
  "exp beyond 2^53": (draft) => (draft.payload.exp = 9_007_199_254_740_994),
  "exp with an exponent": (draft) => (draft.payload.exp = 1e21),
  "exp no number": (draft, random) => (draft.payload.exp = random.pick([String(NOW + 600), null, true, [], {}])),
  "no exp": (draft) => delete draft.payload.exp,
  "nbf, around its beginning": (draft, random) => {
    draft.payload.nbf = NOW + draft.tolerance + random.pick([-1, 0, 1]);
  },
  "nbf no number": (draft, random) => (draft.payload.nbf = random.pick([String(NOW), null, false])),
  "nbf with a fraction": (draft) => (draft.payload.nbf = NOW - 0.5),
  "nbf negative": (draft) => (draft.payload.nbf = -5),
  "iat no number": (draft) => (draft.payload.iat = "now"),
  "iss another": (draft, random) => (draft.payload.iss = random.pick([ISSUER.slice(0, -1), ISSUER.toUpperCase(), [ISSUER], null, 1, ""])),
  "no iss": (draft) => delete draft.payload.iss,
  "aud a list": (draft, random) => (draft.payload.aud = random.pick([[AUDIENCE], ["x", AUDIENCE], [1, AUDIENCE], [], ["x"], [[AUDIENCE]]])),
  "aud another": (draft, random) => (draft.payload.aud = random.pick([`${AUDIENCE}/`, "URN:video", null, 1, { a: AUDIENCE }])),
  "no aud": (draft) => delete draft.payload.aud,
  "no tier": (draft) => delete draft.payload.tier,
  "tier of another kind": (draft, random) => (draft.payload.tier = random.pick([null, false, 0, "", []])),
  "kid unknown": (draft) => (draft.header.kid = "nobody"),
  "no kid": (draft) => delete draft.header.kid,
  "typ another": (draft) => (draft.header.typ = "at+jwt"),
  "deep claims": (draft) => (draft.payload.deep = JSON.parse("[".repeat(20) + "]".repeat(20))),
  "many claims": (draft) => Object.assign(draft.payload, Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`c${index}`, 1]))),
  "too long": (draft) => (draft.payload.long = "x".repeat(16_000)),
};

/** Changes for which the text itself is written here. */
export const TEXTS = {
  "spaces in JSON": (draft, random) => {
    const space = random.pick([" ", "\n", "\t\r\n "]);
    return [object(members(draft.header), space), object(members(draft.payload), space)];
  },
  "names with escapes": (draft) => [json(draft.header), json(draft.payload).replace('"iss"', '"\\u0069ss"').replace('"exp"', '"e\\u0078p"')],
  "claim twice": (draft, random) => {
    const pairs = members(draft.payload);
    return [json(draft.header), object([...pairs, random.pick(pairs)])];
  },
  "header twice": (draft) => [object([...members(draft.header), ["alg", json(draft.header.alg)]]), json(draft.payload)],
  "exp with a fraction of zero": (draft) => [json(draft.header), json(draft.payload).replace(String(NOW + 600), `${NOW + 600}.0`)],
  "no JSON": (draft, random) => [json(draft.header), random.pick([`${json(draft.payload)}x`, "[]", "null", '"x"', "{a:1}", json(draft.payload).replace("{", "{,"), ""])],
  "header no JSON": (draft, random) => [random.pick(["[]", "null", "{", "", `${json(draft.header)},`]), json(draft.payload)],
  "not UTF-8": (draft) => [json(draft.header), Buffer.from(json({ ...draft.payload, sub: "\u00ff" }), "latin1")],
  "byte order mark": (draft) => [json(draft.header), `\ufeff${json(draft.payload)}`],
  "half a surrogate pair": (draft) => [json(draft.header), json({ ...draft.payload, sub: "?" }).replace('"?"', '"\\ud800"')],
  "crit unknown": (draft) => [json({ ...draft.header, crit: ["exp"], exp: 1 }), json(draft.payload)],
  "b64 true": (draft) => [json({ ...draft.header, crit: ["b64"], b64: true }), json(draft.payload)],
  "b64 false": (draft) => [json({ ...draft.header, crit: ["b64"], b64: false }), json(draft.payload)],
  "zip or enc": (draft, random) => [json({ ...draft.header, [random.pick(["zip", "enc"])]: "DEF" }), json(draft.payload)],
  "key in the header": (draft) => [json({ ...draft.header, jwk: { kty: "oct", k: "AA" }, jku: "https://evil.example/", x5c: ["AA"] }), json(draft.payload)],
  "alg another": (draft, random) => [json({ ...draft.header, alg: random.pick(["none", "HS256", "RS256", "ES256", "PS512", "EdDSA", "hs256", "", null, "ES512"].filter((name) => name !== draft.header.alg)) }), json(draft.payload)],
  "no alg": ({ header: { alg: _, ...header }, payload }) => [json(header), json(payload)],
  "payload padded": (draft) => [json(draft.header), json({ ...draft.payload, sub: "" }), (text) => Buffer.from(text).toString("base64url").padEnd(Math.ceil(text.length / 3) * 4, "=")],
  "payload in plain base64": (draft) => [json(draft.header), json({ ...draft.payload, sub: "???>>>~~~ÿ" }), (text) => Buffer.from(text).toString("base64").replaceAll("=", "")],
  "payload with spare bits": (draft) => [json(draft.header), oddLength(json({ ...draft.payload, sub: "" })), spareBits],
  "payload with white space": (draft) => [json(draft.header), json(draft.payload), (text) => `${base64url(text)}\n`],
  "alg Ed25519": (draft) => [json({ ...draft.header, alg: draft.header.alg === "EdDSA" ? "Ed25519" : draft.header.alg }), json(draft.payload)],
};

/** Signs a header and a payload as they are written; `encode` is how the payload is spelt. */
export function signedText([header, payload, encode = base64url], algorithm, key) {
  const text = `${base64url(header)}.${encode(payload)}`;
  return `${text}.${base64url(signature(algorithm, key, text))}`;
}

/** So long that its last base64url character has bits to spare. */
const oddLength = (text) => (Buffer.byteLength(text) % 3 === 0 ? `${text} ` : text);

function spareBits(text) {
  const encoded = base64url(text);
  return encoded.slice(0, -1) + ALPHABET[ALPHABET.indexOf(encoded.at(-1)) | 1];
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Done to a finished token. */
export const DAMAGES = {
  "bit flipped": (token, random) => {
    const at = random.below(token.length);
    const index = ALPHABET.indexOf(token[at]);
    return index < 0 ? token : token.slice(0, at) + ALPHABET[index ^ (1 << random.below(6))] + token.slice(at + 1);
  },
  "signature's last character": (token, random) => token.slice(0, -1) + random.pick(ALPHABET),
  "cut off": (token, random) => token.slice(0, random.below(token.length)),
  "character left out": (token, random) => {
    const at = random.below(token.length);
    return token.slice(0, at) + token.slice(at + 1);
  },
  "signature padded": (token) => `${token}${"=".repeat((4 - (token.split(".")[2].length % 4)) % 4)}`,
  "signature in plain base64": (token) => {
    const at = token.lastIndexOf(".");
    return token.slice(0, at) + token.slice(at).replaceAll("-", "+").replaceAll("_", "/");
  },
  "white space": (token, random) => random.pick([` ${token}`, `${token}\n`, `${token} `]),
  "signature of another": (token) => token.slice(0, token.lastIndexOf(".") + 1) + base64url(Buffer.alloc(64, 1)),
  "no signature": (token) => token.slice(0, token.lastIndexOf(".") + 1),
  "parts too many": (token, random) => token + random.pick([".", "..", ".a", ".a.b"]),
};

/**
 * Why the two may differ: what was changed, with which keys (any where none are said), the code that we decide by, and the
 * code of jose's error or that it accepts. In nothing else may they.
 */
export const REASONS = [
  {
    reason: "times are whole seconds here; jose takes fractions and exponents",
    change: ["exp with a fraction", "exp with a fraction of zero", "exp with an exponent", "nbf with a fraction"],
    ours: "token.time_not_whole",
    jose: "accepts",
  },
  {
    reason: "times are from 0 to 2^53 here, which every reader has exact; jose takes any number",
    change: ["exp beyond 2^53", "nbf negative"],
    ours: "token.time_out_of_range",
    jose: "accepts",
  },
  {
    reason: "iat decides nothing here; jose refuses one that is no number",
    change: "iat no number",
    ours: "token.allowed",
    jose: "ERR_JWT_CLAIM_VALIDATION_FAILED",
  },
  {
    reason: "depth and number of claims are bounded here",
    change: ["deep claims", "many claims"],
    ours: "token.too_complex",
    jose: "accepts",
  },
  { reason: "tokens are bounded to 16 KiB here", change: "too long", ours: "token.too_large", jose: "accepts" },
  {
    reason: "a name that stands twice is refused here; jose takes the last",
    change: ["claim twice", "header twice"],
    ours: "token.duplicate_member",
    jose: "accepts",
  },
  {
    reason: "a byte order mark is no JSON (RFC 8259, section 8.1); jose drops it",
    change: "byte order mark",
    ours: "token.malformed",
    jose: "accepts",
  },
  {
    reason: "half a surrogate pair is no text here; jose reads it as JavaScript does",
    change: "half a surrogate pair",
    ours: "token.malformed",
    jose: "accepts",
  },
  {
    reason: "extensions are refused here; jose knows b64, and passes over zip and enc",
    change: ["b64 true", "zip or enc"],
    ours: "token.unsupported",
    jose: "accepts",
  },
  {
    reason: "a key has one algorithm here; without alg, jose takes an RSA key for all of them",
    keys: ["one key without name and algorithm", "RSA key for any algorithm"],
    ours: "token.algorithm_not_allowed",
    jose: "accepts",
  },
  {
    reason: "a key without name is tried for every kid here; jose wants the name",
    change: "kid unknown",
    keys: ["one key without name and algorithm", "RSA key for any algorithm", "two keys without names"],
    ours: "token.allowed",
    jose: "ERR_JWKS_NO_MATCHING_KEY",
  },
  {
    reason: "all keys that fit are tried here; jose leaves that to its caller",
    keys: "two keys without names",
    ours: "token.allowed",
    jose: "ERR_JWKS_MULTIPLE_MATCHING_KEYS",
  },
  { reason: "RSA keys below 2048 bits verify here; jose refuses them", keys: "small RSA key", ours: "token.allowed", jose: "TypeError" },
  {
    reason: "Ed25519 and EdDSA are one name here (RFC 9864); jose's key sets keep them apart",
    change: "alg Ed25519",
    keys: "named keys",
    ours: "token.allowed",
    jose: "ERR_JWKS_NO_MATCHING_KEY",
  },
  {
    reason: "spare bits of base64url must be zero here, so that a token has one spelling",
    change: ["signature's last character", "bit flipped", "payload with spare bits"],
    ours: "token.malformed",
    jose: "accepts",
  },
  { reason: "base64url has no padding here (RFC 7515, section 2)", change: ["signature padded", "payload padded"], ours: "token.malformed", jose: "accepts" },
  { reason: "white space is no part of a token here", change: ["white space", "payload with white space"], ours: "token.malformed", jose: "accepts" },
];

/** The reason of a difference; none is a failure. */
export function reasonOf(found) {
  const fits = (wanted, value) => wanted === undefined || [wanted].flat().includes(value);
  return REASONS.find((one) => ["change", "keys", "ours", "jose"].every((name) => fits(one[name], found[name])))?.reason;
}
