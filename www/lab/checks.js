// The numbered checks of a decision, as rows of a table.
import { el, icon, legibleTimes } from "../dom.js";

const OUTCOMES = { pass: ["check", "pass"], fail: ["cross", "fail"], skip: ["skip", "skipped"] };
const HEADS = ["#", "Rule", "Outcome", "Observed", "Expected", "Why, and the fix"];

/** A record may come from anywhere: what is no text is shown as one. */
const words = (value) => (value === undefined || value === null ? "" : String(value));

export function checkRows(checks) {
  return checks.map((row, index) => {
    const outcome = Object.hasOwn(OUTCOMES, row?.outcome) ? row.outcome : "skip";
    const [symbol, word] = OUTCOMES[outcome];
    const rule = words(row?.rule);
    const seen = (value) => (words(value) ? el("code", {}, rule === "time" ? legibleTimes(words(value)) : words(value)) : null);
    const cell = (column, label, ...content) => el("td",
      { role: "cell", "aria-colindex": column, "data-label": label }, ...content);
    return el("tr", { role: "row", "data-rule": rule, "data-outcome": outcome },
      cell(1, "Number", String(index + 1)),
      el("th", { role: "rowheader", scope: "row", "aria-colindex": 2 }, rule),
      cell(3, "Outcome", el("span", { class: `outcome outcome-${outcome}` }, icon(symbol), word)),
      cell(4, "Observed", seen(row?.observed)),
      cell(5, "Expected", seen(row?.expected)),
      cell(6, "Why, and the fix", row?.why ? el("p", {}, words(row.why)) : null,
        row?.fix ? el("p", { class: "fix" }, words(row.fix)) : null));
  });
}

/** A whole table, for where the page has none yet. */
export function checkTable(checks, labelledBy) {
  return el("table", { class: "checks", role: "table", "aria-colcount": HEADS.length, "aria-labelledby": labelledBy },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
      ...HEADS.map((head) => el("th", { role: "columnheader", scope: "col" }, head)))),
    el("tbody", { role: "rowgroup" }, ...checkRows(checks)));
}
