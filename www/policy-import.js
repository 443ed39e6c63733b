// A policy of one's own, in place of the one that the page makes.
import { readTokenRestriction } from "keywicket";
import { announce, byId, el, icon, showError } from "./dom.js";

/** `use(restriction)` takes what was read. */
export function wireImport(use) {
  byId("own-policy-use").addEventListener("click", () => {
    try {
      const { restriction, findings } = readTokenRestriction(byId("own-policy").value);
      use(restriction);
      byId("own-policy").value = "";
      byId("own-policy").setAttribute("aria-invalid", "false");
      showError(byId("own-policy-error"), null);
      showFindings(findings);
      announce("The policy was taken over.");
    } catch (error) {
      byId("own-policy").setAttribute("aria-invalid", "true");
      showFindings([]);
      showError(byId("own-policy-error"), error);
    }
  });
}

function showFindings(findings) {
  byId("own-policy-findings").replaceChildren(...findings.map(({ code, severity, why, fix }) =>
    el("li", { class: `finding finding-${severity}`, "data-code": code }, icon("warning"),
      el("div", {}, el("code", { class: "code" }, code), el("p", {}, why), fix ? el("p", { class: "fix" }, fix) : null))));
}
