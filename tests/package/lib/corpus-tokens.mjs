/** Tokens for a policy: right ones, and ones with every defect that somebody has thought of. */

import { KEY_CLAIM, MAX_USES } from "./corpus-policies.mjs";
import { base64url, jwt, signature } from "./signing.mjs";

export const NOW = 1_800_000_000;
const json = JSON.stringify;

/**
 * @param policy as made by `randomPolicy`
 * @param guid of the key that is asked for
 * @returns {{ token: string | null, now: number }}
 */
export function randomToken(random, policy, guid, stranger) {
  const rules = policy.tokens.length > 0 ? random.pick(policy.tokens) : ANY_RULES;
  const draft = { ...rightDraft(random, policy, rules, guid), now: NOW, stranger, random, policy, rules };
  const defects = random.chance(0.25) ? 0 : 1 + random.below(2);
  for (let count = 0; count < defects; count += 1) random.pick(DEFECTS)(draft);
  let token = draft.type === "SWT" ? writtenSwt(draft) : writtenJwt(draft);
  if (random.chance(0.2)) token = random.pick(DAMAGES)(token, random);
  return { token, now: draft.now };
}

const ANY_RULES = { tokenType: "JWT", issuer: "i", audience: "a", own: [], claims: [], openId: false };

/** Header and claims are pairs of a name and JSON text, so that anything can be said. */
function rightDraft(random, policy, rules, guid) {
  const { symmetricAlgorithm = "HS256", rsaAlgorithm = "RS256" } = policy.settings;
  const own = rules.own.map((key) => ({ ...key, algorithm: key.kind === "symmetric" ? symmetricAlgorithm : rsaAlgorithm }));
  const candidates = [...own, ...(rules.openId ? policy.keySet : [])];
  const signer = candidates.length > 0 ? random.pick(candidates) : { kind: "symmetric", secret: random.bytes(32), algorithm: "HS256" };
  const header = [["alg", json(signer.algorithm)], ["typ", '"JWT"']];
  if (signer.kid !== undefined && random.chance(0.7)) header.push(["kid", json(signer.kid)]);
  const required = rules.claims.filter(({ type }, index) => type !== "aud" && rules.claims.findIndex((other) => other.type === type) === index);
  const claims = required.map(({ type, value }) => [type, json(type === KEY_CLAIM ? guid : (value ?? "x"))]);
  const exp = NOW + random.pick([600, 3600, 10, 5000]);
  claims.push(["iss", json(rules.issuer)], ["aud", json(rules.audience)], ["exp", String(exp)]);
  if (random.chance(0.6)) claims.push(["nbf", String(NOW - 300)]);
  return { type: rules.tokenType, signer, algorithm: signer.algorithm, header, claims };
}

const signed = (algorithm, signer, text) => signature(algorithm, signer.secret ?? signer.privateKey, text);

function writtenJwt({ header, claims, signer, algorithm, random }) {
  const space = random.pick(["", "", "", " ", "\n\t"]);
  const object = (pairs) => `{${pairs.map(([name, value]) => `${space}${json(name)}${space}:${space}${value}`).join(",")}${space}}`;
  return jwt(object(header), object(claims), algorithm, signer.secret ?? signer.privateKey);
}

const SWT_NAMES = { iss: "Issuer", aud: "Audience", exp: "ExpiresOn" };

function writtenSwt({ claims, signer, random }) {
  const encode = random.pick([encodeURIComponent, (text) => encodeURIComponent(text).replaceAll("%20", "+").toLowerCase()]);
  const pairs = claims
    .filter(([name]) => name !== "nbf")
    .map(([name, value]) => `${encodeURIComponent(SWT_NAMES[name] ?? name)}=${encode(value.startsWith('"') ? parsed(value) : value)}`);
  const text = pairs.join("&");
  const mac = signature("HS256", signer.secret ?? Buffer.alloc(32, 7), text);
  return `${text}&HMACSHA256=${encodeURIComponent(mac.toString("base64"))}`;
}

function parsed(value) {
  try {
    const text = JSON.parse(value);
    return text.isWellFormed() ? text : value;
  } catch {
    return value;
  }
}

// --------------------------------------------------------------------------------------------------- defects

const set = (draft, name, value) => {
  const claim = draft.claims.find(([found]) => found === name);
  if (claim) claim[1] = value;
  else draft.claims.push([name, value]);
};
const head = (draft, name, value) => {
  draft.header = [...draft.header.filter(([found]) => found !== name), [name, value]];
};
const time = (draft, name) => {
  const stated = Number(draft.claims.find(([found]) => found === name)?.[1]);
  return Number.isSafeInteger(stated + 10_000) && stated > 1 ? stated : NOW;
};
const tolerance = ({ policy }) => policy.settings.tolerance ?? 60;

const TIMES = ['"1800000600"', "1800000600.5", "1800000600.0", "1.8e9", "-1", "0", "9007199254740992", "9007199254740993", "1e400", "null", "true", "[]", "{}", "1800000600000"];
const AUDIENCES = (audience) => [`["x",${json(audience)}]`, `[${json(audience)}]`, "[]", '["x"]', json(`${audience}/`), json(audience.toUpperCase()), "null", "7", `[7,${json(audience)}]`, `{"a":1}`, "1", "true"];
const ISSUERS = (issuer) => [json(`${issuer}/`), json(issuer.toLowerCase()), json(issuer.replace("http:", "https:")), `[${json(issuer)}]`, "null", '""', json(` ${issuer}`), '"other"'];

