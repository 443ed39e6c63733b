// An answer over HTTP, as the page shows it.
import { el } from "../dom.js";

/** Laid out for reading where it is JSON. */
export function legible(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const kind = (status) => (status < 300 ? "good" : status < 500 ? "refused" : "failed");

/** The first line of an answer: its status. */
export const statusLine = ({ status, reason }) => el("p", { class: "call-line" },
  el("span", { class: "method status", "data-status": kind(status) }, String(status)), ` ${reason}`);

/** The answer to a call of the management API. */
export function answerView({ status, reason, headers, text }) {
  return [
    statusLine({ status, reason }),
    el("details", {}, el("summary", {}, `${headers.length} headers of the answer`),
      el("pre", { class: "code" }, headers.map(([name, value]) => `${name}: ${value}`).join("\n"))),
    text ? el("pre", { class: "code body", tabindex: "0", role: "region", "aria-label": "Body of the answer" }, legible(text)) : null,
  ].filter(Boolean);
}
