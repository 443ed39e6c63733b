// One line about this token, this policy and this key; then why, and what to do.
import { byId, el, errorWords, icon, isoTime } from "../dom.js";
import { setStep } from "../rail.js";

export function showVerdict(decision, problem) {
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
      el("p", { class: "verdict-word" }, verdictWord(decision), " ",
        el("code", { class: "code", id: "verdict-code" }, decision.code)),
      el("p", { class: "verdict-why" }, decision.allowed ? allowedWords(decision)
        : el("span", {}, failed ? el("strong", {}, `Rule “${failed.rule}”: `) : null, failed?.why ?? "")),
      failed?.fix ? el("p", { class: "verdict-fix" }, el("strong", {}, "To mend it: "), failed.fix) : null));
  setStep("authorize", decision.allowed ? "done" : "bad", decision.allowed ? "token allowed" : "token refused");
}

/** A good signature is what misleads people: it is said that it is good, and that it is not enough. */
export function verdictWord({ allowed, checks }) {
  if (allowed) return "Allowed";
  const isSigned = checks.some(({ rule, outcome }) => rule === "signature" && outcome === "pass");
  return isSigned ? "Signature fine, still refused" : "Refused";
}

function allowedWords({ keyId, expiresAt, verificationKey, usesLimit }) {
  const until = expiresAt === undefined ? "" : ` until ${isoTime(expiresAt)}`;
  const times = usesLimit === undefined ? "" : `, ${usesLimit} times at most`;
  return `It opens key ${keyId}${until}${times}; signed with the policy’s ${verificationKey ?? ""} key.`;
}
