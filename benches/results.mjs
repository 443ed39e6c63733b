/** From rounds to results: medians, ratios, and what became of the targets. */

import { median, summary } from "./statistics.mjs";
import { targets } from "./targets.mjs";

/**
 * A field of contestants with its numbers. `ratio` is the contestant's time divided by ours, the median over the rounds:
 * within a round both met the same machine.
 */
export function evaluated({ workload, reference, contestants, skipped }, { tokens }) {
  const ours = ourContestant(contestants, reference);
  return {
    workload,
    tokenBytes: Math.round(median(tokens.map((token) => token.length))),
    reference: ours?.name,
    contestants: contestants.map(({ name, rounds, count }) => {
      const ratio = ours && summary(ratios(rounds, ours.rounds));
      return { name, microseconds: summary(rounds), ratio, tokensPerSlice: count, rounds };
    }),
    skipped: skipped.map(({ name, skipped: why }) => ({ name, why })),
  };
}

/** The method that the targets are for; where it cannot run yet, the other one of the same contestant. */
function ourContestant(contestants, reference) {
  const named = (ours) => contestants.find((contestant) => contestant.ours === ours);
  return named(reference) ?? named("checkAsync") ?? named("check");
}

const ratios = (rounds, ourRounds) => rounds.map((value, round) => value / ourRounds[round]);

/** @param {Record<string, object[]>} measured evaluated fields by runtime */
export function judged(measured) {
  return targets.filter(({ runtime }) => measured[runtime]).flatMap((target) => {
    const field = measured[target.runtime].find(({ workload }) => workload === target.workload);
    return field ? [{ ...target, ...verdict(target, field) }] : [];
  });
}

function verdict({ peer, atLeast, atMost, stretch }, { contestants, reference }) {
  const named = (name) => contestants.find((contestant) => contestant.name === name);
  if (!reference || !named(peer)) return { verdict: "not measured" };
  if (atMost !== undefined) {
    const measured = median(ratios(named(reference).rounds, named(peer).rounds));
    return { measured, verdict: measured <= atMost ? "met" : "missed" };
  }
  const measured = named(peer).ratio.median;
  if (stretch !== undefined && measured >= stretch) return { measured, verdict: "met, stretch too" };
  return { measured, verdict: measured >= atLeast ? "met" : "missed" };
}
