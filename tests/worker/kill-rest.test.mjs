/**
 * The same 20 kills as kill.test.mjs, with the writes of a manager over REST: create + link, unlink + delete, each several
 * requests, of which every acknowledged one must stand.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { contentKey, serveKeys } from "../package/lib/key-server.mjs";
import { surviveKills } from "../package/lib/killed-writes.mjs";

const KILLS = 20;
const WRITERS = 20;

/** The key server, and a door to its rows that only this test opens. */
const MAIN = `
import server, { RemoteStore } from "keywicket/worker";
import { verifiedAudit } from "store-contract.mjs";
export { KeyAccount } from "keywicket/worker";
export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== "/rows") return server.fetch(request, env, context);
    const store = new RemoteStore(env.KEYS, "default");
    const rows = await store.list({ from: "", to: "\\x7f", reverse: false, skip: 0, limit: 1_000_000 });
    const entries = await verifiedAudit(store);
    return Response.json({ keys: rows.map(({ key }) => key), entries });
  },
};
`;

const quoted = (id) => encodeURIComponent(id);

describe("a manager's writes", () => {
  it(`are all there after ${KILLS} kills, and no link dangles`, async (test) => {
    const contract = readFileSync(new URL("../package/lib/store-contract.mjs", import.meta.url), "utf8");
    const server = await serveKeys({}, MAIN, { "store-contract.mjs": contract });
    test.after(server.stop);
    const { manager, certificate } = server;
    // One for each writer: who write the same entity at once are told to try again.
    const keys = Array.from({ length: WRITERS }, () => contentKey(certificate).entity);
    for (const key of keys) await manager.create("ContentKeys", key);
    /** Ids by writer and number: of assets that were acknowledged, or may be there. */
    const ids = new Map();
    const names = (writer, number) => `${writer}/${number}`;
    const work = {
      async create(writer, number) {
        const asset = await manager.create("Assets", { Name: names(writer, number) });
        ids.set(names(writer, number), asset.Id);
        await manager.link("Assets", asset.Id, "ContentKeys", "ContentKeys", keys[writer].Id);
      },
      async remove(writer, number) {
        const id = ids.get(names(writer, number));
        await manager.ask("DELETE", `Assets('${quoted(id)}')/$links/ContentKeys('${quoted(keys[writer].Id)}')`);
        await manager.ask("DELETE", `Assets('${quoted(id)}')`);
      },
      async inspect() {
        const { keys: rows, entries } = await (await fetch(`${server.address}rows`)).json();
        mustHold(rows);
        for (const [name, id] of await nameOfAssets(manager)) ids.set(name, id);
        const linked = new Set(rows.filter((key) => key.startsWith("l/Assets/")).map((key) => key.split("/")[2]));
        const there = [...ids].filter(([, id]) => linked.has(id)).map(([name]) => name);
        return { present: new Set(there), audited: entries.filter(({ action }) => action === "link" || action === "delete").length };
      },
    };
    // Long enough for several things each, each of two requests; some kills come at once.
    const uptime = () => 100 + Math.random() * 2400;
    const total = await surviveKills({ server, work, writers: WRITERS, kills: KILLS, uptime, say: (line) => test.diagnostic(line) });
    assert.ok(total.acknowledged > 10 * KILLS, `only ${total.acknowledged} writes were acknowledged: this tests nothing`);
  });
});

/** Links have two ends, both ends are entities, and an index row has its entity. */
function mustHold(keys) {
  const all = new Set(keys);
  for (const key of keys) {
    const [kind, set, ...rest] = key.split("/");
    if (kind === "l") {
      const [from, navigation, to] = rest;
      assert.ok(all.has(`e/${set}/${from}`), `the link ${key} has no beginning`);
      assert.ok(all.has(`e/ContentKeys/${to}`), `the link ${key} has no end`);
      assert.ok(all.has(`r/ContentKeys/${to}/${navigation}/${from}`), `the link ${key} is not known at its end`);
    }
    if (kind === "r") assert.ok(all.has(`l/Assets/${rest[2]}/${rest[1]}/${rest[0]}`), `the link ${key} is not known at its beginning`);
    if (kind === "i") assert.ok(all.has(`e/${set}/${key.slice(key.lastIndexOf(" ") + 1)}`), `the index row ${key} has no entity`);
  }
}

/** By pages, as any client reads them. */
async function nameOfAssets(manager) {
  const found = [];
  for (let skip = 0; ; skip += 1000) {
    const { value } = await manager.ask("GET", `Assets?$orderby=Created&$skip=${skip}`);
    found.push(...value.map(({ Name, Id }) => [Name, Id]));
    if (value.length < 1000) return found;
  }
}
