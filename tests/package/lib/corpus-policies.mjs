/** Random policies in every form that a verifier takes, and what is needed to make tokens for them. */

import { RSA, SYMMETRIC } from "./signing.mjs";

export const KEY_CLAIM = "urn:microsoft:azure:mediaservices:contentkeyidentifier";
export const MAX_USES = "urn:microsoft:azure:mediaservices:maxuses";
const DISCOVERY = "https://login.example.com/.well-known/openid-configuration";
const NETWORKS = ["192.0.2.0/24", "203.0.113.7", "2001:db8::/32", "0.0.0.0/0", "198.51.100.0/25, 2001:db8:1::/48"];
/** For both types of token; a SWT takes nothing else. */
const URIS = ["http://issuer.com", "https://sts.example/", "urn:video", "urn:video/", "https://a.example/b?c=d&e=f"];
const TEXTS = [...URIS, "Ümläut & <Co>", "1", "true"];
const CLAIMS = [
  { type: "tier", value: "gold" },
  { type: "role" },
  { type: "level", value: "3" },
  { type: "tier", value: "gold" },
  { type: "aud" },
  { type: "名前", value: "値 & <ü>" },
  { type: "sub", value: "" },
];

/** @param keys `rsa`, `x509`: pairs; `jwks`: pairs of all kinds */
export function randomPolicy(random, keys) {
  const settings = {};
  if (random.chance(0.6)) settings.tolerance = random.pick([0, 1, 60, 300, 900]);
  if (random.chance(0.5)) settings.symmetricAlgorithm = random.pick(SYMMETRIC);
  if (random.chance(0.5)) settings.rsaAlgorithm = random.pick(RSA);
  const form = random.pick(["object", "xml", "v3 restriction", "v3 option", "v3 policy", "v2 options", "v2 options"]);
  const options = randomOptions(random, keys, form);
  const tokens = options.flatMap(({ restrictions }) => restrictions.filter(({ kind }) => kind === "token"));
  const jwks = tokens.some(({ openId }) => openId) && random.chance(0.85) ? randomKeySet(random, keys.jwks) : undefined;
  if (jwks) settings.jwks = random.chance(0.5) ? jwks.set : JSON.stringify(jwks.set);
  const isText = random.chance(0.5);
  return { form, isText, options, tokens, settings, keySet: jwks?.signers ?? [] };
}

function randomOptions(random, keys, form) {
  if (["object", "xml", "v3 restriction"].includes(form)) return [{ restrictions: [randomRestriction(random, keys)] }];
  const isV3 = form.startsWith("v3");
  const count = form === "v3 option" ? 1 : 1 + random.below(3);
  return Array.from({ length: count }, () => ({
    deliveryType: isV3 ? random.pick([2, 2, 3]) : random.pick([1, 2, 2, 3, 4]),
    restrictions: Array.from({ length: isV3 ? 1 : 1 + random.below(2) }, () => {
      const die = random.below(10);
      if (die === 0) return { kind: "open" };
      return die < 3 && !isV3 ? { kind: "ip", networks: random.pick(NETWORKS) } : randomRestriction(random, keys);
    }),
  }));
}

function randomRestriction(random, keys) {
  const openId = random.chance(0.35);
  const key = () => {
    const die = random.below(10);
    if (die < 6) return { kind: "symmetric", secret: random.bytes(random.pick([64, 64, 32, 16, 100, 200])) };
    return random.pick(die < 8 ? keys.rsa : keys.x509);
  };
  const own = openId && random.chance(0.4) ? [] : Array.from({ length: 1 + random.below(3) }, key);
  const claims = random.some(CLAIMS, 3);
  if (random.chance(0.5)) claims.splice(random.below(claims.length + 1), 0, { type: KEY_CLAIM });
  const tokenType = random.chance(0.3) ? "SWT" : "JWT";
  const names = tokenType === "SWT" ? URIS : TEXTS;
  return { kind: "token", tokenType, issuer: random.pick(names), audience: random.pick(names), own, claims, openId };
}

/** A key set, and its keys in their places with the algorithm and the name that tokens use. */
function randomKeySet(random, pairs) {
  const natural = { rsa: "RS256", "P-256": "ES256", "P-384": "ES384", Ed25519: "EdDSA" };
  const signers = Array.from({ length: 1 + random.below(5) }, (_, index) => {
    const pair = random.pick(pairs);
    const states = random.chance(0.5);
    const algorithm = states && pair.kind === "rsa" ? random.pick(RSA) : natural[pair.kind];
    const jwk = { ...pair.jwk };
    if (random.chance(0.7)) jwk.kid = `key-${index}${random.pick(["", "é", "/x"])}`;
    if (states) jwk.alg = algorithm === "EdDSA" && random.chance(0.5) ? "Ed25519" : algorithm;
    if (random.chance(0.3)) jwk.use = "sig";
    return { ...pair, algorithm, kid: jwk.kid, jwk };
  });
  const unused = [{ kty: "oct", k: "c2VjcmV0", kid: "oct" }, { ...pairs[0].jwk, use: "enc", kid: "enc" }, { kty: "EC", crv: "P-521", x: "AA", y: "AA" }];
  const set = { keys: signers.map(({ jwk }) => jwk) };
  if (random.chance(0.3)) set.keys.splice(random.below(set.keys.length + 1), 0, random.pick(unused));
  return { set, signers };
}

