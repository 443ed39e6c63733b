import { deliverKey } from "keywicket";
import { equalBytes, toHex } from "./bytes.js";
import { byId, copyButton, el, icon, legibleTimes, showError } from "./dom.js";
import { request } from "./lab/request.js";
import { setStep } from "./rail.js";
import { state, whenChanged } from "./state.js";

/** All that an anonymous player learns besides the code. */
const PUBLIC_MESSAGE = "The token does not open this key.";

/** The bytes that were released last; wiped as soon as they are no longer shown. */
let released = null;

export function wire() {
  byId("ask").addEventListener("click", ask);
  whenChanged("token", forget);
}

/** The token, the policy or the key is another: the old answer no longer holds. */
function forget() {
  released?.fill(0);
  released = null;
  byId("answer").replaceChildren();
  byId("ask").disabled = !state.gate;
  byId("ask-note").textContent = state.gate
    ? "Asks with the token of step 3, as a player would."
    : "Waiting for a valid policy in step 2.";
  setStep("deliver", "todo", "not asked yet");
}

function ask() {
  forget();
  // Nothing that could be a token reached the service: it says the same as the check of step 3.
  if (state.missing) return showRefusal(state.decision);
  let answer;
  try {
    const { keyId, ...options } = request();
    answer = deliverKey(state.gate, state.token, state.key, options);
  } catch (error) {
    const notice = el("p", { class: "notice notice-error" });
    showError(notice, error);
    byId("answer").replaceChildren(notice);
    setStep("deliver", "bad", "could not ask");
    return;
  }
  const { decision, body } = answer;
  if (decision.allowed && body) showKey(body);
  else showRefusal(state.gate.explain(state.token, request()), decision.code);
}

function showKey(body) {
  released = body;
  const same = equalBytes(body, state.key.key);
  const cells = Array.from(body, (byte, at) => {
    const equal = byte === state.key.key[at];
    return el("span", { class: equal ? "byte" : "byte byte-differs" }, byte.toString(16).padStart(2, "0"));
  });
  byId("answer").replaceChildren(
    el("div", { class: "verdict", "data-state": same ? "allowed" : "refused", id: "delivery-verdict" },
      el("span", { class: "verdict-mark" }, icon(same ? "check" : "cross")),
      el("div", {},
        el("p", { class: "verdict-word" }, `${body.length} bytes delivered`),
        el("p", { class: "verdict-why", id: "delivery-comparison" }, same
          ? "They equal the key made in step 1, byte for byte."
          : "They differ from the key made in step 1."))),
    el("div", { class: "block" },
      el("div", { class: "block-head" }, el("h4", {}, "The body of the answer"),
        copyButton("delivered key", () => toHex(released))),
      el("p", { class: "code bytes", id: "delivered-key" }, ...cells)));
  setStep("deliver", same ? "done" : "bad", same ? `${body.length} bytes delivered` : "wrong bytes");
}

function showRefusal(explained, code = explained.code) {
  const publicBody = JSON.stringify({ Error: { Message: PUBLIC_MESSAGE, Code: code } });
  const failed = explained.checks.find(({ outcome }) => outcome === "fail");
  const rows = [["Rule", failed?.rule], ["Observed", failed?.observed], ["Expected", failed?.expected],
    ["Why", failed?.why], ["Fix", failed?.fix]].filter(([, text]) => text);
  byId("answer").replaceChildren(el("div", { class: "two-views" },
    el("div", { class: "block" },
      el("div", { class: "block-head" }, el("h4", {}, "What an anonymous player sees"),
        copyButton("the player’s answer", () => publicBody)),
      el("p", { class: "call-line" }, el("span", { class: "method", "data-method": "401" }, "401"), " Unauthorized"),
      el("pre", { class: "code", id: "player-view" }, publicBody)),
    el("div", { class: "block" },
      el("div", { class: "block-head" }, el("h4", {}, "What the engineer sees"),
        el("code", { class: "code" }, explained.code)),
      el("dl", { class: "pairs", id: "engineer-view" }, ...rows.map(([name, text]) =>
        el("div", {}, el("dt", {}, name), el("dd", {}, failed.rule === "time" ? legibleTimes(text) : text)))))));
  setStep("deliver", "bad", "key withheld");
}
