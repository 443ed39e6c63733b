// What players asked for and what they got, from the audit log.
import { bar, drawing } from "../timeline.js";
import { byId, el, icon, isoTime, showError } from "../dom.js";
import { state, whenChanged } from "../state.js";
import { readPage } from "./audit-log.js";
import { explainedOf, lastExplained, showInLab } from "./explained.js";

const LOOK_BACK = 1000;
const LISTED = 50;
const BARS = 30;
const WIDTH = 1000;
/** Lengths that a bar of the drawing may have, in seconds. */
const LENGTHS = [1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400, 604_800];
const WORDS = ["second", "5 seconds", "15 seconds", "minute", "5 minutes", "15 minutes", "hour", "6 hours", "day", "week"];

const isAllowed = ({ code }) => code === "token.allowed";

export function wire() {
  byId("edge-refresh").addEventListener("click", show);
  byId("edge-refresh").disabled = true;
  whenChanged("service", show);
  whenChanged("answers", show);
}

async function show() {
  byId("edge-refresh").disabled = state.service === null;
  if (state.service === null) return;
  showError(byId("edge-error"), null);
  try {
    const { texts } = await readPage(`$top=${LOOK_BACK}`);
    const entries = texts.map((text) => JSON.parse(text).entry).filter(({ action }) => action === "deliver").flatMap(ofEachKey);
    byId("edge-empty").textContent = "No player has asked yet: ask the service for the key in step 4.";
    byId("edge-empty").hidden = entries.length > 0;
    byId("edge-view").hidden = entries.length === 0;
    if (entries.length > 0) draw(entries);
  } catch (error) {
    showError(byId("edge-error"), error);
  }
}

/** A request for several keys is one entry, with their ids, codes and policies in the same order. */
function ofEachKey(entry) {
  if (typeof entry.keys !== "string") return [entry];
  const [codes, policies] = [entry.codes, entry.policies].map((texts) => String(texts ?? "").split(" "));
  return entry.keys.split(" ").map((key, index) => ({ ...entry, key, code: codes[index], policy: policies[index] === "-" ? "" : policies[index] }));
}

function draw(entries) {
  const allowed = entries.filter(isAllowed).length;
  showNumbers(entries, allowed);
  byId("edge-time").replaceChildren(...overTime(entries));
  byId("edge-reasons").replaceChildren(reasons(entries.filter((entry) => !isAllowed(entry))));
  byId("edge-rows").replaceChildren(table(entries.slice(0, LISTED)));
}

function showNumbers(entries, allowed) {
  const age = lastExplained()?.age;
  const numbers = [
    ["Delivered", String(allowed), "good"],
    ["Withheld", String(entries.length - allowed), "bad"],
    ["Keys asked for", String(new Set(entries.map(({ key }) => key)).size), ""],
    ["Age of the policy", age === undefined || age === null ? "not known" : `${age} s`, ""],
  ];
  byId("edge-numbers").replaceChildren(...numbers.map(([name, value, tone]) =>
    el("div", { "data-tone": tone }, el("dt", {}, name), el("dd", {}, value))));
}

/** Bars of what was delivered, and below the line bars of what was withheld. */
function overTime(entries) {
  const seconds = entries.map(({ time }) => Math.floor(time / 1000));
  const last = Math.max(...seconds);
  const span = last - Math.min(...seconds) + 1;
  const kind = Math.max(0, LENGTHS.findIndex((length) => span <= length * BARS));
  const length = LENGTHS[kind];
  const end = Math.ceil((last + 1) / length) * length;
  const start = end - BARS * length;
  const counts = Array.from({ length: BARS }, () => ({ good: 0, bad: 0 }));
  for (const [index, entry] of entries.entries()) {
    const bucket = counts[Math.floor((seconds[index] - start) / length)];
    if (bucket) bucket[isAllowed(entry) ? "good" : "bad"] += 1;
  }
  const most = Math.max(...counts.flatMap(({ good, bad }) => [good, bad]));
  const width = WIDTH / BARS;
  const height = (count) => (count / most) * 56;
  const shapes = counts.flatMap(({ good, bad }, index) => [
    bar("edge-good", index * width + 3, (index + 1) * width - 3, 60 - height(good), height(good)),
    bar("edge-bad", index * width + 3, (index + 1) * width - 3, 62, height(bad)),
  ]);
  return [
    drawing(120, "edge-drawing", bar("edge-line", 0, WIDTH, 60, 2), ...shapes),
    el("p", { class: "edge-axis note" }, el("span", {}, isoTime(start)), el("span", {}, isoTime(end))),
    el("p", { class: "note" }, `Each bar is one ${WORDS[kind]}: delivered above the line, withheld below it; the highest is ${most}.`),
  ];
}

function reasons(refused) {
  if (refused.length === 0) return el("p", { class: "note" }, "No key was withheld.");
  const counts = Object.entries(Object.groupBy(refused, ({ code }) => String(code)))
    .map(([code, entries]) => [code, entries.length]).toSorted(([, a], [, b]) => b - a);
  const [[, most]] = counts;
  return el("table", { class: "reasons", "aria-labelledby": "edge-reasons-title" },
    el("tbody", {}, ...counts.map(([code, count]) => el("tr", { "data-code": code },
      el("th", { scope: "row" }, el("code", {}, ...code.split(/(?<=[._])/).flatMap((word) => [word, el("wbr")]))),
      el("td", { class: "reason-bar" }, drawing(12, "reason-drawing", bar("edge-bad", 0, (count / most) * WIDTH, 0, 12))),
      el("td", { class: "reason-count" }, String(count))))));
}

const short = (text) => (text ? el("code", { title: text }, `${text.slice(0, 8)}…`) : el("span", { class: "note" }, "none"));

function table(entries) {
  const head = (words) => el("th", { scope: "col" }, words);
  return el("table", { class: "log", "aria-label": "Deliveries, newest first" },
    el("thead", {}, el("tr", {}, ...["Time", "Outcome", "Key", "Policy", "Token", "Why"].map(head))),
    el("tbody", {}, ...entries.map((entry) => {
      const good = isAllowed(entry);
      return el("tr", { "data-code": entry.code },
        el("td", {}, isoTime(Math.floor(entry.time / 1000))),
        el("td", {}, el("span", { class: `outcome outcome-${good ? "pass" : "fail"}` }, icon(good ? "check" : "cross"), el("code", {}, String(entry.code)))),
        el("td", {}, short(String(entry.key ?? "").replace(/^nb:kid:UUID:/i, ""))),
        el("td", {}, short(entry.policy)),
        el("td", {}, short(entry.token)),
        el("td", {}, labButton(entry)));
    })));
}

/** The log has no token, so only what this page asked itself can be decided again. */
function labButton(entry) {
  const explained = explainedOf(entry);
  if (!explained) return el("span", { class: "note" }, "no record here");
  const button = el("button", { type: "button", class: "copy", "aria-label": `Open in the decision lab: ${entry.code}` }, "Open in the decision lab");
  button.addEventListener("click", () => showInLab(explained).catch((error) => showError(byId("edge-error"), error)));
  return button;
}
