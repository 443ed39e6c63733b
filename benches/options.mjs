/** The command line. */

import { parseArgs } from "node:util";
import { workloads } from "./workloads.mjs";

export const USAGE = `Usage: node benches/run.mjs [OPTIONS]

  --quick            3 short rounds: to see that it works, not to quote
  --only NAME        one workload, or several: ${workloads.map(({ name }) => name).join(", ")}
  --runtime NAME     node or workerd alone
  --output FILE      where the results go as JSON (target/bench.json)
  --profile NAME     instead: a CPU profile of ours on that workload, in Node`;

const RUNTIMES = ["node", "workerd"];

/** @throws {Error} with a sentence, if the words mean nothing */
export function parseOptions(words) {
  const { values } = parseArgs({
    args: words,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      runtime: { type: "string" },
      output: { type: "string", default: "target/bench.json" },
      profile: { type: "string" },
    },
  });
  for (const name of [...values.only, ...(values.profile === undefined ? [] : [values.profile])]) {
    if (!workloads.some((workload) => workload.name === name)) throw new Error(`there is no workload \`${name}\``);
  }
  const runtimes = RUNTIMES.filter((name) => (values.runtime ?? name) === name);
  if (runtimes.length === 0) throw new Error(`there is no runtime \`${values.runtime}\``);
  const chosen = workloads.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
  return { ...values, runtimes, chosen };
}
