/**
 * Verifiers of both modules while they wait: keys are imported, calls overlap, instances die. Runs in every runtime; throws at
 * the first thing that is not as it should be, and reports what it counted.
 */

import { expectInternal, must, rejectedBy, same, thrownBy, trap } from "./checks.mjs";
import { GUID, NOW, restriction } from "./inputs.mjs";
import { runProvider } from "./provider.mjs";

const IN_FLIGHT = 50;
const request = { keyId: GUID, now: NOW };
const ALGORITHMS = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  PS384: { name: "RSA-PSS", hash: "SHA-384" },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384" },
  EdDSA: { name: "Ed25519" },
};

/** @param modules `keywicket`, `edge`, and of each its internal engine */
export async function runAuthorization({ keywicket, engine, edge, edgeInstance }) {
  const signers = {};
  for (const algorithm of Object.keys(ALGORITHMS)) signers[algorithm] = await makeSigner(algorithm);
  const other = await makeSigner("RS256");
  const context = { keywicket, edge, signers, other, engines: { keywicket: engine, edge: { call: (use) => edgeInstance.call(use) } }, edgeInstance };
  const decisions = await importsAndOverlaps(context);
  await triesTheNextKey(context);
  refusesBadBytes(context);
  await signaturesOfAnyLength(context);
  await disposedOfUnderWay(context);
  await trappedUnderWay(context);
  trappedBetween(context);
  return { decisions, fetches: await runProvider(keywicket, signers.RS256, other) };
}

async function makeSigner(algorithm) {
  const rsa = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const parameters = { ...ALGORITHMS[algorithm], ...(ALGORITHMS[algorithm].name.startsWith("RSA") && rsa) };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(parameters, true, ["sign", "verify"]);
  const { key_ops: _, ext: __, ...jwk } = await crypto.subtle.exportKey("jwk", publicKey);
  return { algorithm, privateKey, jwk: { ...jwk, alg: algorithm } };
}

/** Trusts keys that a discovery document leads to. */
export const trusting = (own = {}) => ({
  tokenType: "JWT",
  issuer: "http://issuer.com",
  audience: "http://audience.com",
  requiredClaims: [{ type: "urn:microsoft:azure:mediaservices:contentkeyidentifier" }],
  openIdDiscoveryUri: "https://login.example.com/.well-known/openid-configuration",
  ...own,
});

const jwksOf = (...signers) => ({ keys: signers.map(({ jwk }) => jwk) });

export const mintBy = (keywicket, { algorithm, privateKey }, options) =>
  keywicket.mintTokenAsync(trusting(), { keyId: GUID, now: NOW, algorithm, privateKey, ...options });

/** The same policy in both modules. */
function bothVerifiers({ keywicket, edge }, policy, options) {
  return { keywicket: new keywicket.TokenVerifier(policy, options), edge: new edge.TokenVerifier(keywicket.compilePolicy(policy, options)) };
}

/** Fifty at once into a verifier that has imported nothing, each with a token and an answer of its own; and again. */
async function importsAndOverlaps(context) {
  const { keywicket, signers } = context;
  let decisions = 0;
  for (const signer of Object.values(signers)) {
    const options = { jwks: jwksOf(signer) };
    const tokens = await Promise.all(
      Array.from({ length: IN_FLIGHT }, (_, number) =>
        mintBy(keywicket, signer, { expiresAt: NOW + 100 + number, ...(number % 5 === 0 && { audience: `urn:${number}` }) }),
      ),
    );
    const reference = new keywicket.TokenVerifier(trusting(), options);
    const expected = JSON.stringify(tokens.map((token) => reference.check(token, request)));
    must(expected.includes('"token.wrong_audience"') && expected.includes(`"expiresAt":${NOW + 149}`), "the tokens differ");
    for (const verifier of Object.values(bothVerifiers(context, trusting(), options))) {
      for (let round = 0; round < 2; round += 1) {
        const answers = await Promise.all(tokens.map((token) => verifier.checkAsync(token, request)));
        same(`${IN_FLIGHT} checks by ${signer.algorithm} at once`, JSON.stringify(answers), expected);
        decisions += answers.length;
      }
      verifier.dispose();
    }
  }
  return decisions;
}

async function triesTheNextKey(context) {
  const { keywicket, signers, other } = context;
  const token = await mintBy(keywicket, other);
  for (const verifier of Object.values(bothVerifiers(context, trusting(), { jwks: jwksOf(signers.RS256, other) }))) {
    same("the second key", (await verifier.checkAsync(token, request)).verificationKey, "jwks[1]");
  }
  for (const verifier of Object.values(bothVerifiers(context, trusting(), { jwks: jwksOf(signers.RS256) }))) {
    same("a key that is not there", (await verifier.checkAsync(token, request)).code, "token.bad_signature");
  }
}

