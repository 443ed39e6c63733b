/**
 * What TokenVerifier keeps of what it was made from. Throws at the first thing that is not as it should be.
 *
 * @returns {number} how many verifiers were looked at
 */

import { expectInternal, must, thrownBy, trap } from "./checks.mjs";
import { counting, KEY_ID, NOW, restriction } from "./inputs.mjs";

const request = { keyId: KEY_ID, now: NOW };

export function runVerifier(keywicket, engine) {
  const steps = [
    changesOfTheCallerChangeNothing,
    disposalLeavesTheCallersBytes,
    failureLeavesTheCallersBytes,
    bothWaysToDispose,
  ];
  for (const step of steps) step(keywicket, engine);
  return steps.length;
}

/** Also not when the handle has to be made again from what was kept. */
function changesOfTheCallerChangeNothing(keywicket, engine) {
  const policy = restriction("JWT");
  const alternate = counting(64);
  policy.alternateVerificationKeys = [{ kind: "symmetric", key: alternate }];
  const options = { tolerance: 0 };
  const byPrimary = keywicket.mintToken(policy, request);
  const byAlternate = keywicket.mintToken(policy, { ...request, signingKey: alternate });
  const gate = new keywicket.TokenVerifier(policy, options);
  const answers = () =>
    JSON.stringify([
      gate.check(byPrimary, request).verificationKey,
      gate.check(byAlternate, request).verificationKey,
      gate.check(byPrimary, { ...request, now: NOW + 601 }).code,
    ]);
  const expected = '["primary","alternate[0]","token.expired"]';
  must(answers() === expected, `at first: ${answers()}`);

  policy.issuer = "http://other.example";
  policy.primaryVerificationKey.key.fill(0);
  policy.alternateVerificationKeys.pop();
  alternate.fill(0);
  policy.requiredClaims[0].type = "other";
  options.tolerance = 900;
  must(answers() === expected, `after changes: ${answers()}`);
  expectInternal(keywicket, () => trap(engine), "RuntimeError");
  must(answers() === expected, `after changes and a trap: ${answers()}`);
}

function disposalLeavesTheCallersBytes(keywicket) {
  const policy = restriction("JWT");
  const before = String(policy.primaryVerificationKey.key);
  new keywicket.TokenVerifier(policy).dispose();
  must(String(policy.primaryVerificationKey.key) === before, "dispose() wiped the caller's own key");
}

function failureLeavesTheCallersBytes(keywicket) {
  const policy = restriction("JWT");
  const tooLong = new Uint8Array(1_100_000).fill(7);
  const { code } = thrownBy(
    () => new keywicket.TokenVerifier({ ...policy, alternateVerificationKeys: [{ kind: "symmetric", key: tooLong }] }),
  );
  must(code === "argument.too_long", `a key of a megabyte was answered ${code}`);
  must(
    tooLong.every((byte) => byte === 7),
    "a refused policy lost its bytes",
  );
}

function bothWaysToDispose(keywicket) {
  const disposal = Symbol.dispose ?? Symbol.for("Symbol.dispose");
  for (const way of ["dispose", disposal]) {
    const gate = new keywicket.TokenVerifier(restriction("JWT"));
    gate[way]();
    gate[way]();
    for (const method of ["check", "explain"]) {
      const error = thrownBy(() => gate[method]("", request));
      must(
        error instanceof keywicket.KeywicketError && error.code === "argument.out_of_range",
        `${method} after disposal: ${error}`,
      );
    }
  }
}
