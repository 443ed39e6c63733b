/**
 * Judges the corpus by every door of the package: both modules, waiting and not. Runs in every runtime.
 *
 * @returns for each case the text of its decision and of the checks behind it; all answers that differ from the first
 */

import { thrownBy } from "./checks.mjs";

export async function judge(keywicket, edge, corpus) {
  const report = { decisions: [], checks: [], comparisons: 0, faults: [] };
  const groups = corpus.policies.map(() => []);
  corpus.cases.forEach((one, index) => groups[one.policy].push({ ...one, index }));
  for (const [number, cases] of groups.entries()) {
    const { policy, options } = corpus.sources[number];
    const source = revived(policy);
    const compiled = revived({ $bytes: corpus.policies[number] });
    const full = new keywicket.TokenVerifier(source, options);
    const small = new edge.TokenVerifier(compiled);
    compare(report, `compiled policy ${number}`, String(compiled), String(keywicket.compilePolicy(source, options)));
    // All at once, so that whatever they share would show.
    await Promise.all(cases.map((one) => judgeOne(report, full, small, corpus.isSynchronous[number], one)));
    full.dispose();
    small.dispose();
  }
  return report;
}

async function judgeOne(report, full, small, isSynchronous, { index, token, request }) {
  const under = [full.checkAsync(token, request), small.checkAsync(token, request)];
  const expected = JSON.stringify(full.check(token, request));
  const { checks, ...explained } = full.explain(token, request).toJSON();
  report.decisions[index] = expected;
  report.checks[index] = JSON.stringify(checks);
  const same = (door, decision) => compare(report, `case ${index}, ${door}`, expected, JSON.stringify(decision));
  same("explain", explained);
  if (isSynchronous) {
    same("edge check", small.check(token, request));
  } else {
    const code = thrownBy(() => small.check(token, request))?.code;
    compare(report, `case ${index}, edge check`, "verification_key.unsupported_here", code);
  }
  const [byFull, bySmall] = await Promise.all(under);
  same("checkAsync", byFull);
  same("edge checkAsync", bySmall);
}

function compare(report, what, expected, found) {
  report.comparisons += 1;
  if (found !== expected) report.faults.push(`${what}: ${found}, expected ${expected}`);
}

function revived(value) {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== "object" || value === null) return value;
  if (typeof value.$bytes === "string") return Uint8Array.from(atob(value.$bytes), (character) => character.charCodeAt(0));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, revived(member)]));
}
