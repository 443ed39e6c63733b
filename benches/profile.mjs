/** Where our own time goes, in Node: a CPU profile for developer tools, and its heaviest functions as text. */

import { mkdirSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { basename, join } from "node:path";
import { startNode } from "./runtimes/node.mjs";

const SAMPLE_MICROSECONDS = 100;
const PROFILED_MS = 3000;
const BATCH = 1000;
const SHOWN = 20;

/** @param {string} folder where the profile goes */
export async function profile(project, workload, folder) {
  const runtime = await startNode(project);
  const { entered } = await runtime.load(workload);
  const ours = entered.find((contestant) => contestant.ours === workload.ours) ?? entered.find(({ ours }) => ours);
  const id = `${workload.name} ${ours.name}`;
  await spend(runtime, id, PROFILED_MS / 3);

  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: SAMPLE_MICROSECONDS });
  await session.post("Profiler.start");
  await spend(runtime, id, PROFILED_MS);
  const { profile: recorded } = await session.post("Profiler.stop");
  session.disconnect();

  mkdirSync(folder, { recursive: true });
  const file = join(folder, `bench-${workload.name}.cpuprofile`);
  writeFileSync(file, JSON.stringify(recorded));
  console.log(`${id}\n${heaviest(recorded)}\n\n${file}`);
}

async function spend(runtime, id, limit) {
  for (let spent = 0; spent < limit; ) spent += (await runtime.time(id, 0, BATCH)).ms;
}

/** Time spent in each function itself, in per cent. The package's WebAssembly carries no names, but numbers. */
function heaviest({ nodes, samples }) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const hits = new Map();
  for (const id of samples) {
    const { functionName, url, lineNumber } = byId.get(id);
    const place = url && !url.startsWith("wasm:") ? ` (${basename(url)}:${lineNumber + 1})` : "";
    const name = `${functionName || "(anonymous)"}${place}`;
    hits.set(name, (hits.get(name) ?? 0) + 1);
  }
  const sorted = [...hits].toSorted(([, a], [, b]) => b - a).slice(0, SHOWN);
  return sorted.map(([name, count]) => `${((count * 100) / samples.length).toFixed(1).padStart(6)} %  ${name}`).join("\n");
}
