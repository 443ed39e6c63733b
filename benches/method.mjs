/** How it is measured: in rounds, in which every contestant has one slice of time, in another order each round. */

import { shuffled } from "./statistics.mjs";

/**
 * @typedef {object} Pace
 * @property {number} rounds
 * @property {number} sliceMs how long one slice shall take
 * @property {number} warmMs how long a contestant runs before its slices are sized
 */

/** @type {Record<"full" | "quick", Pace>} */
export const PACES = {
  full: { rounds: 15, sliceMs: 50, warmMs: 300 },
  quick: { rounds: 3, sliceMs: 15, warmMs: 80 },
};

const FIRST_COUNT = 64;

/**
 * @param {object} runtime see runtimes/
 * @param {object[]} workloads prepared ones
 * @param {Pace} pace
 * @returns {Promise<object[]>} per workload its contestants, each with `rounds`: microseconds per token, by round
 */
export async function measure(runtime, workloads, pace) {
  const fields = [];
  for (const workload of workloads) {
    const { entered, skipped } = await runtime.load(workload);
    const contestants = entered.map(({ name, ours }) => {
      return { name, ours, id: `${workload.name} ${name}`, tokens: workload.tokens.length, next: 0, count: 0, rounds: [] };
    });
    fields.push({ workload: workload.name, reference: workload.ours, contestants, skipped });
  }
  await runtime.beginRound();
  for (const { contestants } of fields) for (const contestant of contestants) await calibrate(runtime, contestant, pace);
  for (let round = 0; round < pace.rounds; round += 1) await runRound(runtime, fields, round);
  return fields;
}

/** The contestants of one workload stay together: what is compared is measured within a second. */
async function runRound(runtime, fields, round) {
  await runtime.beginRound();
  for (const { contestants } of shuffled(fields)) {
    for (const contestant of shuffled(contestants)) {
      const ms = await slice(runtime, contestant, contestant.count);
      contestant.rounds[round] = (ms * 1000) / contestant.count;
    }
  }
}

/** Runs until the engine has compiled what there is to compile, then sizes the slices. */
async function calibrate(runtime, contestant, { sliceMs, warmMs }) {
  let count = FIRST_COUNT;
  for (let spent = 0; ; ) {
    const ms = await slice(runtime, contestant, count);
    spent += ms;
    if (spent >= warmMs && ms >= sliceMs / 4) {
      contestant.count = Math.max(FIRST_COUNT, Math.round((count * sliceMs) / ms));
      return;
    }
    if (ms < sliceMs) count *= 2;
  }
}

/** Goes on where the slice before ended, so that tokens come round as late as they can. */
async function slice(runtime, contestant, count) {
  const { ms, accepted } = await runtime.time(contestant.id, contestant.next, count);
  if (accepted !== count) throw new Error(`${contestant.id} accepted ${accepted} of ${count} valid tokens`);
  contestant.next = (contestant.next + count) % contestant.tokens;
  return ms;
}
