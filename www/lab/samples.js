// One token of each kind, minted from the policy set to that kind and checked against it.
import { mintToken, TokenVerifier } from "keywicket";
import { byId, el, errorWords, icon } from "../dom.js";
import { state } from "../state.js";
import { algorithmOf } from "./recipes.js";

export const TOKEN_KINDS = ["JWT", "SWT"];

export function showSamples() {
  for (const kind of TOKEN_KINDS) {
    const body = document.querySelector(`.sample-body[data-kind="${kind}"]`);
    byId(`sample-${kind.toLowerCase()}`).checked = state.policy?.tokenType === kind;
    body.replaceChildren(el("strong", {}, kind), ...(state.policy && state.key ? sample(kind)
      : [el("span", { class: "note" }, "waiting for a policy")]));
  }
}

function sample(kind) {
  let gate;
  try {
    const policy = { ...state.policy, tokenType: kind };
    const token = mintToken(policy, { keyId: state.key.id, ...algorithmOf(kind) });
    gate = new TokenVerifier(policy, state.settings);
    const { allowed, code } = gate.check(token, { keyId: state.key.id });
    return [
      el("span", { class: `outcome outcome-${allowed ? "pass" : "fail"}` },
        icon(allowed ? "check" : "cross"), allowed ? "Allowed" : `Refused: ${code}`),
      el("span", { class: "sample-token", "aria-hidden": "true" }, token),
      el("span", { class: "note" }, `${token.length} characters; ${kind === state.policy.tokenType
        ? "the policy takes this kind" : `choosing it sets the policy to ${kind}`}`)];
  } catch (error) {
    return [el("span", { class: "note" }, ...errorWords(error))];
  } finally {
    gate?.[Symbol.dispose]();
  }
}
