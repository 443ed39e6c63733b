/**
 * An account with 100,000 content keys beside one with 1,000, asked the same in turns: what is found by an index must take the
 * same time in both. See README.md.
 */

import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { contentKey, serveKeys } from "../tests/package/lib/key-server.mjs";
import { machine } from "./machine.mjs";
import { median } from "./statistics.mjs";

const FEW = 1000;
const KEYS_A_COMMIT = 1000;
const FIRST = { name: "name-00000000", number: (index) => `name-${String(index).padStart(8, "0")}` };

/** The key server, and a door to its rows that only this benchmark opens. */
const MAIN = `
import server, { RemoteStore } from "keywicket/worker";
export { KeyAccount } from "keywicket/worker";
const text = (value) => new TextDecoder().decode(value);
export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== "/rows") return server.fetch(request, env, context);
    const store = new RemoteStore(env.KEYS, "default");
    if (request.method === "GET") {
      const rows = await store.list({ from: "", to: "\\x7f", reverse: false, skip: 0, limit: 1000 });
      return Response.json(rows.map(({ key, value }) => [key, text(value)]));
    }
    const put = (await request.json()).map(([key, value]) => [key, new TextEncoder().encode(value)]);
    for (let at = 0; at < put.length; at += 5000) {
      await store.commit({ expect: [], put: put.slice(at, at + 5000), delete: [], audit: [] });
    }
    return new Response();
  },
};
`;

/**
 * An account with that many keys. One is made over REST, and all rows that tell of it are the pattern of the others: so the
 * layout is the service's own, and 100,000 keys take seconds.
 */
async function account(count) {
  const server = await serveKeys({}, MAIN);
  const { id, entity } = contentKey(server.certificate, { name: FIRST.name });
  const made = await server.manager.create("ContentKeys", entity);
  // With its fraction, or what is asked for later is another moment.
  const created = made.Created.replace("Z", "");
  const rows = (await (await fetch(`${server.address}rows`)).json()).filter(([key]) => key.includes(id));
  const ids = [id];
  const times = [created];
  for (let from = 1; from < count; from += KEYS_A_COMMIT) {
    const batch = [];
    for (let index = from; index < Math.min(from + KEYS_A_COMMIT, count); index += 1) {
      ids.push(randomUUID());
      times.push(new Date(Date.UTC(2020, 0, 1) + index * 60_000).toISOString().replace(/\.\d+Z$/, ".0000000"));
      const altered = (text) => text.replaceAll(id, ids[index]).replaceAll(FIRST.name, FIRST.number(index)).replaceAll(created, times[index]);
      for (const row of rows) batch.push(row.map(altered));
    }
    const response = await fetch(`${server.address}rows`, { method: "POST", body: JSON.stringify(batch) });
    if (!response.ok) throw new Error(`rows were not written: ${response.status}\n${server.log()}`);
  }
  return { ...server, count, ids, times, rowsOfAKey: rows.length };
}

const filter = (text) => `ContentKeys?$filter=${encodeURIComponent(text)}`;

/** What is asked of an account, about its key of some number; and how many entities that must give. */
const QUESTIONS = {
  "by id": { path: ({ ids }, index) => `ContentKeys('${encodeURIComponent(`nb:kid:UUID:${ids[index]}`)}')` },
  "by Name": { path: (_, index) => filter(`Name eq '${FIRST.number(index)}'`), count: 1 },
  "by Created": { path: ({ times }, index) => filter(`Created eq datetime'${times[index]}'`), count: 1 },
  "newest 10": { path: () => "ContentKeys?$orderby=Created%20desc&$top=10", count: 10 },
  "page of 1000": { path: () => "ContentKeys", count: 1000 },
};

async function ask({ path, count }, account) {
  const index = 1 + Math.floor(Math.random() * (account.count - 1));
  const begin = performance.now();
  const answer = await account.manager.ask("GET", path(account, index));
  const elapsed = performance.now() - begin;
  const found = answer.value?.length ?? answer.d?.results?.length;
  if (count !== undefined && found !== count) throw new Error(`${path(account, index)} gave ${found} entities, expected ${count}`);
  return elapsed;
}

async function main({ quick, keys, output }) {
  const many = Number(keys);
  const rounds = quick ? 20 : 200;
  const about = machine({ workerd: "of tests/package.json" });
  const accounts = [await account(FEW), await account(many)];
  const memory = { filled: accounts.map(({ pid }) => resident(pid())) };
  const questions = [];
  for (const [name, question] of Object.entries(QUESTIONS)) {
    const times = accounts.map(() => []);
    for (let round = -5; round < rounds / (question.count === 1000 ? 5 : 1); round += 1) {
      for (const [index, one] of accounts.entries()) {
        const elapsed = await ask(question, one);
        if (round >= 0) times[index].push(elapsed);
      }
    }
    const [few, all] = times.map(median);
    questions.push({ name, few, many: all, ratio: all / few, flat: Math.abs(all / few - 1) <= 0.2 });
  }
  memory.asked = accounts.map(({ pid }) => resident(pid()));
  const unindexed = await refusal(accounts[1]);
  console.log(`${about.cpu}, load ${about.load}; ${accounts[0].rowsOfAKey} rows a key`);
  for (const { name, few, many: all, ratio, flat } of questions) {
    console.log(`${name.padEnd(14)} ${few.toFixed(2)} ms at ${FEW}, ${all.toFixed(2)} ms at ${many}: ${ratio.toFixed(2)}x${flat ? "" : "  NOT FLAT"}`);
  }
  console.log(`resident memory in MB, at ${FEW} and at ${many}: ${memory.filled} when filled, ${memory.asked} afterwards`);
  console.log(`an unindexed filter: ${unindexed}`);
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, `${JSON.stringify({ machine: about, quick, many, questions, memory, unindexed }, null, 2)}\n`);
  await Promise.all(accounts.map(({ stop }) => stop()));
}

/** What is said to a filter that no index answers: 400, and not after minutes. */
async function refusal({ manager }) {
  try {
    await manager.ask("GET", filter("ContentKeyType eq 99"));
  } catch (error) {
    return error.message;
  }
  return "answered";
}

function resident(pid) {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024);
  } catch {
    return Number.NaN;
  }
}

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    keys: { type: "string", default: "100000" },
    output: { type: "string", default: "target/many-keys.json" },
  },
});
await main(values);
