// Decisions written down, and made again: here, later, elsewhere.
import { announce, byId, copyButton, el, errorWords, icon, isoTime, isUtcHere, localTime, nowSeconds, showError } from "../dom.js";
import { state, whenChanged } from "../state.js";
import { request } from "./request.js";
import { checkTable } from "./checks.js";

const LARGEST = 1024 * 1024;
/** What is there only while there is a record. */
const SHOWN = ["record-view", "record-download", "record-copy"];

/** The record that is shown, and its text. */
let record = null;
let text = "";
/** What it is decided again with, where that is not what the page has. @type {{ gate: import("keywicket").TokenVerifier | null, token: string } | null} */
let given = null;

export function wireRecord() {
  byId("record-copy").append(copyButton("decision record", () => text));
  byId("record-save").addEventListener("click", save);
  byId("record-download").addEventListener("click", download);
  byId("record-pick").addEventListener("click", () => byId("record-file").click());
  byId("record-file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (file) await openFile(file);
    target.value = ""; // the same file can be opened again
  });
  byId("record-text").addEventListener("input", () => open(byId("record-text").value));
  whenChanged("token", () => {
    byId("record-save").disabled = !state.gate || !state.key || state.missing !== null;
    // From here on it is about what the page has.
    release();
    if (record) replay();
  });
}

/** Opens a record that another part of the page has, to be replayed with a policy and a token of its own. */
export function openRecord(found, withThese) {
  release();
  given = withThese;
  show(found);
}

function release() {
  given?.gate?.[Symbol.dispose]();
  given = null;
}

function save() {
  try {
    show(state.gate.record(state.token, { ...request(), now: nowSeconds() }));
    announce("The decision was recorded, without the token and without keys.");
  } catch (error) {
    fail(error);
  }
}

function download() {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const code = String(record.decision.code).replace(/[^a-z_.]/g, "");
  el("a", { href: address, download: `decision-${code}-${Number(record.request.now)}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

async function openFile(file) {
  if (file.size > LARGEST) return fail(new Error("This file is too large for a decision record."));
  open(await file.text());
}

function open(json) {
  if (!json.trim()) return close();
  try {
    show(readRecord(json), json);
  } catch (error) {
    fail(error);
  }
}

function readRecord(json) {
  let value;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Error(`This is not JSON: ${error.message}`);
  }
  const isObject = (part) => typeof part === "object" && part !== null && !Array.isArray(part);
  const isRecord = isObject(value) && isObject(value.decision) && isObject(value.request) && Array.isArray(value.checks);
  if (!isRecord) throw new Error("This is JSON, but no decision record: it has no request, decision and checks.");
  if (value.version !== 1) throw new Error(`This record has version ${String(value.version)}; this page reads version 1.`);
  if (!Number.isSafeInteger(value.request.now) || Math.abs(value.request.now) > 8.64e12) throw new Error("This record does not say when it was made.");
  return value;
}

function show(found, json) {
  record = found;
  text = json ?? JSON.stringify(found, null, 2);
  if (byId("record-text").value !== text) byId("record-text").value = text;
  showError(byId("record-error"), null);
  for (const id of SHOWN) byId(id).hidden = false;
  const { decision, request: asked, checks } = record;
  const allowed = decision.allowed === true;
  byId("record-facts").replaceChildren(...[
    ["Decided", el("span", { class: `outcome outcome-${allowed ? "pass" : "fail"}` }, icon(allowed ? "check" : "cross"),
      el("code", {}, String(decision.code)))],
    ["For key", el("code", {}, String(asked.keyId))],
    ["At", `${isoTime(asked.now)}${isUtcHere(asked.now) ? "" : `, ${localTime(asked.now)}`}`],
    ["Used before", asked.uses === undefined ? null : String(asked.uses)],
    ["Signed with", decision.verificationKey === undefined ? null : `the ${decision.verificationKey} key`],
  ].filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
  byId("record-checks").replaceChildren(checkTable(checks, "record-checks-title"));
  replay();
}

function close() {
  record = null;
  text = "";
  showError(byId("record-error"), null);
  for (const id of SHOWN) byId(id).hidden = true;
}

function fail(error) {
  close();
  showError(byId("record-error"), error);
}

const codes = (decision) => String(decision?.code);
const failing = (checks) => checks.filter((check) => check?.outcome === "fail").map(({ rule }) => rule).join(", ") || "none";
const DIFFERENCES = {
  version: () => "the version of the record",
  policyDigest: () => "the policy is another one, or has other settings",
  tokenTextDigest: () => "the token’s text is another one",
  request: () => "the request is written differently",
  decision: (then, now) => (codes(then) === codes(now) ? `the decision, though not its code: ${codes(now)}` : `the decision: ${codes(then)} then, ${codes(now)} here`),
  checks: (then, now) => `the checks; failing then: ${failing(then)}; failing here: ${failing(now)}`,
};

/** Decides again with the token and the policy that are at hand, at the time that the record tells. */
function replay() {
  const answer = byId("replay");
  answer.dataset.state = "waiting";
  const { gate, token } = given ?? state;
  if (!gate || !token) {
    answer.replaceChildren(el("p", {}, "To replay it, put its token into the box above, and its policy into step 2."));
    return;
  }
  try {
    const { same, differences, record: here } = gate.replay(record, token);
    answer.dataset.state = same ? "allowed" : "refused";
    answer.replaceChildren(
      el("p", { class: "replay-word" }, icon(same ? "check" : "cross"), same
        ? "Replayed here: everything is the same" : "Replayed here: not the same"),
      same ? el("p", {}, "The same policy, the same token, the same decision, and every check to the letter.")
        : el("ul", {}, ...differences.map((name) => el("li", { "data-member": name }, DIFFERENCES[name](record[name], here[name])))));
  } catch (error) {
    answer.dataset.state = "refused";
    answer.replaceChildren(el("p", {}, "It cannot be replayed: ", ...errorWords(error)));
  }
}
