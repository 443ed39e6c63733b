import { generateVerificationKey, mintToken, TokenVerifier } from "keywicket";
import { decodeToken } from "./decode.js";
import { byId, copyButton, el, errorWords, icon, isoTime, legibleTimes, nowSeconds } from "./dom.js";
import { chooseTokenType } from "./link.js";
import { setStep } from "./rail.js";
import { changed, state, whenChanged } from "./state.js";
import { timeline } from "./timeline.js";

const KINDS = ["JWT", "SWT"];
const otherKind = (kind) => (kind === "JWT" ? "SWT" : "JWT");

/** How each token is minted: from the policy, with one thing wrong. */
const RECIPES = {
  good: { note: "Fresh and good: minted just now from the policy.", options: () => ({}) },
  expired: { note: "Broken on purpose: minted an hour ago, for ten minutes.", options: () => ({ now: nowSeconds() - 3600 }) },
  audience: {
    note: "Broken on purpose: meant for another audience.",
    options: () => ({ audience: `${state.policy.audience}-preview` }),
  },
  keyId: { note: "Broken on purpose: made for another key.", options: () => ({ keyId: crypto.randomUUID() }) },
  signature: {
    note: "Broken on purpose: signed with a key that the policy does not know.",
    options: () => ({ signingKey: generateVerificationKey() }),
  },
  kind: {
    note: "Broken on purpose: the policy takes the other kind of token.",
    options: () => ({ tokenType: otherKind(state.policy.tokenType) }),
  },
  nonsense: { note: "Broken on purpose: just words.", text: "this is not a token" },
};
const EDITED = "Edited by you: checked as you type.";

/** Which recipe the token in the box came from; null when it was typed or pasted. */
let recipe = "good";

/** The moments that the token in the box names. */
let times = [];

export function wire() {
  byId("token-copy").append(copyButton("token", () => state.token));
  byId("token").addEventListener("input", () => {
    recipe = null;
    setToken(byId("token").value);
  });
  byId("mend").addEventListener("click", () => mint("good"));
  for (const button of document.querySelectorAll("[data-recipe]")) {
    button.addEventListener("click", () => mint(button.dataset.recipe));
  }
  for (const kind of KINDS) {
    byId(`sample-${kind.toLowerCase()}`).addEventListener("change", () => {
      recipe ??= "good";
      chooseTokenType(kind);
    });
  }
  whenChanged("key", refresh);
  whenChanged("policy", refresh);
  setInterval(recheck, 1000);
}

/** After a new key or policy: what we minted is minted anew, what the user typed stays and is judged again. */
function refresh() {
  showSamples();
  const ready = state.policy !== null && state.key !== null;
  for (const control of document.querySelectorAll("[data-recipe], #mend, .sample input")) control.disabled = !ready;
  if (recipe && ready) mint(recipe);
  else setToken(state.token);
}

function mint(name) {
  const { text, options } = RECIPES[name];
  recipe = name;
  try {
    const token = text ?? mintToken(state.policy, { keyId: state.key.id, ...options() });
    byId("token").value = token;
    setToken(token);
  } catch (error) {
    byId("token").value = "";
    setToken("");
    byId("token-note").replaceChildren(...errorWords(error));
  }
}

function setToken(token) {
  state.token = token;
  byId("token-note").textContent = recipe ? RECIPES[recipe].note : EDITED;
  for (const button of document.querySelectorAll("[data-recipe]")) {
    button.setAttribute("aria-pressed", String(button.dataset.recipe === recipe));
  }
  showDecoded();
  check();
}

function decide() {
  return state.gate && state.key ? state.gate.explain(state.token, { keyId: state.key.id }) : null;
}

function check() {
  let problem = null;
  try {
    state.decision = decide();
  } catch (error) {
    state.decision = null;
    problem = error;
  }
  showVerdict(problem);
  showChecks();
  changed("token");
}

/** Time passes: a token may expire while it is looked at. Only the clock is redrawn, unless the decision changes. */
function recheck() {
  if (state.decision && decide().code !== state.decision.code) check();
  showValidity();
}

function showVerdict(problem) {
  const { decision } = state;
  const verdict = byId("verdict");
  if (!decision) {
    verdict.dataset.state = "waiting";
    verdict.replaceChildren(problem ? el("p", {}, ...errorWords(problem))
      : el("p", { class: "verdict-word" }, "Waiting for a valid policy"));
    setStep("authorize", problem ? "bad" : "todo", problem ? "could not check" : "waiting for a policy");
    return;
  }
  const failed = decision.checks.find(({ outcome }) => outcome === "fail");
  verdict.dataset.state = decision.allowed ? "allowed" : "refused";
  verdict.replaceChildren(
    el("span", { class: "verdict-mark" }, icon(decision.allowed ? "check" : "cross")),
    el("div", {},
      el("p", { class: "verdict-word" }, decision.allowed ? "Allowed" : "Refused", " ",
        el("code", { class: "code", id: "verdict-code" }, decision.code)),
      el("p", { class: "verdict-why" }, decision.allowed ? allowedWords(decision)
        : el("span", {}, failed ? el("strong", {}, `Rule “${failed.rule}”: `) : null, failed?.why ?? "")),
      failed?.fix ? el("p", { class: "verdict-fix" }, el("strong", {}, "To mend it: "), failed.fix) : null));
  setStep("authorize", decision.allowed ? "done" : "bad", decision.allowed ? "token allowed" : "token refused");
}

