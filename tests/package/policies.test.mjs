/** Whole policies, the linter, the doctor of verification keys and the rollover planner, as a Node user calls them. */

import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, randomBytes } from "node:crypto";
import { before, describe, it } from "node:test";
import { installed } from "./lib/keys.mjs";

const keyId = "nb:kid:UUID:339c45b5-fb6d-4bd9-994c-eabd9d41c95b";
const now = 1_800_000_000;

let keywicket;
let engine;
before(async () => {
  ({ keywicket, engine } = await installed("policies"));
});

const bytes = (length) => new Uint8Array(randomBytes(length));
const throws = (call, code, path) =>
  assert.throws(call, (error) => error instanceof keywicket.KeywicketError && error.code === code && error.path === path);

function policyXml(key = bytes(64)) {
  const primaryVerificationKey = { kind: "symmetric", key };
  const requiredClaims = [{ type: keywicket.CONTENT_KEY_IDENTIFIER_CLAIM }];
  return keywicket.buildTokenRestriction({
    tokenType: "JWT",
    issuer: "https://sts.example/",
    audience: "urn:video",
    primaryVerificationKey,
    requiredClaims,
  });
}

const option = (KeyDeliveryType, ...restrictions) => ({
  Name: "option",
  KeyDeliveryType,
  KeyDeliveryConfiguration: null,
  Restrictions: restrictions.map(([KeyRestrictionType, Requirements = null]) => ({ Name: "r", KeyRestrictionType, Requirements })),
});

describe("a whole policy", () => {
  it("opens by the first option that holds, and says which", () => {
    const xml = policyXml();
    const token = keywicket.mintToken(xml, { keyId, now });
    const gate = new keywicket.TokenVerifier([option(2, [2, "192.0.2.0/24, 2001:db8::/32"]), option(2, [1, xml])]);
    const ask = (given, clientAddress) => gate.check(given, { keyId, now, clientAddress });
    assert.deepEqual([ask(undefined, "192.0.2.9").code, ask(undefined, "192.0.2.9").option], ["token.allowed", 0]);
    assert.deepEqual([ask(token, "198.51.100.1").code, ask(token, "198.51.100.1").option], ["token.allowed", 1]);
    assert.equal(ask(undefined, "2001:db9::1").code, "token.missing");
    const why = gate.explain(undefined, { keyId, now });
    assert.deepEqual(why.checks.filter(({ outcome }) => outcome === "fail").map(({ option, rule }) => [option, rule]), [[0, "address"], [1, "transport"]]);
    assert.equal(gate.check(token, { keyId, now, keyDeliveryType: 3 }).code, "policy.no_option");
    gate.dispose();
    throws(() => gate.check(token, { keyId, now }), "argument.out_of_range", "gate");
  });

  it("is simulated over tokens, keys and times; a token too long for any use is one that is refused", () => {
    const xml = policyXml();
    const other = "nb:kid:UUID:11111111-2222-4333-8444-555555555555";
    const gate = new keywicket.TokenVerifier(xml);
    const tokens = [keywicket.mintToken(xml, { keyId, now }), "x".repeat(100_000), ""];
    assert.deepEqual(gate.simulate({ tokens, keyIds: [keyId, other], times: [now, now + 3600] }), [
      [["token.allowed", "token.expired"], ["token.wrong_key_id", "token.expired"]],
      [["token.too_large", "token.too_large"], ["token.too_large", "token.too_large"]],
      [["token.missing", "token.missing"], ["token.missing", "token.missing"]],
    ]);
    throws(() => gate.simulate({ tokens: [7], keyIds: [keyId], times: [now] }), "argument.wrong_type", "tokens[0]");
    throws(() => keywicket.mintToken(xml, { keyId, claims: [7] }), "argument.wrong_type", "options.claims");
    gate.dispose();
  });

  it("outlives the instance it was made in", () => {
    const gate = new keywicket.TokenVerifier([option(2, [0])]);
    const request = { keyId, now };
    assert.equal(gate.check(undefined, request).allowed, true);
    const generation = engine.generation();
    throws(() => engine.call(() => { throw new WebAssembly.RuntimeError("unreachable"); }), "internal", undefined);
    assert.equal(engine.generation(), generation + 1);
    assert.equal(gate.check(undefined, request).allowed, true);
  });

  it("is refused where it would open by mistake", () => {
    const make = (...options) => () => new keywicket.TokenVerifier(options);
    throws(make(option(2)), "policy.bad_option", "policy[0].Restrictions");
    throws(make(option(2, [1])), "policy.bad_option", "policy[0].Restrictions[0].Requirements");
    throws(make(option(2, [7])), "policy.bad_option", "policy[0].Restrictions[0].KeyRestrictionType");
    throws(make(option(2, [2, "192.0.2.1/24"])), "ip_restriction.bad_network", "policy[0].Restrictions[0].Requirements[0]");
    throws(make({ ...option(2, [0]), Restriction: [] }), "argument.unknown_member", "policy[0].Restriction");
    throws(() => new keywicket.TokenVerifier([option(2, [0])]).check("", { keyId, now, clientAddress: "host" }), "argument.out_of_range", "request.clientAddress");
  });
});

