/** Test tokens as they are minted, and the forms that a policy may have. */

import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { before, describe, it } from "node:test";
import { v3Option, v3Restriction } from "./lib/corpus-policies.mjs";
import { installed } from "./lib/keys.mjs";
import { certified, ecPair, edPair, rsaPair, signature } from "./lib/signing.mjs";

const NOW = 1_800_000_000;
const keyId = "339c45b5-fb6d-4bd9-994c-eabd9d41c95b";
const request = { keyId, now: NOW };
const secret = new Uint8Array(64).map((_, index) => (index * 89 + 33) % 251);
const KEY_CLAIM = "urn:microsoft:azure:mediaservices:contentkeyidentifier";
const policy = {
  tokenType: "JWT",
  issuer: "https://sts.example/",
  audience: "urn:video",
  primaryVerificationKey: { kind: "symmetric", key: secret },
  requiredClaims: [{ type: KEY_CLAIM }, { type: "tier", value: "gold" }, { type: "role" }],
};
const trusting = { ...policy, primaryVerificationKey: undefined, openIdDiscoveryUri: "https://login.example.com/.well-known/openid-configuration" };
const claims = { [KEY_CLAIM]: keyId, tier: "gold", role: "", iss: "https://sts.example/", aud: "urn:video", exp: NOW + 600, nbf: NOW - 300 };

let keywicket;
before(async () => {
  ({ keywicket } = await installed("minting"));
});

const mint = (options) => keywicket.mintToken(policy, { keyId, now: NOW, ...options });
const parts = (token) => token.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));
const throws = (call, code, path) => assert.throws(call, { name: "KeywicketError", code, path });
const rejects = (promise, code, path) => assert.rejects(promise, { name: "KeywicketError", code, path });

describe("mintToken()", () => {
  it("says what the policy asks for", () => {
    assert.deepEqual(parts(mint()), [{ typ: "JWT", alg: "HS256" }, claims]);
    assert.deepEqual(parts(keywicket.mintToken(keywicket.buildTokenRestriction(policy), { keyId: `{${keyId.toUpperCase()}}`, now: NOW })), parts(mint()));
  });

  it("says what else it is told to", () => {
    const [header, payload] = parts(mint({ kid: "é/1", algorithm: "HS512", issuer: "i", audience: "a", lifetime: 9, notBefore: null, claims: { tier: ["gold"], role: null, n: 1.5, deep: { a: [null] }, 名: "値" } }));
    assert.deepEqual(header, { typ: "JWT", alg: "HS512", kid: "é/1" });
    assert.deepEqual(payload, { [KEY_CLAIM]: keyId, tier: ["gold"], n: 1.5, deep: { a: [null] }, 名: "値", iss: "i", aud: "a", exp: NOW + 9 });
    assert.deepEqual(parts(mint({ expiresAt: 5, lifetime: 9, notBefore: 7 }))[1], { ...claims, exp: 5, nbf: 7 });
  });

  it("signs by each algorithm with the key it is given", () => {
    for (const algorithm of ["HS256", "HS384", "HS512"]) {
      const signingKey = new Uint8Array(33).fill(3);
      const token = mint({ algorithm, signingKey });
      const at = token.lastIndexOf(".");
      assert.equal(token.slice(at + 1), signature(algorithm, signingKey, token.slice(0, at)).toString("base64url"));
      const code = (symmetricAlgorithm) => new keywicket.TokenVerifier(policy, { symmetricAlgorithm }).check(mint({ algorithm }), request).code;
      assert.equal(code(algorithm), "token.allowed");
      assert.equal(code(algorithm === "HS256" ? "HS384" : "HS256"), "token.algorithm_not_allowed");
    }
  });

  it("refuses what no token can say", () => {
    throws(() => keywicket.mintToken(policy, { now: NOW }), "mint.key_id_required", "options.keyId");
    throws(() => mint({ expiresAt: 2 ** 53 }), "argument.out_of_range", "options.expiresAt");
    throws(() => mint({ lifetime: 9_007_199_254_740_991 }), "mint.bad_lifetime", "options.expiresAt");
    throws(() => mint({ claims: { exp: 1 } }), "mint.bad_claims", "options.claims");
    throws(() => mint({ tokenType: "SWT", claims: { a: [1] } }), "mint.bad_claims", "options.claims");
    throws(() => mint({ claims: [] }), "argument.wrong_type", "options.claims");
    throws(() => mint({ algorithm: "RS256" }), "argument.out_of_range", "options.algorithm");
    throws(() => mint({ algorithm: "none" }), "argument.out_of_range", "options.algorithm");
    throws(() => mint({ signingKey: "text" }), "argument.wrong_type", "options.signingKey");
    throws(() => mint({ claim: {} }), "argument.unknown_member", "options.claim");
    assert.throws(() => keywicket.mintToken(trusting, { keyId, now: NOW }), { code: "verification_key.not_symmetric" });
  });
});

