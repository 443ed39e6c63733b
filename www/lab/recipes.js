// Ready-made tokens: minted from the policy, one thing wrong with each.
import { generateVerificationKey, mintToken } from "keywicket";
import { nowSeconds } from "../dom.js";
import { state } from "../state.js";

export const MAX_USES_CLAIM = "urn:microsoft:azure:mediaservices:maxuses";
export const otherKind = (kind) => (kind === "JWT" ? "SWT" : "JWT");

/** A content key that the page does not have, and a verification key that no policy here knows. */
export const OTHER_KEY_ID = crypto.randomUUID();
const STRANGE_KEY = generateVerificationKey;

/**
 * `options`: what differs from a good token; `wrap`: what the box shows in place of the token; `uses`: how often it was used
 * before; `jwtOnly`: an SWT cannot say it.
 */
export const RECIPES = {
  good: { note: "Fresh and good: minted just now from the policy.", options: () => ({}) },
  expired: { note: "Broken on purpose: minted an hour ago, for ten minutes.", options: () => ({ now: nowSeconds() - 3600 }) },
  early: {
    note: "Broken on purpose: it begins in half an hour.",
    options: () => ({ notBefore: nowSeconds() + 1800, lifetime: 3600 }),
    jwtOnly: true,
  },
  audience: {
    note: "Broken on purpose: meant for another audience.",
    options: () => ({ audience: `${state.policy.audience}-preview` }),
  },
  keyId: { note: "Broken on purpose: made for another key.", options: () => ({ keyId: OTHER_KEY_ID }) },
  signature: {
    note: "Broken on purpose: signed with a key that the policy does not know.",
    options: () => ({ signingKey: STRANGE_KEY() }),
  },
  kind: {
    note: "Broken on purpose: the policy takes the other kind of token.",
    options: () => ({ tokenType: otherKind(state.policy.tokenType), algorithm: "HS256" }),
  },
  uses: {
    note: "Broken on purpose: good for three uses, and used three times before.",
    options: () => ({ claims: { [MAX_USES_CLAIM]: 3 } }),
    uses: 3,
  },
  bearer: {
    note: "Broken on purpose: the header says Bearer twice.",
    options: () => ({}),
    wrap: (token) => `Authorization: Bearer Bearer ${token}`,
  },
  nonsense: { note: "Broken on purpose: just words.", text: "this is not a token" },
};

/** The token of a recipe, without what it is wrapped in. Throws where the policy cannot mint. */
export function mintRecipe({ text, options }) {
  if (text !== undefined) return text;
  return mintToken(state.policy, { keyId: state.key.id, ...algorithmOf(state.policy.tokenType), ...options() });
}

/** A symmetric key has one algorithm in a verifier; an SWT has no other than its own. */
export const algorithmOf = (kind) => (kind === "JWT" ? { algorithm: state.settings.symmetricAlgorithm } : {});
