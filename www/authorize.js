// The third step: a token, and what this policy decides about it for this key.
import { byId, copyButton, errorWords } from "./dom.js";
import { checkRows } from "./lab/checks.js";
import { limitsUses, showDecoded, showValidity } from "./lab/decoded.js";
import { showLadder } from "./lab/ladder.js";
import { refreshMint, wireMint } from "./lab/mint-form.js";
import { readPasted } from "./lab/paste.js";
import { mintRecipe, RECIPES } from "./lab/recipes.js";
import { wireRecord } from "./lab/record.js";
import { request } from "./lab/request.js";
import { showSamples, TOKEN_KINDS } from "./lab/samples.js";
import { wireSettings } from "./lab/settings.js";
import { wireSimulator } from "./lab/simulator.js";
import { showVerdict } from "./lab/verdict.js";
import { chooseTokenType } from "./link.js";
import { changed, state, whenChanged } from "./state.js";

const EDITED = "Edited by you: checked as you type.";

/** Which recipe the token in the box came from; null when it was typed, pasted or minted by hand. */
let recipe = "good";
/** What is said about the text in the box. */
let note = "";

export function wire() {
  byId("token-copy").append(copyButton("token", () => state.token));
  byId("token").addEventListener("input", () => take(byId("token").value, EDITED));
  byId("uses").addEventListener("input", () => {
    readUses();
    check();
  });
  byId("mend").addEventListener("click", () => mint("good"));
  for (const button of document.querySelectorAll("[data-recipe]")) {
    button.addEventListener("click", () => mint(button.dataset.recipe));
  }
  for (const kind of TOKEN_KINDS) {
    byId(`sample-${kind.toLowerCase()}`).addEventListener("change", () => {
      recipe ??= "good";
      chooseTokenType(kind);
    });
  }
  wireSettings();
  wireMint(take);
  wireSimulator();
  wireRecord();
  whenChanged("key", refresh);
  whenChanged("policy", refresh);
  setInterval(recheck, 1000);
}

/** After a new key or policy: what we minted is minted anew, what the user typed stays and is judged again. */
function refresh() {
  showSamples();
  refreshMint();
  const ready = state.policy !== null && state.key !== null;
  for (const control of document.querySelectorAll("[data-recipe], #mend, .sample input")) control.disabled = !ready;
  for (const button of document.querySelectorAll("[data-recipe]")) {
    if (RECIPES[button.dataset.recipe].jwtOnly && state.policy?.tokenType === "SWT") button.disabled = true;
  }
  if (document.querySelector(`[data-recipe="${recipe}"]:disabled`) && ready) recipe = "good";
  if (recipe && ready) mint(recipe);
  else setText(byId("token").value);
}

function mint(name) {
  recipe = name;
  const { wrap = (token) => token, uses = 0 } = RECIPES[name];
  byId("uses").value = String(uses);
  try {
    byId("token").value = wrap(mintRecipe(RECIPES[name]));
    note = RECIPES[name].note;
  } catch (error) {
    byId("token").value = "";
    note = error;
  }
  setText(byId("token").value);
}

/** A text that came from no recipe. */
function take(text, words) {
  recipe = null;
  note = words;
  if (byId("token").value !== text) byId("token").value = text;
  setText(text);
}

function setText(text) {
  const { token, found, missing = null } = readPasted(text);
  Object.assign(state, { token, missing });
  byId("token-note").replaceChildren(...(note instanceof Error ? errorWords(note) : [`${note} ${found}`.trim()]));
  for (const button of document.querySelectorAll("[data-recipe]")) {
    button.setAttribute("aria-pressed", String(button.dataset.recipe === recipe));
  }
  byId("uses-field").hidden = !limitsUses(showDecoded(token));
  readUses();
  check();
}

/** An empty or impossible number is no number: the check then says that the uses are not known. */
function readUses() {
  const { value } = byId("uses");
  const isCount = /^\d{1,15}$/.test(value.trim());
  byId("uses").setAttribute("aria-invalid", String(!isCount));
  state.uses = byId("uses-field").hidden || !isCount ? undefined : Number(value);
}

function decide() {
  if (!state.gate || !state.key) return null;
  const decision = state.gate.explain(state.token, request());
  if (state.missing === null) return decision;
  // The text that should carry a token carries none: the check of the transport says what was found instead.
  const { code, why, fix } = state.missing;
  const checks = decision.checks.map((row) => (row.rule === "transport" ? { rule: "transport", outcome: "fail", why, fix } : row));
  return { ...decision, code, checks };
}

function check() {
  let problem = null;
  try {
    state.decision = decide();
  } catch (error) {
    state.decision = null;
    problem = error;
  }
  showVerdict(state.decision, problem);
  byId("checks").replaceChildren(...checkRows(state.decision?.checks ?? []));
  showLadder();
  changed("token");
}

/** Time passes: a token may expire while it is looked at. Only the clock is redrawn, unless the decision changes. */
function recheck() {
  if (state.decision && decide().code !== state.decision.code) check();
  showValidity();
}
