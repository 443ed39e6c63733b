// The keys of the policy in the order in which they are tried, and how far the token came.
import { byId, el, icon } from "../dom.js";
import { state } from "../state.js";

/** The keys of the policy, then those of the key set: `{ name, what, kid? }`. */
export function rungs(policy, jwks) {
  const { primaryVerificationKey: primary, alternateVerificationKeys: alternates = [] } = policy;
  return [
    ...(primary ? [{ name: "primary", what: whatIs(primary) }] : []),
    ...alternates.map((key, index) => ({ name: `alternate[${index}]`, what: whatIs(key) })),
    ...(jwks?.keys ?? []).map(({ kty, crv, kid }, index) => ({
      name: `jwks[${index}]`, what: `${kty === "RSA" ? "RSA" : crv}, from the key set`, kid,
    })),
  ];
}

const whatIs = ({ kind, key, modulus }) =>
  kind === "symmetric" ? `symmetric, ${key.length} bytes`
    : kind === "rsa" ? `RSA public key, ${modulus.length * 8} bits` : "X.509 certificate";

/** What happened to each key, out of the checks `keys` and `signature`. */
export function climb(all, { checks, verificationKey }) {
  const keys = checks.find(({ rule }) => rule === "keys");
  const signature = checks.find(({ rule }) => rule === "signature");
  const tried = keys?.outcome === "pass" ? keys.expected.replace(/^a signature by /, "").split(" or ") : [];
  const reached = tried.indexOf(verificationKey);
  return all.map((rung) => {
    const at = tried.indexOf(rung.name);
    if (!signature || keys.outcome === "skip") return { ...rung, state: "idle", words: "not reached" };
    if (keys.outcome === "fail") return { ...rung, state: "idle", words: "not the key that the token names" };
    if (at < 0) return { ...rung, state: "idle", words: "passed over: another algorithm or kid" };
    if (at === reached) return { ...rung, state: "verified", words: "verified the signature" };
    if (reached >= 0 && at > reached) return { ...rung, state: "idle", words: "not needed" };
    return { ...rung, state: "tried", words: "tried: not its signature" };
  });
}

const SYMBOLS = { verified: "check", tried: "cross", idle: "skip" };

export function showLadder() {
  const { policy, decision } = state;
  const all = policy && decision ? climb(rungs(policy, state.settings.jwks), decision) : [];
  byId("ladder").replaceChildren(...all.map(({ name, what, kid, state: how, words }) =>
    el("li", { class: `rung rung-${how}`, "data-key": name, "data-state": how },
      el("span", { class: "rung-mark" }, icon(SYMBOLS[how])),
      el("span", { class: "rung-name" }, el("code", {}, name)),
      el("span", { class: "note" }, kid ? `${what}, kid ${kid}` : what),
      el("span", { class: "rung-state" }, words))));
  byId("ladder-note").textContent = summary(all, decision);
}

function summary(all, decision) {
  if (!decision) return "Waiting for a valid policy.";
  const verified = all.findIndex(({ state: how }) => how === "verified");
  if (verified >= 0) return `The ${all[verified].name} key made this signature.`;
  const tried = all.filter(({ state: how }) => how === "tried").length;
  if (tried > 0) return tried === 1 ? "One key was tried, and it did not make this signature." : `${tried} keys were tried; none made this signature.`;
  const keys = decision.checks.find(({ rule, outcome }) => ["keys", "algorithm"].includes(rule) && outcome === "fail");
  return keys ? `No key was tried: ${keys.why}.` : "No key was tried: the token could not be read that far.";
}
