/** Decisions written down and made again, and many decisions at once. */

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { makeCorpus } from "./lib/corpus.mjs";
import { installed } from "./lib/keys.mjs";
import { certified, jwt, rsaPair } from "./lib/signing.mjs";

const NOW = 1_800_000_000;
const keyId = "339c45b5-fb6d-4bd9-994c-eabd9d41c95b";
const otherKeyId = "24734598-f050-4cbb-8b98-2dad6eaa260a";
const request = { keyId, now: NOW };
const secret = new Uint8Array(64).map((_, index) => (index * 89 + 33) % 251);
const policy = {
  tokenType: "JWT",
  issuer: "https://sts.example/",
  audience: "urn:video",
  primaryVerificationKey: { kind: "symmetric", key: secret },
  requiredClaims: [{ type: "urn:microsoft:azure:mediaservices:contentkeyidentifier" }],
};

let keywicket;
before(async () => {
  ({ keywicket } = await installed("records"));
});

const verifier = (more, options) => new keywicket.TokenVerifier({ ...policy, ...more }, options);
const mint = (options, more) => keywicket.mintToken({ ...policy, ...more }, { keyId, now: NOW, ...options });

/** Tokens of each kind of answer. */
const tokens = () => ({
  good: mint(),
  expired: mint({ now: NOW - 5000 }),
  another: mint({ keyId: otherKeyId }),
  stranger: mint({ signingKey: new Uint8Array(64) }),
  broken: mint().slice(0, -10),
  double: `Bearer Bearer ${mint()}`,
  SWT: mint({ tokenType: "SWT" }),
  limited: mint({ claims: { "urn:microsoft:azure:mediaservices:maxuses": 2 } }),
  long: "é".repeat(9000),
  none: "",
});

