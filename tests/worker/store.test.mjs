/** What every store must do, done by the one in memory, in Node, and by the Durable Object, in workerd on disk. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { project } from "../package/lib/installed.mjs";
import { storeContract } from "../package/lib/store-contract.mjs";
import { packageModules, serveWorker } from "../package/lib/workerd.mjs";

const CONTRACT = readFileSync(new URL("../package/lib/store-contract.mjs", import.meta.url), "utf8");

const WORKER = `
import { KeyAccount, RemoteStore } from "keywicket/worker";
import { storeContract } from "store-contract.mjs";
export { KeyAccount } from "keywicket/worker";

/** An account as a later release will have left it. */
export class FutureAccount extends KeyAccount {
  constructor(context, env) {
    const { sql } = context.storage;
    sql.exec("CREATE TABLE account (id INTEGER PRIMARY KEY, schema INTEGER NOT NULL, version INTEGER NOT NULL)");
    sql.exec("INSERT INTO account VALUES (1, 1000, 0)");
    super(context, env);
  }
}

let made = 0;
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const store = (name) => new RemoteStore(env.KEYS, name);
    if (url.pathname === "/raw") {
      const toBytes = (_, value) => (value?.bytes === undefined ? value : new TextEncoder().encode(value.bytes));
      const [method, ...args] = JSON.parse(await request.text(), toBytes);
      const namespace = env[url.searchParams.get("binding") ?? "KEYS"];
      const object = namespace.get(namespace.idFromName(url.searchParams.get("account") ?? "raw"));
      return Response.json(await object[method](...args).then((value) => ({ value }), (error) => ({ refused: error.name, why: error.message })));
    }
    const check = storeContract(async () => store(\`account \${++made}\`)).find(({ name }) => name === url.searchParams.get("name"));
    return check.run().then(() => new Response("passed"), (error) => new Response(String(error.stack), { status: 500 }));
  },
};
`;

describe("the store in memory", () => {
  let MemoryStore;
  before(async () => {
    const { folder } = await project("store");
    ({ MemoryStore } = await import(pathToFileURL(createRequire(join(folder, "main.js")).resolve("keywicket"))));
  });
  for (const { name } of storeContract()) {
    it(name, () => storeContract(async () => new MemoryStore()).find((check) => check.name === name).run());
  }
});

describe("the store in a Durable Object", () => {
  let server;
  before(async () => {
    server = await serveWorker({
      texts: { "main.js": WORKER, "store-contract.mjs": CONTRACT },
      modules: await packageModules("keywicket/worker"),
      durableObjects: { KEYS: "KeyAccount", FUTURE: "FutureAccount" },
      compatibilityDate: "2026-10-01",
    });
  });
  after(() => server?.stop());

  for (const { name } of storeContract()) {
    it(name, async () => {
      const response = await fetch(`${server.address}?${new URLSearchParams({ name })}`);
      assert.equal(await response.text(), "passed", server.log());
    });
  }

  const raw = async (...call) => (await fetch(`${server.address}raw`, { method: "POST", body: JSON.stringify(call) })).json();
  const batch = (parts) => ({ expect: [], put: [], delete: [], audit: [], ...parts });

  it("refuses what is no key, no value and no list, and writes nothing of a batch with such a thing", async () => {
    const long = "k".repeat(1025);
    const refused = [
      ["get", ["ä"]],
      ["get", ["line\nend"]],
      ["get", "a"],
      ["get", [{}]],
      ["get", Array(45_001).fill("a")],
      ["count", { from: "a", to: 7 }],
      ["list", { from: "a", to: "b", reverse: false, skip: -1, limit: 1 }],
      ["list", { from: "a", to: "b", reverse: false, skip: 0, limit: "1; DROP TABLE rows" }],
      ["commit", batch({ delete: ["here"], put: [["bad", "text"]] })],
      ["commit", batch({ delete: ["here", long] })],
      ["commit", batch({ expect: [[7, 0]] })],
      ["commit", batch({ put: undefined })],
    ];
    for (const call of refused) assert.equal((await raw(...call)).refused, "RangeError", JSON.stringify(call).slice(0, 80));
    assert.deepEqual(await raw("count", { from: "", to: "\x7f" }), { value: 0 });
  });

  it("rolls back a batch whose audit log cannot be continued", async () => {
    // Not what the service would ever put: a damaged account.
    assert.deepEqual(await raw("commit", batch({ put: [["m/audit", { bytes: "no head" }]] })), { value: true });
    const next = batch({ put: [["lost", { bytes: "x" }]], delete: ["m/audit"], audit: ['{"action":"x"}'] });
    assert.match((await raw("commit", next)).refused, /Error$/);
    assert.deepEqual(await raw("count", { from: "", to: "\x7f" }), { value: 1 });
    assert.deepEqual(await raw("commit", batch({ delete: ["m/audit"] })), { value: true });
  });

  it("keeps accounts apart", async () => {
    assert.deepEqual(await raw("commit", batch({ put: [["mine", { bytes: "x" }]] })), { value: true });
    assert.deepEqual(await raw("count", { from: "mine", to: "mine " }), { value: 1 });
    const theirs = await fetch(`${server.address}raw?account=other`, { method: "POST", body: JSON.stringify(["get", ["mine"]]) });
    assert.deepEqual(await theirs.json(), { value: [null] });
  });

  it("is not opened by a release that is older than what wrote it", async () => {
    const older = (path) => fetch(server.address + path, { method: "POST", body: JSON.stringify(["get", ["a"]]) });
    assert.match((await (await older("raw?binding=FUTURE&account=1")).json()).why, /written by a newer keywicket/);
  });
});