describe("mintTokenAsync()", () => {
  const rsa = rsaPair();
  const pkcs8 = ({ privateKey }) => new Uint8Array(privateKey.export({ format: "der", type: "pkcs8" }));
  const pairs = { RS256: rsa, RS384: rsa, RS512: rsa, PS256: rsa, PS384: rsa, PS512: rsa, ES256: ecPair("P-256"), ES384: ecPair("P-384"), EdDSA: edPair() };
  const webCrypto = (algorithm) => {
    const hash = `SHA-${algorithm.slice(2)}`;
    return { RS: { name: "RSASSA-PKCS1-v1_5", hash }, PS: { name: "RSA-PSS", hash }, ES: { name: "ECDSA", namedCurve: `P-${algorithm.slice(2)}` }, Ed: { name: "Ed25519" } }[algorithm.slice(0, 2)];
  };
  const cryptoKey = (algorithm) => crypto.subtle.importKey("pkcs8", pkcs8(pairs[algorithm]), webCrypto(algorithm), false, ["sign"]);
  const mintAsync = (options, from = policy) => keywicket.mintTokenAsync(from, { keyId, now: NOW, ...options });

  for (const [algorithm, pair] of Object.entries(pairs)) {
    it(`signs by ${algorithm} with PKCS#8 and with a CryptoKey`, async () => {
      const jwks = { keys: [{ ...pair.jwk, alg: algorithm, kid: "k" }] };
      const gate = new keywicket.TokenVerifier(trusting, { jwks });
      for (const privateKey of [pkcs8(pair), await cryptoKey(algorithm)]) {
        const token = await mintAsync({ algorithm, privateKey, kid: "k" });
        assert.deepEqual(parts(token), [{ typ: "JWT", alg: algorithm, kid: "k" }, claims]);
        assert.equal(gate.check(token, request).verificationKey, "jwks[0]");
      }
    });
  }

  it("signs by RS256 if nothing is said", async () => {
    const token = await mintAsync({ privateKey: pkcs8(rsa) });
    const at = token.lastIndexOf(".");
    assert.equal(parts(token)[0].alg, "RS256");
    assert.ok(verify("sha256", token.slice(0, at), createPublicKey({ key: rsa.jwk, format: "jwk" }), Buffer.from(token.slice(at + 1), "base64url")));
  });

  it("refuses keys that cannot make what the header would say", async () => {
    const bad = (options, from) => mintAsync(options, from);
    const key = "options.privateKey";
    await rejects(bad({}), "argument.wrong_type", key);
    await rejects(bad({ privateKey: "-----BEGIN PRIVATE KEY-----" }), "argument.wrong_type", key);
    await rejects(bad({ privateKey: new Uint8Array(9) }), "unwrap.bad_private_key", key);
    await rejects(bad({ privateKey: pkcs8(rsa), algorithm: "ES256" }), "unwrap.bad_private_key", key);
    await rejects(bad({ privateKey: pkcs8(pairs.ES384), algorithm: "ES256" }), "unwrap.bad_private_key", key);
    await rejects(bad({ privateKey: await cryptoKey("RS256"), algorithm: "RS384" }), "unwrap.bad_private_key", key);
    await rejects(bad({ privateKey: await cryptoKey("RS256"), algorithm: "PS256" }), "unwrap.bad_private_key", key);
    await rejects(bad({ privateKey: await cryptoKey("ES384"), algorithm: "ES256" }), "unwrap.bad_private_key", key);
    const decrypts = await keywicket.importPrivateKey(pkcs8(rsa));
    await rejects(bad({ privateKey: decrypts }), "unwrap.bad_private_key", key);
    for (const algorithm of ["HS256", "none", "toString", {}, 7]) await rejects(bad({ privateKey: pkcs8(rsa), algorithm }), "argument.out_of_range", "options.algorithm");
    for (const options of [null, "options", []]) await assert.rejects(keywicket.mintTokenAsync(policy, options), { name: "KeywicketError", code: "argument.wrong_type" });
    await rejects(bad({ privateKey: pkcs8(rsa), signingKey: secret, issuers: "x" }), "argument.unknown_member", "options.issuers");
    await rejects(bad({ privateKey: pkcs8(rsa) }, { ...policy, tokenType: "SWT" }), "argument.out_of_range", "options.tokenType");
    await rejects(bad({ privateKey: pkcs8(rsa), tokenType: "SWT" }), "argument.out_of_range", "options.tokenType");
  });
});