describe("a record", () => {
  it("is the decision, the checks and what they depended on", () => {
    const gate = verifier();
    const asked = { ...request, clientAddress: "192.0.2.1", keyDeliveryType: 2, uses: 1 };
    for (const [name, token] of Object.entries(tokens())) {
      const record = gate.record(token, asked);
      const { checks, ...decision } = gate.explain(token, asked).toJSON();
      assert.deepEqual([record.decision, record.checks, record.version], [decision, checks, 1], name);
      assert.deepEqual(record.request, asked);
      assert.match(`${record.policyDigest} ${record.tokenTextDigest}`, /^[0-9a-f]{64} [0-9a-f]{64}$/);
    }
    assert.deepEqual(Object.keys(gate.record("", request)), ["version", "policyDigest", "tokenTextDigest", "request", "decision", "checks"]);
    const { now } = gate.record("", { keyId: `{${keyId.toUpperCase()}}` }).request;
    assert.ok(Number.isInteger(now) && now > 1_700_000_000, "the time is always in it");
  });

  it("goes through JSON and is the same again, in another verifier too", () => {
    for (const [name, token] of Object.entries(tokens())) {
      const record = verifier().record(token, { ...request, uses: 2 });
      const again = verifier().replay(JSON.parse(JSON.stringify(record)), token);
      assert.deepEqual(again, { same: true, differences: [], record }, name);
    }
    const none = verifier().record(undefined, request);
    assert.equal(verifier().replay(none, undefined).same, true);
  });

  it("says what is not the same", () => {
    const token = mint();
    const record = verifier().record(token, request);
    const differences = (gate, given = token) => gate.replay(JSON.parse(JSON.stringify(record)), given).differences;
    assert.deepEqual(differences(verifier(), mint({ now: NOW - 1 })), ["tokenTextDigest", "decision", "checks"]);
    assert.deepEqual(differences(verifier(), mint({ keyId: otherKeyId })), ["tokenTextDigest", "decision", "checks"]);
    assert.deepEqual(differences(verifier({ issuer: "urn:other" })), ["policyDigest", "decision", "checks"]);
    assert.deepEqual(differences(verifier({}, { tolerance: 61 })), ["policyDigest", "checks"]);
    assert.deepEqual(differences(verifier({ requiredClaims: [] })), ["policyDigest", "checks"]);
    const otherKey = { kind: "symmetric", key: new Uint8Array(64).fill(1) };
    assert.deepEqual(differences(verifier({ primaryVerificationKey: otherKey })), ["decision", "checks"], "its digest tells no key");
    const forged = { ...record, decision: { ...record.decision, allowed: false } };
    assert.deepEqual(verifier().replay(forged, token).differences, ["decision"]);
  });

  it("names policies apart, and not by their symmetric keys", () => {
    const digest = (more, options) => verifier(more, options).record("", request).policyDigest;
    const digests = [
      digest(),
      digest({ audience: "urn:other" }),
      digest({ tokenType: "SWT" }),
      digest({}, { symmetricAlgorithm: "HS512" }),
      digest({ alternateVerificationKeys: [{ kind: "symmetric", key: secret }] }),
      digest({ alternateVerificationKeys: [{ kind: "x509", certificate: new Uint8Array(certified()[0].certificate) }] }),
      digest({ alternateVerificationKeys: [{ kind: "x509", certificate: new Uint8Array(certified()[1].certificate) }] }),
    ];
    assert.equal(new Set(digests).size, digests.length);
    assert.equal(digest({ primaryVerificationKey: { kind: "symmetric", key: new Uint8Array(9).fill(1) } }), digest());
  });

  it("holds neither the token nor a key", () => {
    const forms = (data) => {
      const bytes = Buffer.from(data);
      return [bytes.toString("latin1"), ...["base64", "base64url", "hex"].map((encoding) => bytes.toString(encoding)), bytes.toString("hex").toUpperCase()];
    };
    let searches = 0;
    for (const [name, token] of Object.entries(tokens())) {
      if (name === "none") continue;
      const text = JSON.stringify(verifier().record(token, request));
      const parts = token.replace("Bearer Bearer ", "").split(/\.|&HMACSHA256=/);
      const signature = parts.length === 3 ? Buffer.from(parts[2], "base64url") : Buffer.from(decodeURIComponent(parts[1] ?? ""), "base64");
      const secrets = [token, secret, secret.subarray(0, 16), ...parts.filter((part) => part.length > 16), ...(signature.length > 16 ? [signature] : [])];
      for (const form of secrets.flatMap(forms)) {
        assert.ok(!text.includes(form) && !text.includes(form.slice(0, 24)), `${name}: ${form.slice(0, 24)}`);
        searches += 1;
      }
    }
    assert.ok(searches > 200);
  });

  it("is refused where it is none", () => {
    for (const record of [undefined, null, {}, "record", { version: 2 }, { version: 1 }]) {
      assert.throws(() => verifier().replay(record, ""), { name: "KeywicketError", code: "argument.wrong_type", path: "record" });
    }
    const record = verifier().record("", request);
    assert.throws(() => verifier().replay({ ...record, request: { now: 1 } }, ""), { code: "argument.missing", path: "request.keyId" });
    assert.throws(() => verifier().replay(record, 7), { code: "argument.wrong_type", path: "token" });
  });
});

