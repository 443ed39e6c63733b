/** Verifiers of both modules while they wait, in Node, in workerd and in Chromium, and without a bundler. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { before, describe, it } from "node:test";
import { runAuthorization } from "./in-runtime/authorization.mjs";
import { installed } from "./lib/keys.mjs";
import { openFolder } from "./lib/pages.mjs";
import { suiteFiles } from "./lib/suite-files.mjs";
import { rawModules, serveWorker } from "./lib/workerd.mjs";

const WORKER = `
import * as keywicket from "./dist/workerd.js";
import * as engine from "./dist/engine.js";
import * as edge from "./dist/edge/workerd.js";
import { instance as edgeInstance } from "./dist/edge/engine.js";
import { runAuthorization } from "./suite/authorization.mjs";

export default { fetch: async () => Response.json(await runAuthorization({ keywicket, engine, edge, edgeInstance })) };
`;

let consumer;
before(async () => {
  consumer = await installed("authorization");
});

function assertReport(test, { decisions, fetches }) {
  assert.equal(decisions, 5 * 2 * 2 * 50, "five algorithms, two modules, twice fifty at once");
  test.diagnostic(`${decisions} decisions in flight, ${fetches} fetches`);
}

describe("verifiers that wait", () => {
  it("decide in Node", async (test) => {
    const load = (name) => import(pathToFileURL(join(consumer.packageFolder, "dist", name)));
    const { instance: edgeInstance } = await load("edge/engine.js");
    assertReport(test, await runAuthorization({ ...consumer, edge: await load("edge/node.js"), edgeInstance }));
  });

  for (const compatibilityDate of ["2024-09-23", "2026-10-01"]) {
    it(`decide in workerd as of ${compatibilityDate}`, async (test) => {
      const modules = rawModules(consumer.packageFolder);
      const server = await serveWorker({ texts: { "main.js": WORKER, ...suiteFiles }, modules, compatibilityDate });
      try {
        const response = await fetch(server.address);
        const text = await response.text();
        assert.equal(response.status, 200, text + server.log());
        assertReport(test, JSON.parse(text));
      } finally {
        await server.stop();
      }
    });
  }

  it("decide in Chromium", async (test) => {
    mkdirSync(join(consumer.folder, "suite"));
    for (const [path, text] of Object.entries(suiteFiles)) writeFileSync(join(consumer.folder, path), text);
    const { page, faults, close } = await openFolder(consumer.folder);
    try {
      const report = await page.evaluate(async () => {
        const dist = "/node_modules/keywicket/dist/";
        const names = ["keywicket", "keywicket/edge", `${dist}engine.js`, `${dist}edge/engine.js`, "/suite/authorization.mjs"];
        const [keywicket, edge, engine, { instance: edgeInstance }, suite] = await Promise.all(names.map((name) => import(name)));
        await Promise.all([keywicket.init(), edge.init()]);
        return suite.runAuthorization({ keywicket, engine, edge, edgeInstance });
      });
      assert.deepEqual(faults, []);
      assertReport(test, report);
    } finally {
      await close();
    }
  });
});