describe("a policy", () => {
  const [{ certificate }] = certified();
  const model = {
    kind: "token",
    ...policy,
    own: [{ kind: "symmetric", secret }, { kind: "x509", certificate }, { kind: "rsa", ...rsaPair() }],
    claims: policy.requiredClaims,
  };
  const bytes = (text) => new Uint8Array(Buffer.from(text, "base64url"));
  const whole = {
    ...policy,
    alternateVerificationKeys: [
      { kind: "x509", certificate: new Uint8Array(certificate) },
      { kind: "rsa", modulus: bytes(model.own[2].jwk.n), exponent: bytes(model.own[2].jwk.e) },
    ],
  };
  const tokens = () => [mint(), mint({ issuer: "x" }), mint({ claims: { tier: "x" } }), mint({ signingKey: new Uint8Array(1) }), mint({ now: 0 }), "", undefined, "x"];
  const answers = (source, options) => {
    const gate = new keywicket.TokenVerifier(source, options);
    return tokens().map((token) => gate.explain(token, request).toJSON());
  };
  const withoutOption = ({ option: _, ...rest }) => ({ ...rest, ...(rest.checks && { checks: rest.checks.map(withoutOption) }) });

  it("of one restriction decides alike as an object, as XML, as v3 object and as v3 JSON", () => {
    const expected = answers(whole);
    const compiled = keywicket.compilePolicy(whole);
    const v3 = v3Restriction(model);
    for (const form of ["current", "2015", "3.1"]) assert.deepEqual(answers(keywicket.buildTokenRestriction(whole, { form })), expected, form);
    for (const source of [v3, JSON.stringify(v3), JSON.stringify(v3, null, 2)]) {
      assert.deepEqual(answers(source), expected);
      assert.deepEqual(keywicket.compilePolicy(source), compiled);
    }
  });

  it("of options decides alike in v2 and in v3", () => {
    const xml = keywicket.buildTokenRestriction(whole);
    const v2 = [{ KeyDeliveryType: 2, Restrictions: [{ KeyRestrictionType: 1, Requirements: xml }] }];
    const option = v3Option({ deliveryType: 2, restrictions: [model] });
    const expected = answers(v2);
    assert.deepEqual(expected.map(withoutOption), answers(whole));
    assert.ok(expected.every(({ option: index, checks }) => index === 0 && checks.every((check) => check.option === 0)));
    for (const source of [option, { properties: { options: [option] } }, { options: [option] }]) {
      for (const written of [source, JSON.stringify(source)]) assert.deepEqual(answers(written), expected);
    }
  });

  it("opens by token or by address, and tells which", () => {
    const Requirements = keywicket.buildTokenRestriction(whole);
    const token = { KeyRestrictionType: 1, Requirements };
    const address = { KeyRestrictionType: 2, Requirements: "192.0.2.0/24, 2001:db8::/32" };
    const gate = new keywicket.TokenVerifier([
      { KeyDeliveryType: 2, Restrictions: [address, token] },
      { KeyDeliveryType: 3, Restrictions: [token] },
      { KeyDeliveryType: 4, Restrictions: [{ KeyRestrictionType: 0 }] },
    ]);
    const ask = (given, more) => {
      const { code, option } = gate.check(given, { ...request, ...more });
      return [code, option];
    };
    const clientAddress = "2001:db8::7";
    assert.deepEqual(ask(mint(), { clientAddress, keyDeliveryType: 2 }), ["token.allowed", 0]);
    assert.deepEqual(ask(undefined, { clientAddress, keyDeliveryType: 2 }), ["token.missing", 0]);
    assert.deepEqual(ask(mint(), { clientAddress: "198.51.100.1", keyDeliveryType: 2 }), ["policy.address_not_allowed", 0]);
    assert.deepEqual(ask(mint(), { keyDeliveryType: 2 }), ["policy.address_unknown", 0]);
    assert.deepEqual(ask(mint(), { keyDeliveryType: 3 }), ["token.allowed", 1]);
    assert.deepEqual(ask(mint({ now: 0 }), { keyDeliveryType: 3 }), ["token.expired", 1]);
    assert.deepEqual(ask(undefined), ["token.allowed", 2]);
    assert.deepEqual(ask(undefined, { keyDeliveryType: 1 }), ["policy.no_option", undefined]);
  });

  it("takes keys from outside only where it says so, and only good ones", () => {
    const { jwk } = rsaPair();
    const make = (jwks, from = trusting) => () => new keywicket.TokenVerifier(from, { jwks });
    make({ keys: [jwk] })();
    make(JSON.stringify({ keys: [{ kty: "oct", k: "AA" }, jwk] }))();
    throws(make({ keys: [jwk] }, policy), "argument.out_of_range", "options.jwks");
    throws(make({ keys: [] }), "verification_key.unsupported_jwk", "options.jwks");
    throws(make({ keys: [{ kty: "oct", k: "AA" }] }), "verification_key.unsupported_jwk", "options.jwks");
    throws(make({ keys: [{ ...jwk, use: "enc" }] }), "verification_key.unsupported_jwk", "options.jwks");
    for (const text of ["", "{", "[]", '{"keys":{}}', '{"keys":[],"keys":[]}']) throws(make(text), "verification_key.invalid", "options.jwks");
    for (const value of [null, 7, [jwk]]) throws(make(value), "argument.wrong_type", "options.jwks");
    throws(make({ keys: Array(33).fill(jwk) }), "argument.out_of_range", "options.jwks");
    const circular = { keys: [jwk] };
    circular.keys.push(circular);
    throws(make(circular), "entity.not_json", "options.jwks");
    const findings = keywicket.lintKeySet({ keys: [jwk, { kty: "oct", k: "AA" }, { ...jwk, use: "enc" }, { ...jwk, alg: "ES256" }, { kty: "EC", crv: "P-521" }] });
    assert.deepEqual(findings.map(({ code, path }) => [code, path]), [1, 2, 3, 4].map((index) => ["verification_key.unsupported_jwk", `keys[${index}]`]));
  });

  it("is refused with settings that mean nothing", () => {
    const make = (options) => () => keywicket.compilePolicy(policy, options);
    throws(make({ tolerance: 901 }), "argument.out_of_range", "options.tolerance");
    throws(make({ symmetricAlgorithm: "RS256" }), "argument.out_of_range", "options.symmetricAlgorithm");
    throws(make({ rsaAlgorithm: "ES256" }), "argument.out_of_range", "options.rsaAlgorithm");
    throws(make({ tolerence: 1 }), "argument.unknown_member", "options.tolerence");
    throws(make(null), "argument.wrong_type", "options");
    throws(() => keywicket.compilePolicy(v3Restriction({ kind: "open" })), "argument.out_of_range", "policy");
    for (const source of [undefined, null, 7]) assert.throws(() => keywicket.compilePolicy(source), { name: "KeywicketError" });
  });
});
