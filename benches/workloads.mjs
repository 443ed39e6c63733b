/**
 * What is checked: five kinds of tokens, each with its policy. Keys and tokens are fresh in every run and made by
 * node:crypto alone, so that no contestant checks what it has made itself.
 */

import { createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const NOW = 1_800_000_000;
const GUID = "339c45b5-fb6d-4bd9-994c-eabd9d41c95b";
const OTHER_GUID = "24734598-f050-4cbb-8b98-2dad6eaa260a";
const KEY_CLAIM = "urn:microsoft:azure:mediaservices:contentkeyidentifier";
const KEY_ID_OF_JWKS = "es1";

/** What the policy says, in the words of every contestant. */
const rules = {
  issuer: "https://issuer.example",
  audience: "urn:player",
  keyClaim: KEY_CLAIM,
  keyId: GUID,
  tier: "gold",
  tolerance: 60,
  now: NOW,
};

/** Enough unique tokens that no cache of any engine or library holds them all; signing is the dear part of RSA. */
const MANY = 1500;
const SOME = 600;

/** @type {{ name: string, tokenType: "JWT" | "SWT", algorithm: string, count: number, ours: string, extra?: object }[]} */
export const workloads = [
  { name: "HS256", tokenType: "JWT", algorithm: "HS256", count: MANY, ours: "check" },
  { name: "HS256-long", tokenType: "JWT", algorithm: "HS256", count: MANY, ours: "check", extra: longClaims() },
  { name: "SWT", tokenType: "SWT", algorithm: "HS256", count: MANY, ours: "check" },
  { name: "RS256", tokenType: "JWT", algorithm: "RS256", count: SOME, ours: "checkAsync" },
  { name: "ES256", tokenType: "JWT", algorithm: "ES256", count: SOME, ours: "checkAsync" },
];

/** What an identity provider adds when nobody stops it: about a kilobyte. */
function longClaims() {
  const entitlements = Array.from({ length: 11 }, (_, index) => `urn:catalogue:season:${index}:episodes:all-languages`);
  return {
    name: "Viktoria Example-Viewer",
    email: "viktoria.viewer@subscribers.example",
    locale: "de-AT",
    device: { id: "0d1f5d6a-0d7e-4f0c-9b4f-6b3c5b6f6c11", os: "tvos 26.1", hdcp: 2.2, trusted: true },
    entitlements,
    scope: "playback download:none resolution:2160p audio:atmos concurrency:3",
  };
}

/**
 * A workload with its keys and tokens. All of it survives the way through JSON (see transport.mjs).
 *
 * `refused` are tokens that must not be accepted; those with `bySignature` already fail at their signature.
 */
export function prepare({ name, tokenType, algorithm, count, ours, extra = {} }) {
  const key = keys[algorithm]();
  const restriction = { tokenType, issuer: rules.issuer, audience: rules.audience, ...key.policy };
  const requiredClaims = [{ type: "tier", value: rules.tier }, { type: KEY_CLAIM, value: null }];
  const issue = issuers[tokenType](key, algorithm, extra);
  const tokens = Array.from({ length: count }, (_, index) => issue({}, { index }));
  return {
    name,
    tokenType,
    algorithm,
    ours,
    rules,
    policy: { ...restriction, requiredClaims },
    jwks: key.jwks,
    verificationKey: key.verificationKey,
    tokens,
    refused: refusedTokens(issue, key.sign, tokenType),
  };
}

const keys = {
  HS256() {
    const secret = new Uint8Array(randomBytes(64));
    return {
      sign: (text) => createHmac("sha256", secret).update(text).digest(),
      policy: { primaryVerificationKey: { kind: "symmetric", key: secret } },
      verificationKey: { secret },
    };
  },
  RS256() {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const jwk = publicKey.export({ format: "jwk" });
    const number = (text) => new Uint8Array(Buffer.from(text, "base64url"));
    return {
      sign: (text) => sign("sha256", Buffer.from(text), privateKey),
      policy: { primaryVerificationKey: { kind: "rsa", exponent: number(jwk.e), modulus: number(jwk.n) } },
      verificationKey: { jwk },
    };
  },
  ES256() {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const jwk = publicKey.export({ format: "jwk" });
    return {
      kid: KEY_ID_OF_JWKS,
      sign: (text) => sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }),
      policy: { openIdDiscoveryUri: "https://issuer.example/.well-known/openid-configuration" },
      jwks: { keys: [{ ...jwk, kid: KEY_ID_OF_JWKS, alg: "ES256", use: "sig" }] },
      verificationKey: { jwk },
    };
  },
};

const base64url = (value) => Buffer.from(value).toString("base64url");

/**
 * By token type: makes the function that issues a token, with some claims (or the algorithm of the header) changed, and
 * with its signature forged.
 */
const issuers = {
  JWT: (key, algorithm, extra) => {
    return ({ alg = algorithm, ...changed }, { index = 0, forged = asItIs } = {}) => {
      const header = { alg, ...(key.kid && { kid: key.kid }), typ: "JWT" };
      const claims = { ...standardClaims(index), nbf: NOW - 300, ...extra, ...changed };
      const signed = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
      return `${signed}.${base64url(forged(key.sign(signed)))}`;
    };
  },
  SWT: (key) => {
    const names = { iss: "Issuer", aud: "Audience", exp: "ExpiresOn" };
    return (changed, { index = 0, forged = asItIs } = {}) => {
      const claims = { ...standardClaims(index), ...changed };
      const pairs = Object.entries(claims).map(([name, value]) => [names[name] ?? name, String(value)]);
      const signed = pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
      return `${signed}&HMACSHA256=${encodeURIComponent(forged(key.sign(signed)).toString("base64"))}`;
    };
  },
};

const asItIs = (signature) => signature;

/** Subject and expiry make each token unique. */
function standardClaims(index) {
  const { issuer, audience, tier } = rules;
  const subject = `v${String(index).padStart(4, "0")}`;
  return { iss: issuer, aud: audience, exp: NOW + 600 + index, tier, [KEY_CLAIM]: GUID, sub: subject };
}

/** One token for each check that a contestant could have forgotten. */
function refusedTokens(issue, sign, tokenType) {
  const changed = {
    expired: { exp: NOW - 61 },
    "other issuer": { iss: "https://other.example" },
    "other audience": { aud: "urn:recorder" },
    "other tier": { tier: "silver" },
    "other key": { [KEY_CLAIM]: OTHER_GUID },
    ...(tokenType === "JWT" && { "not yet valid": { nbf: NOW + 61 }, "other algorithm": { alg: "HS512" } }),
  };
  const forgeries = {
    "one bit of the signature": (signature) => signature.fill(signature[0] ^ 1, 0, 1),
    "the signature of another text": () => sign("another text"),
  };
  return [
    ...Object.entries(forgeries).map(([why, forged]) => ({ why, bySignature: true, token: issue({}, { forged }) })),
    ...Object.entries(changed).map(([why, claims]) => ({ why, bySignature: false, token: issue(claims) })),
  ];
}