describe("tools around policies", () => {
  it("lints", () => {
    const codes = (policy) => keywicket.lintTokenRestriction(policy).map(({ code }) => code);
    assert.deepEqual(codes(policyXml()), []);
    assert.deepEqual(codes(policyXml(bytes(16))), ["verification_key.weak"]);
  });

  it("reads strictly if asked to", () => {
    const swept = policyXml().replaceAll("http://www.w3.org", "https://www.w3.org");
    assert.equal(keywicket.readTokenRestriction(swept).findings[0].code, "token_restriction.https_schema_instance");
    assert.throws(() => keywicket.readTokenRestriction(swept, { strict: true }), { code: "token_restriction.unknown_key_type" });
  });

  it("takes verification keys from JSON Web Keys that verify what their owner signed", () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const jwk = publicKey.export({ format: "jwk" });
    const key = keywicket.verificationKeyFromJwk({ ...jwk, use: "sig" });
    assert.deepEqual([key.kind, Buffer.from(key.modulus).toString("base64url")], ["rsa", jwk.n]);
    throws(() => keywicket.verificationKeyFromJwk({ kty: "EC", crv: "P-256", x: "AA", y: "AA" }), "verification_key.unsupported_jwk", "jwk");
  });

  it("finds out which encoding a signer used", () => {
    const key = bytes(48);
    const head = `${Buffer.from('{"alg":"HS256"}').toString("base64url")}.${Buffer.from("{}").toString("base64url")}`;
    const signed = (secret) => `${head}.${createHmac("sha256", secret).update(head).digest("base64url")}`;
    const diagnose = (secret) => keywicket.diagnoseVerificationKey({ key, token: signed(secret) }).encoding;
    assert.equal(diagnose(key), "as_is");
    assert.equal(diagnose(Buffer.from(key).toString("base64")), "base64_text");
    assert.equal(diagnose(`${Buffer.from(key).toString("base64")}\n`), "base64_text_line_feed");
    assert.equal(diagnose(Buffer.from(key).toString("hex")), "hex_text");
    assert.equal(diagnose(bytes(48)), "unknown");
  });

  it("plans a rollover and refuses a hasty one", () => {
    const times = { policyCache: 900, longestTokenLife: 3600 };
    const plan = keywicket.planRollover({ now, ...times });
    assert.deepEqual(plan.map(({ action, at }) => [action, at - now]), [
      ["add_as_alternate", 0],
      ["sign_with_new_key", 900],
      ["promote", 900 + 3600 + 60],
      ["drop_old_key", 900 + 3600 + 60 + 900],
    ]);
    keywicket.checkRollover(plan, times);
    const hasty = plan.map((step) => (step.action === "sign_with_new_key" ? { ...step, at: now + 899 } : step));
    throws(() => keywicket.checkRollover(hasty, times), "rollover.refuses_valid_tokens", "sign_with_new_key");
    throws(() => keywicket.checkRollover(plan.slice(1), times), "rollover.incomplete", "add_as_alternate");
  });
});
