// The fourth step for real: the same question as a player, and as the engineer who wants to know why.
import { describeKeyId } from "keywicket";
import { equalBytes, toHex } from "../bytes.js";
import { byId, copyButton, el, errorWords, icon } from "../dom.js";
import { mintRecipe, RECIPES } from "../lab/recipes.js";
import { changed, state, whenChanged } from "../state.js";
import { legible, statusLine } from "./answer.js";
import { askForKey, bearer, REASONS } from "./connection.js";
import { remember, showInLab } from "./explained.js";

let delivered = null;

export function wire() {
  byId("ask-service").addEventListener("click", ask);
  byId("ask-all").addEventListener("click", askAll);
  whenChanged("service", show);
  whenChanged("token", show);
}

function show() {
  const ready = state.service !== null && state.key !== null;
  byId("asking").hidden = !ready;
  clear();
  if (ready) byId("ask-url").textContent = `${state.service.deliveryRoot}?KID=${guid()}`;
  byId("ask-all").disabled = state.policy === null;
}

const guid = () => describeKeyId(state.key.id).guid;

function clear() {
  delivered?.fill(0);
  delivered = null;
  byId("service-answer").replaceChildren();
}

/** Asks twice: first for the reasons, which counts nothing, then for the key. */
async function askWith(token) {
  const explained = await askForKey(guid(), token, { "Keywicket-Admin": await bearer() });
  const engineer = { ...(await readText(explained)), age: explained.headers.get("keywicket-policy-age") };
  const answer = await askForKey(guid(), token);
  const body = new Uint8Array(await answer.arrayBuffer());
  remember(engineer, token);
  return { engineer, player: { status: answer.status, reason: REASONS[answer.status] ?? "", body } };
}

async function readText(answer) {
  return { status: answer.status, reason: REASONS[answer.status] ?? "", text: await answer.text() };
}

async function ask() {
  const button = byId("ask-service");
  button.disabled = true;
  try {
    const { engineer, player } = await askWith(state.token);
    clear();
    delivered = player.body;
    byId("service-answer").replaceChildren(el("div", { class: "two-views" }, playerView(player), engineerView(engineer, state.token)));
  } catch (error) {
    byId("service-answer").replaceChildren(el("p", { class: "notice notice-error" }, ...errorWords(error)));
  }
  button.disabled = false;
  button.focus();
  changed("answers");
}

function playerView({ status, reason, body }) {
  const isKey = status === 200;
  const same = isKey && equalBytes(body, state.key.key);
  const shown = isKey
    ? el("p", { class: "code bytes", id: "service-key" }, ...Array.from(body, (byte, at) =>
      el("span", { class: byte === state.key.key[at] ? "byte" : "byte byte-differs" }, byte.toString(16).padStart(2, "0"))))
    : el("pre", { class: "code", id: "service-refusal" }, legible(new TextDecoder().decode(body)));
  const words = !isKey ? null : same
    ? `${body.length} bytes: the key made in step 1, byte for byte.` : `${body.length} bytes, and not the key made in step 1.`;
  return el("div", { class: "block" },
    el("div", { class: "block-head" }, el("h4", {}, "What the player got"),
      isKey ? copyButton("delivered key", () => toHex(delivered)) : null),
    statusLine({ status, reason }), shown,
    words ? el("p", { class: `note outcome outcome-${same ? "pass" : "fail"}`, id: "service-comparison" }, icon(same ? "check" : "cross"), words) : null);
}

function engineerView(engineer, token) {
  const { decision, checks, record } = engineer.read;
  const failed = checks.find(({ outcome }) => outcome === "fail");
  const rows = [["Decision", decision?.code], ["Rule", failed?.rule], ["Observed", failed?.observed], ["Expected", failed?.expected],
    ["Why", failed?.why], ["Fix", failed?.fix], ["Policy", engineer.read.policyId],
    ["Policy read", engineer.age === null ? undefined : `${engineer.age} s ago`]].filter(([, text]) => text !== undefined && text !== null);
  const open = el("button", { type: "button", class: "quiet", id: "service-open-lab" }, "Open in the decision lab");
  open.addEventListener("click", () => showInLab({ record, token }));
  return el("div", { class: "block" },
    el("div", { class: "block-head" }, el("h4", {}, "What the engineer gets"), copyButton("the engineer’s answer", () => engineer.text)),
    statusLine(engineer),
    rows.length > 0
      ? el("dl", { class: "pairs engineer", id: "service-decision" }, ...rows.map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(text)))))
      : el("pre", { class: "code", id: "service-decision" }, legible(engineer.text)),
    record ? el("div", { class: "button-row" }, open) : null);
}

/** One question with each token that the lab can mint: something to look at in the edge view. */
async function askAll() {
  const button = byId("ask-all");
  button.disabled = true;
  try {
    for (const [name, recipe] of Object.entries(RECIPES)) {
      if (recipe.jwtOnly && state.policy.tokenType === "SWT") continue;
      const { wrap = (token) => token } = recipe;
      const token = wrap(mintRecipe(RECIPES[name]));
      // A header carries no line breaks.
      if (/^[\x20-\x7e]+$/.test(token)) await askWith(token);
    }
    byId("service-answer").replaceChildren(el("p", { class: "note" }, "Asked. The ", el("a", { href: "#edge" }, "edge view"), " has the answers."));
  } catch (error) {
    byId("service-answer").replaceChildren(el("p", { class: "notice notice-error" }, ...errorWords(error)));
  }
  button.disabled = false;
  button.focus();
  changed("answers");
}
