/** Thousands of tokens, signed by jose and by us, judged by jose and by us. */

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { createLocalJWKSet, importJWK, jwtVerify, SignJWT } from "jose";
import { AUDIENCE, CONTENTS, DAMAGES, ISSUER, NOW, REASONS, reasonOf, rightToken, signedText, TEXTS } from "./lib/jose-cases.mjs";
import { installed } from "./lib/keys.mjs";
import { seeded } from "./lib/random.mjs";
import { ecPair, edPair, RSA, rsaPair, SYMMETRIC } from "./lib/signing.mjs";

const KEY_ID = "339c45b5-fb6d-4bd9-994c-eabd9d41c95b";
const TOLERANCES = [0, 60, 900];
const ROUNDS = 5;
const DISCOVERY = "https://login.example.com/.well-known/openid-configuration";

let keywicket;
let pairs;
const random = seeded(7519);
before(async () => {
  ({ keywicket } = await installed("jose"));
  pairs = await verifierPairs();
});

const bytes = (text) => new Uint8Array(Buffer.from(text, "base64url"));
const policy = (more) => ({ tokenType: "JWT", issuer: ISSUER, audience: AUDIENCE, requiredClaims: [{ type: "tier" }], ...more });

/** Each: a policy of ours and a key of jose that mean the same, and who signs for them. */
async function verifierPairs() {
  const rsa = rsaPair();
  const found = [];
  for (const algorithm of SYMMETRIC) {
    const secret = new Uint8Array(random.bytes(64));
    const ours = policy({ primaryVerificationKey: { kind: "symmetric", key: secret } });
    found.push({ keys: "symmetric", ours, settings: { symmetricAlgorithm: algorithm }, jose: secret, signers: [{ algorithm, secret }] });
  }
  for (const algorithm of RSA) {
    const ours = policy({ primaryVerificationKey: { kind: "rsa", modulus: bytes(rsa.jwk.n), exponent: bytes(rsa.jwk.e) } });
    const jose = await importJWK(rsa.jwk, algorithm);
    found.push({ keys: "RSA", ours, settings: { rsaAlgorithm: algorithm }, jose, signers: [{ algorithm, ...rsa }] });
  }
  const small = rsaPair(1024);
  const curves = { ES256: "P-256", ES384: "P-384" };
  const all = [
    ...Object.entries(curves).map(([algorithm, curve]) => ({ algorithm, kid: algorithm, ...ecPair(curve) })),
    { algorithm: "EdDSA", kid: "ed", ...edPair() },
    ...["RS256", "PS384"].map((algorithm) => ({ algorithm, kid: algorithm, ...rsaPair() })),
  ];
  found.push(
    keySet("named keys", all.map(({ jwk, kid, algorithm }) => ({ ...jwk, kid, alg: algorithm })), all),
    ...all.map((signer) => keySet("one key without name and algorithm", [signer.jwk], [{ ...signer, kid: undefined }])),
    keySet("RSA key for any algorithm", [rsa.jwk], RSA.map((algorithm) => ({ ...rsa, algorithm }))),
    keySet("two keys without names", [all[0].jwk, ecPair("P-256").jwk], [{ ...all[0], kid: undefined }]),
    keySet("small RSA key", [{ ...small.jwk, kid: "small" }], [{ ...small, algorithm: "RS256", kid: "small" }]),
  );
  return found;
}

function keySet(keys, list, signers) {
  const jwks = { keys: list };
  return { keys, ours: policy({ openIdDiscoveryUri: DISCOVERY }), settings: { jwks }, jose: createLocalJWKSet(jwks), signers, isSet: true };
}

/** What both say; ours must be the same by each of its ways. */
async function compare({ token, change, pair, tolerance, now }, report) {
  pair.gates ??= {};
  pair.gates[tolerance] ??= new keywicket.TokenVerifier(pair.ours, { ...pair.settings, tolerance });
  const request = { keyId: KEY_ID, now };
  const decision = await pair.gates[tolerance].checkAsync(token, request);
  assert.deepEqual(pair.gates[tolerance].check(token, request), decision);
  const options = {
    issuer: ISSUER,
    audience: AUDIENCE,
    requiredClaims: ["exp", "tier"],
    clockTolerance: tolerance,
    currentDate: new Date(now * 1000),
    // As in a policy, the verifier and not the token says which.
    ...(!pair.isSet && { algorithms: [pair.signers[0].algorithm] }),
  };
  const theirs = await jwtVerify(token, pair.jose, options).then(
    ({ payload }) => ({ jose: "accepts", payload }),
    ({ code, name }) => ({ jose: code ?? name }),
  );
  report.total += 1;
  if (decision.allowed && theirs.payload) {
    assert.equal(decision.expiresAt, theirs.payload.exp);
    report.accepted += 1;
  } else if (!decision.allowed && !theirs.payload) {
    report.refused += 1;
  } else {
    const found = { change, keys: pair.keys, ours: decision.code, jose: theirs.jose };
    const reason = reasonOf(found);
    if (reason) report.reasons[reason] = (report.reasons[reason] ?? 0) + 1;
    else report.unexplained.push({ ...found, token });
  }
}