/** Whether all keys are symmetric, so that the edge decides without waiting. */
export const isSynchronous = ({ tokens, keySet }) =>
  tokens.every(({ own, openId }) => own.every(({ kind }) => kind === "symmetric") && !(openId && keySet.length > 0));

// ------------------------------------------------------------------------------- in the form that users write

/** @returns the policy as `compilePolicy` takes it */
export function written({ form, isText, options }, buildTokenRestriction) {
  const [{ restrictions }] = options;
  const text = (value) => (isText ? JSON.stringify(value) : value);
  switch (form) {
    case "object":
      return restrictionObject(restrictions[0]);
    case "xml":
      return buildTokenRestriction(restrictionObject(restrictions[0]));
    case "v3 restriction":
      return text(v3Restriction(restrictions[0]));
    case "v3 option":
      return text(v3Option(options[0]));
    case "v3 policy":
      return text({ properties: { description: "corpus", options: options.map(v3Option) } });
    default:
      return options.map((option) => v2Option(option, buildTokenRestriction));
  }
}

const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64url"));

const keyObject = {
  symmetric: ({ secret }) => ({ kind: "symmetric", key: new Uint8Array(secret) }),
  x509: ({ certificate }) => ({ kind: "x509", certificate: new Uint8Array(certificate) }),
  rsa: ({ jwk }) => ({ kind: "rsa", modulus: bytes(jwk.n), exponent: bytes(jwk.e) }),
};

export function restrictionObject({ tokenType, issuer, audience, own, claims, openId }) {
  const [primary, ...alternates] = own.map((key) => keyObject[key.kind](key));
  return {
    tokenType,
    issuer,
    audience,
    ...(primary && { primaryVerificationKey: primary }),
    alternateVerificationKeys: alternates,
    requiredClaims: claims,
    ...(openId && { openIdDiscoveryUri: DISCOVERY }),
  };
}

function v2Option({ deliveryType, restrictions }, buildTokenRestriction) {
  const numbers = { open: 0, token: 1, ip: 2 };
  const requirements = {
    open: () => null,
    token: (restriction) => buildTokenRestriction(restrictionObject(restriction)),
    ip: ({ networks }) => networks,
  };
  const Restrictions = restrictions.map((restriction) => ({
    Name: "restriction",
    KeyRestrictionType: numbers[restriction.kind],
    Requirements: requirements[restriction.kind](restriction),
  }));
  return { Name: "option", KeyDeliveryType: deliveryType, KeyDeliveryConfiguration: null, Restrictions };
}

const typed = (type, members = {}) => ({ "@odata.type": `#Microsoft.Media.ContentKeyPolicy${type}`, ...members });
const base64 = (data) => Buffer.from(data).toString("base64");

const v3Key = {
  symmetric: ({ secret }) => typed("SymmetricTokenKey", { keyValue: base64(secret) }),
  x509: ({ certificate }) => typed("X509CertificateTokenKey", { rawBody: base64(certificate) }),
  rsa: ({ jwk }) => typed("RsaTokenKey", { exponent: base64(bytes(jwk.e)), modulus: base64(bytes(jwk.n)) }),
};

export function v3Restriction(restriction) {
  if (restriction.kind === "open") return typed("OpenRestriction");
  const { tokenType, issuer, audience, own, claims, openId } = restriction;
  const [primary, ...alternates] = own.map((key) => v3Key[key.kind](key));
  return typed("TokenRestriction", {
    issuer,
    audience,
    primaryVerificationKey: primary ?? null,
    alternateVerificationKeys: alternates,
    requiredClaims: claims.map(({ type, value = null }) => ({ claimType: type, claimValue: value })),
    restrictionTokenType: tokenType === "SWT" ? "Swt" : "Jwt",
    openIdConnectDiscoveryDocument: openId ? DISCOVERY : null,
  });
}

export const v3Option = ({ deliveryType, restrictions }) => ({
  name: "option",
  configuration:
    deliveryType === 3 ? typed("WidevineConfiguration", { widevineTemplate: "{}" }) : typed("ClearKeyConfiguration"),
  restriction: v3Restriction(restrictions[0]),
});
