/** One corpus of tokens, judged natively, in Node, in workerd and in Chromium: every answer must be the same to the byte. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { before, describe, it } from "node:test";
import { judge } from "./in-runtime/judge.mjs";
import { makeCorpus } from "./lib/corpus.mjs";
import { installed } from "./lib/keys.mjs";
import { judgeNatively } from "./lib/native.mjs";
import { openFolder } from "./lib/pages.mjs";
import { suiteFiles } from "./lib/suite-files.mjs";
import { rawModules, serveWorker } from "./lib/workerd.mjs";

const POLICIES = 500;
const TOKENS_EACH = 12;

const WORKER = `
import * as keywicket from "./dist/workerd.js";
import * as edge from "./dist/edge/workerd.js";
import { judge } from "./suite/judge.mjs";

export default { fetch: async (request) => Response.json(await judge(keywicket, edge, await request.json())) };
`;

let consumer;
let corpus;
let file;
let reference;
before(async () => {
  consumer = await installed("decisions");
  corpus = makeCorpus(consumer.keywicket, POLICIES, TOKENS_EACH);
  file = join(consumer.folder, "corpus.json");
  writeFileSync(file, JSON.stringify(corpus));
  reference = (await judgeNatively(file)).map((line) =>
    Object.fromEntries(Object.entries(line).map(([name, value]) => [name, JSON.stringify(value)])),
  );
});

function assertSame(test, { decisions, checks, comparisons, faults }) {
  assert.deepEqual(faults.slice(0, 5), [], `${faults.length} answers of one runtime differ from each other`);
  const differing = reference.flatMap((expected, index) => {
    const same = decisions[index] === expected.check && checks[index] === expected.checks;
    return same ? [] : [{ ...corpus.cases[index], found: [decisions[index], checks[index]], expected }];
  });
  assert.deepEqual(differing.slice(0, 3), [], `${differing.length} of ${reference.length} cases differ from the native answer`);
  const total = comparisons + 2 * reference.length;
  assert.ok(comparisons >= 4 * reference.length, `only ${comparisons} comparisons`);
  test.diagnostic(`${corpus.cases.length} cases, ${total} comparisons, none differs`);
}

describe("the corpus", () => {
  it("covers the codes, the forms and both answers", (test) => {
    assert.equal(corpus.policies.length, POLICIES);
    assert.equal(reference.length, corpus.cases.length);
    const codes = {};
    for (const { check } of reference) {
      const { code } = JSON.parse(check);
      codes[code] = (codes[code] ?? 0) + 1;
    }
    for (const [code, count] of Object.entries(codes).sort()) test.diagnostic(`${code} ${count}`);
    const types = readFileSync(join(consumer.packageFolder, "dist", "token.d.ts"), "utf8");
    const union = types.split("type DecisionCode =")[1].split(";")[0];
    const known = Array.from(union.matchAll(/"([^"]+)"/g), ([, code]) => code);
    // Two tokens in one request are told by extractToken() alone.
    assert.deepEqual(known.filter((code) => !(code in codes)), ["token.ambiguous"]);
    assert.ok(codes["token.allowed"] > corpus.cases.length / 10, "too few tokens are good");
    assert.ok(corpus.isSynchronous.filter(Boolean).length > POLICIES / 4, "too few policies for the edge's check");
  });

  it("is judged alike by check and explain natively", () => {
    for (const { check, explain } of reference) assert.equal(explain, check);
  });

  it("is judged alike in Node", async (test) => {
    const edge = await import(pathToFileURL(join(consumer.packageFolder, "dist", "edge", "node.js")));
    assertSame(test, await judge(consumer.keywicket, edge, corpus));
  });

  it("is judged alike in workerd", async (test) => {
    const modules = rawModules(consumer.packageFolder);
    const server = await serveWorker({ texts: { "main.js": WORKER, ...suiteFiles }, modules, compatibilityDate: "2024-09-23" });
    try {
      const response = await fetch(server.address, { method: "POST", body: JSON.stringify(corpus) });
      const text = await response.text();
      assert.equal(response.status, 200, text + server.log());
      assertSame(test, JSON.parse(text));
    } finally {
      await server.stop();
    }
  });

  it("is judged alike in Chromium", async (test) => {
    for (const name of ["checks.mjs", "judge.mjs"]) writeFileSync(join(consumer.folder, name), suiteFiles[`suite/${name}`]);
    const { page, faults, close } = await openFolder(consumer.folder);
    try {
      const report = await page.evaluate(async () => {
        const [keywicket, edge, { judge: judgeHere }] = await Promise.all(["keywicket", "keywicket/edge", "/judge.mjs"].map((name) => import(name)));
        await Promise.all([keywicket.init(), edge.init()]);
        return judgeHere(keywicket, edge, await (await fetch("/corpus.json")).json());
      });
      assert.deepEqual(faults, []);
      assertSame(test, report);
    } finally {
      await close();
    }
  });
});