const fresh = () => ({ total: 0, accepted: 0, refused: 0, reasons: {}, unexplained: [] });

function finish(test, report) {
  const { total, accepted, refused, reasons, unexplained } = report;
  test.diagnostic(`${total} tokens: both accept ${accepted}, both refuse ${refused}`);
  for (const [reason, count] of Object.entries(reasons).sort()) test.diagnostic(`differ ${count}: ${reason}`);
  assert.deepEqual(unexplained.slice(0, 5), [], `${unexplained.length} differences without a reason`);
  for (const reason of Object.keys(reasons)) seen.add(reason);
}
const seen = new Set();

/** Each change for each signer of each pair, several times, with a random damage to some. */
async function everything(changes, sign) {
  const report = fresh();
  for (const pair of pairs) {
    for (const signer of pair.signers) {
      for (const [change, apply] of Object.entries(changes)) {
        for (let round = 0; round < ROUNDS; round += 1) {
          const tolerance = random.pick(TOLERANCES);
          const draft = rightToken(random, signer, tolerance);
          const token = await sign(draft, apply, signer, pair);
          if (token !== undefined) await compare({ token, change, pair, tolerance, now: draft.now }, report);
        }
      }
    }
  }
  return report;
}

const josesKey = ({ secret, privateKey }) => secret ?? privateKey;
const byJose = ({ header, payload }, signer) => new SignJWT(payload).setProtectedHeader(header).sign(josesKey(signer));

/** By the policy's own means: what it asks for, but for the claims of the draft. */
async function byUs({ header, payload }, signer) {
  const { iss, aud, exp, nbf = null, ...claims } = payload;
  const options = { issuer: iss, audience: aud, expiresAt: exp, notBefore: nbf, claims, algorithm: signer.algorithm, now: NOW };
  if (header.kid !== undefined) options.kid = header.kid;
  if (signer.secret) return keywicket.mintToken(policy({ primaryVerificationKey: { kind: "symmetric", key: signer.secret } }), options);
  const pkcs8 = new Uint8Array(signer.privateKey.export({ format: "der", type: "pkcs8" }));
  return keywicket.mintTokenAsync(policy({ openIdDiscoveryUri: DISCOVERY }), { ...options, privateKey: pkcs8 });
}

describe("jose and we", () => {
  it("agree on tokens that jose signs", async (test) => {
    const signed = (draft, apply, signer) => {
      apply(draft, random);
      // jose does not sign with small keys either.
      return signer.kid === "small" ? signedText([JSON.stringify(draft.header), JSON.stringify(draft.payload)], "RS256", signer.privateKey) : byJose(draft, signer);
    };
    finish(test, await everything(CONTENTS, signed));
  });

  it("agree on tokens that we mint", async (test) => {
    const isMintable = ({ payload: { iss, aud, exp, nbf = 0 } }) =>
      [iss, aud].every((text) => typeof text === "string") && [exp, nbf].every((time) => Number.isSafeInteger(time) && time >= 0);
    const minted = (draft, apply, signer) => {
      apply(draft, random);
      return isMintable(draft) ? byUs(draft, signer) : undefined;
    };
    finish(test, await everything(CONTENTS, minted));
  });

  it("agree on texts that no library writes", async (test) => {
    const signed = (draft, apply, signer) => signedText(apply(draft, random), signer.algorithm, josesKey(signer));
    finish(test, await everything(TEXTS, signed));
  });

  it("agree on damaged tokens of both", async (test) => {
    const damaged = async (draft, apply, signer) => {
      const make = signer.kid !== "small" && random.chance(0.5) ? byJose : byUs;
      return apply(await make(draft, signer), random);
    };
    finish(test, await everything(DAMAGES, damaged));
  });

  it("differ for every reason of the table", () => {
    assert.deepEqual(REASONS.map(({ reason }) => reason).filter((reason) => !seen.has(reason)), []);
  });
});
