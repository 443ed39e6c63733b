/** What a refusal says to whoever has to mend it: rules in their order, and the words for the usual mistakes. */

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { installed } from "./lib/keys.mjs";
import { jwt, rsaPair } from "./lib/signing.mjs";

const NOW = 1_800_000_000;
const keyId = "339c45b5-fb6d-4bd9-994c-eabd9d41c95b";
const otherKeyId = "24734598-f050-4cbb-8b98-2dad6eaa260a";
const request = { keyId, now: NOW };
const secret = new Uint8Array(48).map((_, index) => (index * 37 + 5) % 256);
const KEY_CLAIM = "urn:microsoft:azure:mediaservices:contentkeyidentifier";
const policy = {
  tokenType: "JWT",
  issuer: "https://sts.example/",
  audience: "urn:video",
  primaryVerificationKey: { kind: "symmetric", key: secret },
  requiredClaims: [{ type: KEY_CLAIM }, { type: "tier", value: "gold" }],
};

let keywicket;
let gate;
before(async () => {
  ({ keywicket } = await installed("explain"));
  gate = new keywicket.TokenVerifier(policy);
});

const mint = (options) => keywicket.mintToken(policy, { keyId, now: NOW, ...options });
const failed = (token, asked = request, verifier = gate) => {
  const { code, checks } = verifier.explain(token, asked);
  return { code, all: checks, fails: checks.filter(({ outcome }) => outcome === "fail") };
};
/** The first failing rule and its words. */
function assertSays(token, { code, rule, why, fix, observed }, asked, verifier) {
  const found = failed(token, asked, verifier);
  const [first] = found.fails;
  assert.deepEqual([found.code, first.rule], [code, rule]);
  assert.match(first.why, why);
  if (fix) assert.match(first.fix, fix);
  if (observed) assert.match(first.observed, observed);
}

const ORDER = ["transport", "parse", "algorithm", "keys", "signature", "time", "issuer", "audience", "claim", "claim"];

