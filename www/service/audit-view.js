// The audit log: its pages, its chain, and files of it.
import { byId, el, icon, isoTime, showError } from "../dom.js";
import { state, whenChanged } from "../state.js";
import { verifyChain } from "./audit-chain.js";
import { readAll, readPage } from "./audit-log.js";

const ROWS = 50;
const NEWEST = `$top=${ROWS}`;
const LARGEST = 64 * 1024 * 1024;
/** What has a column of its own. */
const SHOWN = new Set(["time", "action"]);

let next = null;

export function wire() {
  byId("audit-verify").addEventListener("click", () => verifyRows(readAll, "The log of this browser"));
  byId("audit-export").addEventListener("click", exportRows);
  byId("audit-newest").addEventListener("click", () => show(NEWEST));
  byId("audit-older").addEventListener("click", () => show(next));
  byId("audit-pick").addEventListener("click", () => byId("audit-file").click());
  byId("audit-file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (file) await verifyRows(() => rowsOf(file), file.name);
    target.value = ""; // the same file can be opened again
  });
  whenChanged("service", () => {
    for (const id of ["audit-verify", "audit-export"]) byId(id).disabled = state.service === null;
    if (state.service) show(NEWEST);
  });
  whenChanged("answers", () => state.service && show(NEWEST));
}

async function show(query) {
  showError(byId("audit-error"), null);
  try {
    const page = await readPage(query);
    const rows = page.texts.map((text) => JSON.parse(text));
    next = page.next;
    byId("audit-rows").replaceChildren(table(rows));
    byId("audit-older").disabled = next === null;
    byId("audit-newest").disabled = query === NEWEST;
    byId("audit-page").textContent = rows.length > 0 ? `Rows ${rows[0].n} to ${rows.at(-1).n}` : "";
    byId("audit-empty").textContent = "Nothing has happened yet: send a call above.";
    byId("audit-empty").hidden = rows.length > 0;
    byId("audit-view").hidden = rows.length === 0;
  } catch (error) {
    showError(byId("audit-error"), error);
  }
}

function table(rows) {
  const head = (words) => el("th", { scope: "col" }, words);
  return el("table", { class: "log", "aria-label": "Audit log, newest first" },
    el("thead", {}, el("tr", {}, ...["#", "Time", "Action", "About", "Hash"].map(head))),
    el("tbody", {}, ...rows.map(({ n, entry, hash }) => el("tr", { "data-n": n },
      el("th", { scope: "row" }, String(n)),
      el("td", {}, isoTime(Math.floor(entry.time / 1000))),
      el("td", {}, String(entry.action)),
      el("td", {}, el("dl", { class: "about" }, ...Object.entries(entry).filter(([name]) => !SHOWN.has(name)).map(([name, value]) =>
        el("div", {}, el("dt", {}, name), el("dd", {}, digestOr(String(value))))))),
      el("td", {}, el("code", { title: hash }, `${hash.slice(0, 12)}…`))))));
}

/** Digests are told apart by how they begin. */
const digestOr = (text) => (/^[0-9a-f]{64}$/.test(text) ? el("code", { title: text }, `${text.slice(0, 24)}…`) : el("code", {}, text));

async function rowsOf(file) {
  if (file.size > LARGEST) throw new Error("This file is too large for the page.");
  const rows = (await file.text()).split(/\r?\n/).filter((line) => line !== "");
  if (rows.length === 0) throw new Error("This file is empty: it should hold one row of the log on each line.");
  return rows;
}

async function verifyRows(read, name) {
  const verdict = byId("audit-verdict");
  showError(byId("audit-error"), null);
  verdict.hidden = true;
  try {
    const found = await verifyChain(await read());
    verdict.dataset.state = found.problem ? "refused" : "allowed";
    verdict.replaceChildren(...verdictWords(found, name));
    verdict.hidden = false;
  } catch (error) {
    showError(byId("audit-error"), error);
  }
}

function verdictWords({ rows, first, last, hash, problem }, name) {
  const word = (symbol, words) => el("p", { class: "replay-word" }, icon(symbol), words);
  if (problem) {
    const row = problem.n === undefined ? `Line ${problem.row}` : `Row ${problem.n}`;
    return [word("cross", `${name}: the chain is broken`), el("p", {}, `${row} ${problem.why}.`)];
  }
  if (rows === 0) return [word("check", `${name} is empty`)];
  return [
    word("check", `${name}: the chain holds, ${rows} ${rows === 1 ? "row" : "rows"}`),
    el("p", {}, first === 1 ? "From the first row " : `From row ${first}; what was before it is not told. Up `, `to row ${last}, whose hash is `, el("code", {}, hash),
      ". An end that was cut off shows only to somebody who knows a later hash: keep this one."),
  ];
}

async function exportRows() {
  try {
    const rows = await readAll();
    const address = URL.createObjectURL(new Blob(rows.map((row) => `${row}\n`), { type: "application/x-ndjson" }));
    el("a", { href: address, download: `audit-log-${rows.length}.jsonl` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  } catch (error) {
    showError(byId("audit-error"), error);
  }
}