const DEFECTS = [
  // Around the ends of its life, to the second.
  (draft) => (draft.now = time(draft, "exp") + tolerance(draft) + draft.random.pick([-1, 0, 1])),
  (draft) => (draft.now = time(draft, "exp") + draft.random.pick([-1, 0, 1, 5000])),
  (draft) => {
    set(draft, "nbf", String(NOW + tolerance(draft) + draft.random.pick([-1, 0, 1, 5000])));
  },
  (draft) => set(draft, draft.random.pick(["exp", "exp", "nbf"]), draft.random.pick(TIMES)),
  (draft) => set(draft, "nbf", String(time(draft, "exp") + draft.random.pick([0, 1, 10_000_000_000]))),
  // What it says.
  (draft) => set(draft, "iss", draft.random.pick(ISSUERS(draft.rules.issuer))),
  (draft) => set(draft, "aud", draft.random.pick(AUDIENCES(draft.rules.audience))),
  (draft) => draft.claims.splice(draft.random.below(draft.claims.length), 1),
  (draft) => (draft.random.pick(draft.claims)[1] = draft.random.pick(['"other"', "null", "false", '["gold","x"]', "3", '"\\u0067old"', '{"a":[1]}'])),
  (draft) => set(draft, KEY_CLAIM, draft.random.pick(['"24734598-f050-4cbb-8b98-2dad6eaa260a"', '"nb:kid:UUID:339c45b5-fb6d-4bd9-994c-eabd9d41c95b"', '""', "null", '["339C45B5FB6D4BD9994CEABD9D41C95B"]'])),
  (draft) => set(draft, MAX_USES, draft.random.pick(["1", '"2"', "3", "0", '"x"', "1.5", "null", "9007199254740992"])),
  (draft) => draft.claims.push([...draft.random.pick(draft.claims)]),
  (draft) => draft.header.push([...draft.random.pick(draft.header)]),
  (draft) => draft.claims.push(["deep", `${"[".repeat(14 + draft.random.below(4))}${"]".repeat(14)}`]),
  (draft) => draft.claims.push(...Array.from({ length: 248 + draft.random.below(8) }, (_, index) => [`c${index}`, "1"])),
  (draft) => draft.claims.push(["bad", draft.random.pick(["01", "+1", "nul", '"\u0001"', '"\\x"', '"\\ud800"', "1.", "[1,]", "'a'"])]),
  (draft) => draft.claims.push(["long", json("é".repeat(draft.random.pick([3000, 6000])))]),
  // Who signed it, and how it says so.
  (draft) => (draft.signer = { ...draft.signer, ...draft.stranger(draft.signer) }),
  (draft) => (draft.type = draft.type === "SWT" ? "JWT" : "SWT"),
  (draft) => head(draft, "alg", draft.random.pick(['"none"', '"HS256"', '"RS256"', '"ES256"', '"EdDSA"', '"Ed25519"', '"hs256"', "256", "null", '"ES256K"', '"\\u0048S256"'])),
  (draft) => (draft.header = draft.header.filter(([name]) => name !== "alg")),
  (draft) => head(draft, "kid", draft.random.pick(['"unknown"', '"key-0"', '"key-1é"', '""', "7", "null", '"KEY-0"'])),
  (draft) => head(draft, draft.random.pick(["crit", "b64", "zip", "enc", "jku", "jwk", "x5c", "cty"]), draft.random.pick(['["exp"]', "false", '"x"'])),
];

/** Done to the finished text. */
const DAMAGES = [
  () => null,
  () => "",
  (token, random) => token.slice(0, random.below(token.length)),
  (token, random) => flipped(token, random.below(token.length), random),
  (token, random) => flipped(token, token.length - 1, random),
  (token, random) => flipped(token, random.below(Math.max(1, token.indexOf("."))), random),
  (token) => `Bearer ${token}`,
  (token) => `bearer%3D${token}`,
  (token) => encodeURIComponent(token),
  (token) => encodeURIComponent(encodeURIComponent(token)),
  (token) => ` ${token}`,
  (token) => `${token}\n`,
  (token) => `${token}=`,
  (token) => token.replaceAll(".", ".."),
  (token) => `${token}.${token}`,
  (token) => `${token}..`,
  (token) => `${token}é漢😀`,
  (token) => token.split(".").slice(0, 2).join(".") + ".",
  (token) => token.padEnd(16 * 1024 + 1, "A"),
  (token) => token.padEnd(16 * 1024, "A"),
  (token) => `${base64url('{"alg":"none"}')}.${token.split(".")[1] ?? ""}.`,
  (token) => token.replace("%", "%2"),
  (token) => token.replaceAll("-", "+").replaceAll("_", "/"),
  (token) => `{"payload":"${token}"}`,
  () => "hello",
  () => "a.b.c",
];

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=&%+";

function flipped(token, at, random) {
  return token.slice(0, at) + random.pick(ALPHABET) + token.slice(at + 1);
}