describe("explain()", () => {
  it("looks at the rules in the order of the documentation", () => {
    const rules = (token) => gate.explain(token, request).checks.map(({ rule }) => rule);
    assert.deepEqual(rules(mint()), ORDER);
    assert.deepEqual(rules(mint({ claims: { "urn:microsoft:azure:mediaservices:maxuses": 3 } })), [...ORDER, "uses"]);
    const outcomes = (token) => gate.explain(token, request).checks.map(({ outcome }) => outcome);
    assert.deepEqual(new Set(outcomes(mint())), new Set(["pass"]));
    assert.deepEqual(outcomes(""), ["fail", ...Array(8).fill("skip")]);
    assert.deepEqual(outcomes("x.y.z").slice(0, 2), ["pass", "fail"]);
  });

  it("reports the first of several defects and tells the others", () => {
    const token = mint({ signingKey: new Uint8Array(64), now: NOW - 10_000, issuer: "https://other.example/", audience: "urn:x", keyId: otherKeyId });
    const { code, fails, all } = failed(token);
    assert.equal(code, "token.bad_signature");
    assert.deepEqual(fails.map(({ rule }) => rule), ["signature", "time", "issuer", "audience", "claim"]);
    const passed = all.find(({ rule, outcome }) => rule === "claim" && outcome === "pass");
    assert.match(passed.why, /signature does not verify/, "what nobody vouches for is marked");
    for (const { why, fix } of fails) assert.ok(why && fix);
  });

  it("says what stands around the token", () => {
    const parse = { code: "token.malformed", rule: "parse" };
    assertSays(`Bearer Bearer ${mint()}`, { ...parse, why: /Bearer/, fix: /once/ });
    assertSays(`Bearer ${mint()}`, { ...parse, why: /Bearer/, fix: /once/ });
    const swt = keywicket.mintToken({ ...policy, tokenType: "SWT" }, { keyId, now: NOW });
    const forSwt = new keywicket.TokenVerifier({ ...policy, tokenType: "SWT" });
    assert.equal(forSwt.check(swt, request).code, "token.allowed");
    const { code, fails } = failed(encodeURIComponent(swt), request, forSwt);
    assert.equal(code, "token.malformed");
    assert.match(`${fails[0].observed} ${fails[0].fix}`, /twice|once/);
    assertSays(encodeURIComponent(encodeURIComponent(`${mint()}=`)), { ...parse, why: /./, fix: /once/, observed: /encoded twice/ });
    assertSays(` ${mint()}`, { ...parse, why: /base64url|parts/, observed: /white space/ });
    assertSays('{"token":"x"}', { ...parse, why: /parts/, observed: /JSON/ });
    assertSays(mint({ tokenType: "SWT" }), { code: "token.wrong_type", rule: "parse", why: /./ });
    assertSays("a.b.c.d.e", { code: "token.unsupported", rule: "parse", why: /encrypted/ });
  });

  it("says what is wrong with times", () => {
    const time = (code) => ({ code: `token.${code}`, rule: "time" });
    assertSays(mint({ now: NOW - 10_000 }), { ...time("expired"), why: /ended 9400 s ago/, fix: /clocks/ });
    assertSays(mint({ notBefore: NOW * 1000, expiresAt: NOW * 1000 + 600_000 }), { ...time("not_yet_valid"), why: /begins in/, fix: /milliseconds/ });
    assertSays(mint({ notBefore: NOW + 900, expiresAt: NOW + 900 }), { ...time("not_yet_valid"), why: /begins in 900 s/, fix: /empty/ });
    assertSays(mint({ notBefore: NOW + 900, expiresAt: NOW + 1900 }), { ...time("not_yet_valid"), why: /begins in 900 s/, fix: /clocks/ });
    const milliseconds = gate.explain(mint({ expiresAt: NOW * 1000 }), request);
    assert.equal(milliseconds.code, "token.allowed");
    assert.match(milliseconds.checks.find(({ rule }) => rule === "time").why, /milliseconds/);
    const claims = { iss: policy.issuer, aud: policy.audience, [KEY_CLAIM]: keyId, tier: "gold" };
    const signed = (more) => jwt('{"alg":"HS256"}', JSON.stringify({ ...claims, ...more }), "HS256", secret);
    assertSays(signed({}), { ...time("missing_expiry"), why: /never ends/ });
    assertSays(signed({ exp: String(NOW + 9) }), { ...time("time_not_a_number"), why: /not a number/, fix: /quotation/ });
    assertSays(signed({ exp: NOW + 9.5 }), { ...time("time_not_whole"), why: /fraction/, fix: /round down/ });
  });

  it("says where issuers and audiences differ", () => {
    const slash = { code: "token.wrong_issuer", rule: "issuer", why: /slash at its end/ };
    assertSays(mint({ issuer: "https://sts.example" }), slash);
    assertSays(mint({ audience: "urn:video/" }), { code: "token.wrong_audience", rule: "audience", why: /token's audience has a slash/ });
    assertSays(mint({ issuer: "http://sts.example/" }), { ...slash, why: /http and https/ });
    assertSays(mint({ audience: "URN:Video" }), { code: "token.wrong_audience", rule: "audience", why: /upper and lower case/ });
  });

  it("says whose token it is", () => {
    assertSays(mint({ keyId: otherKeyId }), { code: "token.wrong_key_id", rule: "claim", why: new RegExp(`for key ${otherKeyId}.*for key ${keyId}`) });
    assertSays(mint({ claims: { [KEY_CLAIM]: null } }), { code: "token.missing_claim", rule: "claim", why: /tied to no key/ });
    assertSays(mint({ claims: { tier: "silver" } }), { code: "token.wrong_claim", rule: "claim", why: /another value/, observed: /silver/ });
  });

  it("finds out how the signer misread the key", () => {
    const text = (value) => new Uint8Array(Buffer.from(value));
    const signature = { code: "token.bad_signature", rule: "signature" };
    const base64 = Buffer.from(secret).toString("base64");
    assertSays(mint({ signingKey: text(base64) }), { ...signature, why: /primary key in another encoding.*base64 text/, fix: /mend the key/ });
    assertSays(mint({ signingKey: text(`${base64}\n`) }), { ...signature, why: /line feed/ });
    assertSays(mint({ signingKey: text(Buffer.from(secret).toString("hex")) }), { ...signature, why: /hexadecimal text/ });
    assertSays(mint({ signingKey: text("another") }), { ...signature, why: /another key/ });
    const words = JSON.stringify(failed(mint({ signingKey: text(base64) })).all);
    for (const form of [base64, base64.slice(0, 20), Buffer.from(secret).toString("hex").slice(0, 20)]) assert.ok(!words.includes(form));
  });

  it("says which keys are known, and which algorithm they have", () => {
    const { jwk, privateKey } = rsaPair();
    const trusting = { ...policy, primaryVerificationKey: undefined, openIdDiscoveryUri: "https://login.example.com/.well-known/openid-configuration" };
    const verifier = new keywicket.TokenVerifier(trusting, { jwks: { keys: [{ ...jwk, kid: "2024-01" }] } });
    const signed = (header) => jwt(JSON.stringify(header), JSON.stringify({ exp: NOW }), "RS256", privateKey);
    assertSays(signed({ alg: "RS256", kid: "2023-12" }), { code: "token.unknown_key", rule: "keys", why: /not in the key set/, fix: /fetch the key set again/, observed: /2023-12/ }, request, verifier);
    assertSays(mint(), { code: "token.algorithm_not_allowed", rule: "algorithm", why: /never the token's header/, fix: /sign with RS256/ }, request, verifier);
    assertSays(signed({ alg: "none" }), { code: "token.algorithm_not_allowed", rule: "algorithm", why: /header/ });
    const without = new keywicket.TokenVerifier(trusting);
    assertSays(signed({ alg: "RS256" }), { code: "token.no_usable_key", rule: "keys", why: /key set is not at hand/, fix: /jwks/ }, request, without);
  });
});

describe("extractToken()", () => {
  const token = "eyJh.eyJi.c2ln";
  const from = (source) => keywicket.extractToken(source);

  it("finds the one token, wherever it stands", () => {
    for (const authorization of [`Bearer ${token}`, `bearer ${token}`, `Bearer=${token}`, `Bearer%3D${token}`, `Bearer%20${token}`, ` Bearer  ${token} `]) {
      assert.deepEqual(from({ authorization }), { token, source: "authorization" }, authorization);
    }
    const swt = "a=b%2Bc&HMACSHA256=x%2by%3d";
    for (const url of [`https://a.example/key?kid=1&token=${encodeURIComponent(swt)}&x=1#f`, `?token=${encodeURIComponent(swt)}`, `?token=Bearer%3D${encodeURIComponent(swt)}`]) {
      assert.deepEqual(from({ url }), { token: swt, source: "query" }, url);
    }
    const xml = `<CustomData xmlns="http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/PlayReadyCustomData/v1"><Token>${swt.replace("&", "&amp;")}</Token></CustomData>`;
    assert.deepEqual(from({ playReadyCustomData: xml }), { token: swt, source: "playready_custom_data" });
    assert.deepEqual(from({ authorization: null, url: `?token=${token}`, playReadyCustomData: "" }), { token, source: "query" });
  });

  it("says why there is none", () => {
    const code = (source) => from(source).code;
    assert.equal(code({}), "token.missing");
    assert.match(from({ authorization: "Basic abc" }).why, /Bearer/);
    assert.equal(code({ authorization: `Bearer ${token}`, url: `?token=${token}` }), "token.ambiguous");
    assert.equal(code({ url: `?token=${token}&token=${token}` }), "token.ambiguous");
    assert.equal(code({ url: "?token=%zz" }), "token.malformed");
    assert.equal(code({ playReadyCustomData: "<Token>x</Token>" }), "token.malformed");
    for (const source of [{}, { url: "?token=%zz" }]) assert.ok(from(source).fix && !("token" in from(source)));
    for (const [source, errorCode, path] of [[undefined, "argument.missing", "source"], [{ url: 7 }, "argument.wrong_type", "source.url"], [{ header: "" }, "argument.unknown_member", "source.header"], [new Request("https://a.example/?token=a"), "argument.wrong_type", "source"]]) {
      assert.throws(() => from(source), { name: "KeywicketError", code: errorCode, path });
    }
  });
});

describe("inspectToken()", () => {
  it("takes both types apart", () => {
    const token = mint({ kid: "k" });
    const [header, payload, signature] = token.split(".").map((part) => Buffer.from(part, "base64url"));
    assert.deepEqual(keywicket.inspectToken(token), {
      tokenType: "JWT",
      header: JSON.parse(header),
      claims: JSON.parse(payload),
      signedLength: token.lastIndexOf("."),
      signature: new Uint8Array(signature),
    });
    const swt = keywicket.mintToken({ ...policy, tokenType: "SWT" }, { keyId, now: NOW });
    const inspected = keywicket.inspectToken(swt);
    assert.deepEqual([inspected.tokenType, inspected.signedLength, inspected.signature.length], ["SWT", swt.indexOf("&HMACSHA256="), 32]);
    assert.deepEqual(inspected.claims, { [KEY_CLAIM]: keyId, tier: "gold", Audience: "urn:video", ExpiresOn: String(NOW + 600), Issuer: "https://sts.example/" });
    assert.ok(!("header" in inspected));
  });

  it("keeps every kind of value, and no name is special", () => {
    const payload = '{"__proto__":{"x":1},"a":null,"b":[1,{"c":"é"}],"d":1.50,"e":true,"constructor":"f","g":"\\u0041"}';
    const { claims } = keywicket.inspectToken(jwt('{"alg":"none"}', payload, "HS256", secret));
    assert.deepEqual(Object.entries(claims), Object.entries(JSON.parse(payload)));
    assert.equal({}.x, undefined);
  });

  it("says why it cannot be read, and quotes nothing of it", () => {
    for (const text of ["", "secret-token-text", "Bearer eyJh.e30.c2ln", "a.b", `${mint()}.x`, "x".repeat(17_000)]) {
      assert.throws(() => keywicket.inspectToken(text), (error) => error.code === "inspect.unreadable" && error.path === "token" && !/secret-token|eyJh|xxxx/.test(error.message), text.slice(0, 30));
    }
  });
});