function allowedWords({ keyId, expiresAt, verificationKey }) {
  const until = expiresAt === undefined ? "" : ` until ${isoTime(expiresAt)}`;
  return `It opens key ${keyId}${until}; signed with the policy’s ${verificationKey ?? ""} key.`;
}

const OUTCOMES = { pass: ["check", "pass"], fail: ["cross", "fail"], skip: ["skip", "skipped"] };

function showChecks() {
  const rows = state.decision?.checks ?? [];
  byId("checks").replaceChildren(...rows.map((row, index) => {
    const [symbol, word] = OUTCOMES[row.outcome];
    const seen = (words) => (words ? el("code", {}, row.rule === "time" ? legibleTimes(words) : words) : null);
    const cell = (column, label, ...content) => el("td",
      { role: "cell", "aria-colindex": column, "data-label": label }, ...content);
    return el("tr", { role: "row", "data-rule": row.rule, "data-outcome": row.outcome },
      cell(1, "Number", String(index + 1)),
      el("th", { role: "rowheader", scope: "row", "aria-colindex": 2 }, row.rule),
      cell(3, "Outcome", el("span", { class: `outcome outcome-${row.outcome}` }, icon(symbol), word)),
      cell(4, "Observed", seen(row.observed)),
      cell(5, "Expected", seen(row.expected)),
      cell(6, "Why, and the fix", row.why ? el("p", {}, row.why) : null,
        row.fix ? el("p", { class: "fix" }, row.fix) : null));
  }));
}

function showDecoded() {
  const decoded = decodeToken(state.token);
  byId("decoded-kind").textContent = decoded?.kind ?? "";
  const part = (name, title, ...content) => el("div", { class: `part part-${name}` }, el("h4", {}, title), ...content);
  const json = (value, id) => el("pre", { class: "code", id }, JSON.stringify(value, null, 2));
  const parts = [];
  if (!decoded) {
    parts.push(el("p", { class: "note" }, state.token
      ? "It does not come apart as a JWT (three parts with dots between) or as an SWT (pairs that end with HMACSHA256)."
      : "There is no token."));
  } else if (decoded.kind === "JWT") {
    parts.push(part("header", "Header", json(decoded.header, "decoded-header")));
    parts.push(part("payload", "Payload", json(decoded.payload, "decoded-payload")));
  } else {
    parts.push(part("payload", "Parameters", el("dl", { class: "pairs", id: "decoded-parameters" },
      ...decoded.parameters.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))))));
  }
  if (decoded) {
    parts.push(part("signature", "Signature", el("p", { class: "signature" },
      decoded.signature === null ? "not base64" : el("code", {}, decoded.signature))));
  }
  byId("decoded").replaceChildren(...parts);
  times = decoded?.times ?? [];
  showValidity();
}

function showValidity() {
  byId("validity").replaceChildren(...(times.length ? [el("h4", {}, "When it is valid"), timeline(times, nowSeconds())] : []));
}

/** One token of each kind, minted from the policy set to that kind and checked against it. */
function showSamples() {
  for (const kind of KINDS) {
    const body = document.querySelector(`.sample-body[data-kind="${kind}"]`);
    byId(`sample-${kind.toLowerCase()}`).checked = state.policy?.tokenType === kind;
    if (!state.policy || !state.key) {
      body.replaceChildren(el("strong", {}, kind), el("span", { class: "note" }, "waiting for a policy"));
      continue;
    }
    try {
      const policy = { ...state.policy, tokenType: kind };
      const token = mintToken(policy, { keyId: state.key.id });
      const gate = new TokenVerifier(policy);
      const { allowed, code } = gate.check(token, { keyId: state.key.id });
      gate[Symbol.dispose]();
      body.replaceChildren(
        el("strong", {}, kind),
        el("span", { class: `outcome outcome-${allowed ? "pass" : "fail"}` },
          icon(allowed ? "check" : "cross"), allowed ? "Allowed" : `Refused: ${code}`),
        el("span", { class: "sample-token", "aria-hidden": "true" }, token),
        el("span", { class: "note" }, `${token.length} characters; ${kind === state.policy.tokenType
          ? "the policy takes this kind" : `choosing it sets the policy to ${kind}`}`));
    } catch (error) {
      body.replaceChildren(el("strong", {}, kind), el("span", { class: "note" }, ...errorWords(error)));
    }
  }
}
