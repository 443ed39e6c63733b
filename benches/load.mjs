/**
 * Deliveries under load: the key server in workerd beside a trivial Worker that answers 16 constant bytes, in turns, on the same
 * machine. See README.md.
 */

import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { COMPATIBILITY_DATE, jwt, serveKeys, tokenRestriction } from "../tests/package/lib/key-server.mjs";
import { serveWorker } from "../tests/package/lib/workerd.mjs";
import { runLoad } from "./load-client.mjs";
import { machine } from "./machine.mjs";
import { median, shuffled } from "./statistics.mjs";

const PACES = {
  quick: { rounds: 2, milliseconds: 500, warmUp: 500, starts: 2 },
  full: { rounds: 9, milliseconds: 2000, warmUp: 3000, starts: 7 },
};
const CONNECTIONS = 32;
/** More than a slice can use, so that each is fresh. */
const TOKENS_A_SECOND = 20_000;

const TRIVIAL = `
const key = new Uint8Array(16).fill(7);
const headers = { "content-type": "application/octet-stream", "cache-control": "no-store" };
export default { fetch: () => new Response(key, { headers }) };
`;

const ISSUER = "https://issuer.example";
const AUDIENCE = "urn:player";

async function main({ quick, output }) {
  const pace = quick ? PACES.quick : PACES.full;
  const about = machine({ workerd: "of tests/package.json" });
  console.log(`${about.cpu}, ${about.processors} processors, load ${about.load}; Node ${about.node}; ${CONNECTIONS} connections\n`);
  const trivial = await serveWorker({ texts: { "main.js": TRIVIAL }, modules: {}, compatibilityDate: COMPATIBILITY_DATE });
  const ours = await serveKeys();
  const field = await contestants(trivial, ours);

  for (const contestant of field) await slice(contestant, pace.warmUp);
  const rounds = [];
  for (let round = 0; round < pace.rounds; round += 1) {
    const measured = {};
    for (const contestant of shuffled(field)) measured[contestant.name] = await slice(contestant, pace.milliseconds);
    rounds.push(measured);
  }
  const cold = await coldStarts(field, pace.starts);
  const results = { machine: about, quick, pace, connections: CONNECTIONS, summary: summarized(field, rounds), cold, rounds };
  console.log(table(results));
  if (quick) console.log("\nA quick run shows that it works; its numbers are not to be quoted.");
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, `${JSON.stringify(results, null, 2)}\n`);
  await Promise.all([trivial.stop(), ours.stop()]);
}

/** Who is measured: what each is asked, and what the right answer is. */
async function contestants(trivial, ours) {
  const viewerKey = randomBytes(64);
  const requirements = tokenRestriction({ key: viewerKey, issuer: ISSUER, audience: AUDIENCE });
  const open = await ours.manager.key(ours.certificate, await ours.manager.policy());
  const guarded = await ours.manager.key(ours.certificate, await ours.manager.policy(requirements));
  // Of the length of what the others are asked.
  const filler = "x".repeat(300);
  return [
    { name: "trivial", server: trivial, paths: () => [`/?KID=${open.id}&token=${filler}`], key: Buffer.alloc(16, 7) },
    { name: "open", server: ours, paths: () => [`/?KID=${open.id}`], key: open.key },
    {
      name: "HS256",
      server: ours,
      paths: (seconds) => Array.from({ length: TOKENS_A_SECOND * seconds }, () => `/?KID=${guarded.id}&token=${viewerToken(viewerKey)}`),
      key: guarded.key,
    },
  ];
}

const viewerToken = (key) => jwt(key, { iss: ISSUER, aud: AUDIENCE, jti: randomUUID() });

async function slice({ name, server, paths, key }, milliseconds) {
  const asked = paths(Math.ceil(milliseconds / 1000));
  const before = processorTime(server.pid());
  const { count, wrong, seconds, latencies } = await runLoad({
    port: new URL(server.address).port,
    connections: CONNECTIONS,
    milliseconds,
    request: (number) => asked[number % asked.length],
    isRight: (status, body) => status === 200 && body.equals(key),
  });
  if (wrong > 0) throw new Error(`${name}: ${wrong} of ${count} answers were wrong\n${server.log()}`);
  const at = (part) => latencies[Math.min(Math.floor(count * part), count - 1)];
  const microseconds = ((processorTime(server.pid()) - before) * 1e6) / count;
  return { perSecond: count / seconds, p50: at(0.5), p99: at(0.99), microseconds, tokensTwice: asked.length > 1 && count > asked.length };
}

/** Seconds that a process has had a processor for; where there is no /proc, nothing. */
function processorTime(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** From the start of the process to the first answer: nothing is compiled, nothing remembered. */
async function coldStarts(field, starts) {
  const times = {};
  for (let start = 0; start < starts; start += 1) {
    for (const { name, server, paths, key } of shuffled(field)) {
      const [path] = paths(0).concat(paths(1)).slice(0, 1);
      await server.stop();
      const begin = performance.now();
      await server.restart();
      const started = performance.now();
      const response = await fetch(new URL(path, server.address));
      const body = Buffer.from(await response.arrayBuffer());
      if (!body.equals(key)) throw new Error(`${name}: the first answer is ${response.status}`);
      const answered = performance.now();
      (times[name] ??= []).push({ process: started - begin, firstAnswer: answered - started });
    }
  }
  return Object.fromEntries(
    Object.entries(times).map(([name, all]) => [
      name,
      { process: median(all.map((one) => one.process)), firstAnswer: median(all.map((one) => one.firstAnswer)) },
    ]),
  );
}

/** Ratios are taken within a round, where both sides met the same machine. */
function summarized(field, rounds) {
  const over = (name, member) => median(rounds.map((round) => round[name][member]));
  const ratio = (name, use) => median(rounds.map((round) => use(round[name], round.trivial)));
  return field.map(({ name }) => ({
    name,
    perSecond: over(name, "perSecond"),
    p50: over(name, "p50"),
    p99: over(name, "p99"),
    microseconds: over(name, "microseconds"),
    throughput: ratio(name, (one, trivial) => one.perSecond / trivial.perSecond),
    processor: ratio(name, (one, trivial) => trivial.microseconds / one.microseconds),
    tokensTwice: rounds.some((round) => round[name].tokensTwice),
  }));
}

function table({ summary, cold }) {
  const cell = (text, width) => String(text).padStart(width);
  const head = ["", "requests/s", "p50 ms", "p99 ms", "of trivial", "µs processor", "of trivial", "first answer ms"];
  const rows = summary.map(({ name, perSecond, p50, p99, throughput, microseconds, processor, tokensTwice }) => [
    name,
    perSecond.toFixed(0),
    p50.toFixed(2),
    p99.toFixed(2),
    throughput.toFixed(2),
    microseconds.toFixed(1),
    processor.toFixed(2),
    cold[name].firstAnswer.toFixed(1),
    ...(tokensTwice ? ["tokens came twice"] : []),
  ]);
  return [head, ...rows].map(([name, ...rest]) => name.padEnd(8) + rest.map((text) => cell(text, 16)).join("")).join("\n");
}

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, output: { type: "string", default: "target/load.json" } },
});
await main(values);