describe("simulate()", () => {
  it("gives the codes of single checks, whatever the policy", () => {
    const { sources, cases } = makeCorpus(keywicket, 60, 8);
    let cells = 0;
    for (const [number, { policy: source, options }] of sources.entries()) {
      const gate = new keywicket.TokenVerifier(revived(source), options);
      const given = cases.filter((one) => one.policy === number && one.token !== null).map(({ token }) => token);
      const times = [0, NOW - 301, NOW, NOW + 659, NOW + 660, 9_007_199_254_740_991];
      const keyIds = [keyId, `nb:kid:UUID:${otherKeyId}`];
      const expected = given.map((token) => keyIds.map((id) => times.map((now) => gate.check(token, { keyId: id, now }).code)));
      assert.deepEqual(gate.simulate({ tokens: given, keyIds, times }), expected, `policy ${number}`);
      cells += given.length * keyIds.length * times.length;
    }
    assert.ok(cells > 4000, `${cells} cells`);
  });

  it("verifies a public key's signature once per token, and remembers no other's", () => {
    const pair = rsaPair();
    const bytes = (text) => new Uint8Array(Buffer.from(text, "base64url"));
    const gate = verifier({ primaryVerificationKey: { kind: "rsa", modulus: bytes(pair.jwk.n), exponent: bytes(pair.jwk.e) }, requiredClaims: [] });
    const signed = (key) => jwt('{"alg":"RS256"}', JSON.stringify({ iss: policy.issuer, aud: policy.audience, exp: NOW }), "RS256", key);
    const given = [signed(pair.privateKey), signed(rsaPair().privateKey), signed(pair.privateKey)];
    const [row, times] = [["token.allowed", "token.expired"], [NOW, NOW + 60]];
    const bad = Array(2).fill("token.bad_signature");
    assert.deepEqual(gate.simulate({ tokens: given, keyIds: [keyId], times }), [[row], [bad], [row]]);
  });

  it("asks about uses, addresses and ways of delivery as check does", () => {
    const limited = mint({ claims: { "urn:microsoft:azure:mediaservices:maxuses": 2 } });
    const ask = (gate, more) => gate.simulate({ tokens: [limited], keyIds: [keyId], times: [NOW], ...more }).flat(2);
    assert.deepEqual(ask(verifier()), ["token.uses_unknown"]);
    assert.deepEqual(ask(verifier(), { uses: 1 }), ["token.allowed"]);
    assert.deepEqual(ask(verifier(), { uses: 2 }), ["token.uses_exhausted"]);
    const networks = { KeyRestrictionType: 2, Requirements: "192.0.2.0/24" };
    const options = new keywicket.TokenVerifier([{ KeyDeliveryType: 2, Restrictions: [networks] }]);
    assert.deepEqual(ask(options), ["policy.address_unknown"]);
    assert.deepEqual(ask(options, { clientAddress: "192.0.2.9" }), ["token.allowed"]);
    assert.deepEqual(ask(options, { clientAddress: "192.0.2.9", keyDeliveryType: 3 }), ["policy.no_option"]);
  });

  it("is bounded, and says where an argument is wrong", () => {
    const gate = verifier();
    const many = (tokens, keyIds, times) => ({ tokens: Array(tokens).fill(""), keyIds: Array(keyIds).fill(keyId), times: Array(times).fill(0) });
    assert.equal(gate.simulate(many(10, 10, 1000)).flat(2).length, 100_000);
    assert.throws(() => gate.simulate(many(10, 10, 1001)), { name: "KeywicketError", code: "argument.out_of_range" });
    assert.deepEqual(gate.simulate(many(1, 0, 5)), [[]]);
    assert.deepEqual(gate.simulate(many(0, 5, 5)), []);
    const refused = [
      [undefined, "missing", "tokens"],
      [{}, "missing", "tokens"],
      [null, "wrong_type", "input"],
      [[], "wrong_type", "input"],
      ["tokens", "wrong_type", "input"],
      [{ ...many(1, 1, 1), use: 1 }, "unknown_member", "input.use"],
      [{ ...many(1, 1, 1), uses: -1 }, "out_of_range", "input.uses"],
      [{ ...many(1, 1, 1), clientAddress: 7 }, "wrong_type", "input.clientAddress"],
      [{ ...many(1, 1, 1), tokens: "token" }, "wrong_type", "tokens"],
      [{ ...many(1, 1, 1), tokens: { length: 1 } }, "wrong_type", "tokens"],
      [{ ...many(1, 1, 1), tokens: ["", 7] }, "wrong_type", "tokens[1]"],
      [{ ...many(1, 1, 1), tokens: Array(1) }, "missing", "tokens[0]"],
      [{ tokens: [], times: [] }, "missing", "keyIds"],
      [{ ...many(1, 1, 1), times: [-1] }, "out_of_range", "times[0]"],
      [{ ...many(1, 1, 1), times: [new Date()] }, "wrong_type", "times[0]"],
      [many(5000, 1, 1), "too_long", "tokens"],
    ];
    for (const [input, code, path] of refused) {
      assert.throws(() => gate.simulate(input), { name: "KeywicketError", code: `argument.${code}`, path }, JSON.stringify(input)?.slice(0, 80));
    }
    assert.throws(() => gate.simulate({ ...many(1, 1, 1), keyIds: ["x"] }), { code: "id.not_a_guid", path: "keyIds[0]" });
  });
});

function revived(value) {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== "object" || value === null) return value;
  if (typeof value.$bytes === "string") return new Uint8Array(Buffer.from(value.$bytes, "base64"));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, revived(member)]));
}
