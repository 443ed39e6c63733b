/** The packed package in workerd, as raw as it comes: on import it must be ready, and must not draw or read the clock. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { KEY_ID, NOW } from "../package/in-runtime/inputs.mjs";
import { deterministic } from "../package/lib/expectations.mjs";
import { nodeProject } from "../package/lib/in-node.mjs";
import { codeBelow } from "../package/lib/readme.mjs";
import { project } from "../package/lib/installed.mjs";
import { suiteFiles } from "../package/lib/suite-files.mjs";
import { suiteTests } from "../package/lib/suite-tests.mjs";
import { packageModules, serveWorker } from "../package/lib/workerd.mjs";

/** Before this date workerd compiles no bytes even at global scope; the package needs none of that. */
const STRICTEST_DATE = "2024-09-23";
const RECENT_DATE = "2026-10-01";

const SUITE_WORKER = `
import * as keywicket from "keywicket";
import * as engine from "engine.js";
import { fixtures } from "suite/fixtures.mjs";
import { runSuite } from "suite/suite.mjs";

const attempt = (use) => {
  try { return { value: use() }; } catch ({ name, code, message }) { return { name, code, message }; }
};
const atGlobalScope = {
  drawing: attempt(() => keywicket.generateContentKey().id),
  checksum: attempt(() => keywicket.computeChecksum("${KEY_ID}", Uint8Array.from({ length: 16 }, (_, index) => index))),
};
export default {
  async fetch(request) {
    await keywicket.init();
    const { pathname } = new URL(request.url);
    return Response.json(pathname === "/load" ? atGlobalScope : await runSuite(keywicket, engine, fixtures));
  },
};
`;

const suiteTexts = { "main.js": SUITE_WORKER, ...suiteFiles };

async function withWorker(worker, use) {
  const server = await serveWorker(worker);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

for (const compatibilityDate of [STRICTEST_DATE, RECENT_DATE]) {
  describe(`in workerd as of ${compatibilityDate}`, () => {
    let server;
    let report;
    before(async () => {
      server = await serveWorker({ texts: suiteTexts, modules: await packageModules(), compatibilityDate });
      const response = await fetch(server.address);
      const text = await response.text();
      assert.equal(response.status, 200, text + server.log());
      report = JSON.parse(text);
    });
    after(() => server?.stop());

    suiteTests(() => report);

    it("computes at global scope, and says why it cannot draw there", async () => {
      const { drawing, checksum } = await (await fetch(`${server.address}load`)).json();
      assert.deepEqual(checksum, { value: "YXXn5SwesfA=" });
      assert.equal(drawing.name, "KeywicketError");
      assert.equal(drawing.code, "random.unavailable");
      assert.match(drawing.message, /inside a request/);
    });

    it("agrees with Node in everything that is not random", async () => {
      const consumer = await nodeProject();
      assert.deepEqual(deterministic(report.flow.value), deterministic(await consumer.flow()));
    });
  });
}

describe("the inline entry in workerd", () => {
  it("works where workerd compiles bytes at global scope", async () => {
    const texts = {
      "main.js": `import { versions } from "keywicket/inline";
        export default { fetch: () => Response.json(versions()) };`,
    };
    const modules = await packageModules("keywicket/inline");
    await withWorker({ texts, modules, compatibilityDate: RECENT_DATE }, async ({ address, log }) => {
      const response = await fetch(address);
      assert.equal(response.status, 200, log());
      assert.match((await response.json()).keywicket, /^\d+\.\d+\.\d+/);
    });
  });
});

describe("the README's Worker", () => {
  it("hands out the key for a valid token and says why it does not for another", async () => {
    const { packageFolder } = await project("readme-worker");
    const consumer = await nodeProject();
    const made = JSON.parse(
      await consumer.script(
        "tokens.mjs",
        `
      import { buildTokenRestriction, mintToken } from "keywicket";
      import { restriction } from "./suite/inputs.mjs";
      const policy = restriction("JWT");
      const keyId = ${JSON.stringify(KEY_ID)};
      const good = mintToken(policy, { keyId });
      const late = mintToken(policy, { keyId, now: ${NOW - 200_000_000} });
      console.log(JSON.stringify({ policy: buildTokenRestriction(policy), good, late }));`,
      ),
    );
    await withWorker(
      {
        texts: { "main.js": codeBelow(packageFolder, "## In a Cloudflare Worker") },
        modules: await packageModules(),
        bindings: { POLICY: made.policy, KEY_ID, KEY: "AAECAwQFBgcICQoLDA0ODw==" },
        compatibilityDate: STRICTEST_DATE,
      },
      async ({ address }) => {
        const good = await fetch(`${address}?token=${encodeURIComponent(made.good)}`);
        assert.equal(good.status, 200);
        assert.equal(good.headers.get("cache-control"), "no-store");
        assert.equal(Buffer.from(await good.arrayBuffer()).toString("hex"), "000102030405060708090a0b0c0d0e0f");
        const late = await fetch(`${address}?token=${encodeURIComponent(made.late)}`);
        assert.deepEqual([late.status, await late.json()], [401, { Error: { Code: "token.expired" } }]);
        const none = await fetch(address);
        assert.deepEqual([none.status, await none.json()], [401, { Error: { Code: "token.missing" } }]);
      },
    );
  });
});