function refusesBadBytes({ keywicket, edge, signers }) {
  const compiled = keywicket.compilePolicy(restriction("JWT"));
  const changed = (index, change) => compiled.map((byte, at) => (at === index ? byte ^ change : byte));
  const bad = { none: new Uint8Array(), cut: compiled.slice(0, -1), longer: new Uint8Array([...compiled, 0]), "another version": changed(4, 3), another: changed(0, 1), damaged: changed(40, 1) };
  for (const [name, bytes] of Object.entries(bad)) {
    const error = thrownBy(() => new edge.TokenVerifier(bytes));
    must(error instanceof edge.KeywicketError, `${name}: ${error}`);
    same(name, `${error.code} ${error.path}`, "compiled_policy.invalid policy");
  }
  const says = (bytes) => thrownBy(() => new edge.TokenVerifier(bytes)).message;
  must(says(bad["another version"]).includes("another version") && says(bad.cut).includes("cut off"), "the reasons are told apart");
  for (const value of [undefined, null, "KWCP", [...compiled], compiled.buffer]) {
    same("no bytes", thrownBy(() => new edge.TokenVerifier(value)).code, "argument.wrong_type");
  }
  const withKeys = new edge.TokenVerifier(keywicket.compilePolicy(trusting(), { jwks: jwksOf(signers.EdDSA) }));
  same("a public key", thrownBy(() => withKeys.check("", request)).code, "verification_key.unsupported_here");
  // What it was made from is the caller's, before and after.
  const gate = new edge.TokenVerifier(compiled);
  compiled.fill(0);
  same("wiped bytes", gate.check(keywicket.mintToken(restriction("JWT"), request), request).code, "token.allowed");
}

/** Anybody can send one: it is a bad signature in every runtime, and never an exception. */
async function signaturesOfAnyLength(context) {
  const { keywicket, signers } = context;
  for (const signer of Object.values(signers)) {
    const token = await mintBy(keywicket, signer);
    const head = token.slice(0, token.lastIndexOf(".") + 1);
    for (const verifier of Object.values(bothVerifiers(context, trusting(), { jwks: jwksOf(signer) }))) {
      for (const length of [0, 1, 63, 64, 65, 96, 255, 256, 257, 1000]) {
        const { code } = await verifier.checkAsync(head + "A".repeat(Math.ceil((length * 4) / 3)), request);
        same(`${length} bytes as a signature by ${signer.algorithm}`, code, "token.bad_signature");
      }
    }
  }
}

/** One that needs nothing more ends well; one that has to ask once more finds nobody to ask. */
async function disposedOfUnderWay(context) {
  const { keywicket, signers, other } = context;
  const token = await mintBy(keywicket, other);
  for (const verifier of Object.values(bothVerifiers(context, trusting(), { jwks: jwksOf(other) }))) {
    const pending = verifier.checkAsync(token, request);
    verifier.dispose();
    same("disposed of under way", (await pending).code, "token.allowed");
    const error = await rejectedBy(verifier.checkAsync(token, request));
    same("disposed of before", `${error.code} ${error.path}`, "argument.out_of_range gate");
  }
  for (const verifier of Object.values(bothVerifiers(context, trusting(), { jwks: jwksOf(signers.RS256, other) }))) {
    const pending = verifier.checkAsync(token, request);
    verifier.dispose();
    same("disposed of between two keys", (await rejectedBy(pending)).code, "argument.out_of_range");
  }
}

/** The instance dies while signatures are verified outside of it: nobody notices. */
async function trappedUnderWay(context) {
  const { keywicket, signers, other, engines } = context;
  const token = await mintBy(keywicket, other);
  for (const [name, verifier] of Object.entries(bothVerifiers(context, trusting(), { jwks: jwksOf(signers.RS256, other) }))) {
    const expected = JSON.stringify(await verifier.checkAsync(token, request));
    for (let round = 0; round < 3; round += 1) {
      const pending = Array.from({ length: 5 }, () => verifier.checkAsync(token, request));
      expectInternal(keywicket, () => trap(engines[name]), "RuntimeError");
      for (const decision of await Promise.all(pending)) same(`${name}, trapped under way`, JSON.stringify(decision), expected);
    }
    verifier.dispose();
  }
}

function trappedBetween({ keywicket, edge, engines, edgeInstance }) {
  const gate = new edge.TokenVerifier(keywicket.compilePolicy(restriction("JWT")));
  const token = keywicket.mintToken(restriction("JWT"), request);
  const before = JSON.stringify(gate.check(token, request));
  const { generation } = edgeInstance;
  for (let round = 0; round < 3; round += 1) {
    expectInternal(keywicket, () => trap(engines.edge), "RuntimeError");
    same("after a trap", JSON.stringify(gate.check(token, request)), before);
  }
  same("generations", edgeInstance.generation, generation + 3);
  expectInternal(keywicket, () => trap(engines.edge));
  gate.dispose();
  gate.dispose();
  same("disposed of", thrownBy(() => gate.check(token, request)).code, "argument.out_of_range");
}
