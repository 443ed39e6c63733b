/** Token checking beside its peers: see README.md. Exits with 0 also when a target is missed: this is a report. */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { consumer } from "./consumer.mjs";
import { machine } from "./machine.mjs";
import { measure, PACES } from "./method.mjs";
import { parseOptions, USAGE } from "./options.mjs";
import { profile } from "./profile.mjs";
import { remarks, resultsTable, targetsTable } from "./report.mjs";
import { evaluated, judged } from "./results.mjs";
import { startNode } from "./runtimes/node.mjs";
import { startWorkerd } from "./runtimes/workerd.mjs";
import { prepare, workloads } from "./workloads.mjs";

const START = { node: startNode, workerd: startWorkerd };

async function main({ quick, runtimes, chosen, output, profile: profiled }) {
  const project = await consumer();
  const ready = (workload) => project.compile(prepare(workload));
  if (profiled !== undefined) {
    return profile(project, ready(workloads.find(({ name }) => name === profiled)), dirname(output));
  }
  const about = machine(project.versions);
  console.log(described(about, project));

  const pace = quick ? PACES.quick : PACES.full;
  const prepared = chosen.map(ready);
  const measured = {};
  for (const name of runtimes) measured[name] = await measuredIn(START[name], project, prepared, pace);
  const judgements = judged(measured);

  const texts = [resultsTable(measured), remarks(measured), targetsTable(judgements)];
  console.log(texts.filter(Boolean).join("\n\n"));
  if (quick) console.log("\nA quick run shows that it works; its numbers are not to be quoted.");
  mkdirSync(dirname(output), { recursive: true });
  const { gate, versions } = project;
  const results = { machine: about, packages: versions, gate, quick, pace, measured, targets: judgements };
  writeFileSync(output, `${JSON.stringify(results, null, 2)}\n`);
}

async function measuredIn(start, project, prepared, pace) {
  const runtime = await start(project);
  try {
    const fields = await measure(runtime, prepared, pace);
    return fields.map((field, index) => evaluated(field, prepared[index]));
  } finally {
    await runtime.stop();
  }
}

function described({ cpu, processors, load, node, workerd }, { gate, versions }) {
  const packages = Object.entries(versions).map((pair) => pair.join(" "));
  const runtimes = `${cpu}, ${processors} processors, load ${load}; Node ${node}, workerd ${workerd}`;
  return `${runtimes}\n${packages.join(", ")}\nours: ${gate}\n`;
}

let options;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${error.message}\n\n${USAGE}`);
  process.exit(2);
}
await main(options);
