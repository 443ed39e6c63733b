/**
 * 20 writers, 20 kills: the account's store on disk loses nothing that was acknowledged, tears nothing that was written
 * together, and its audit log stays a chain.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { surviveKills } from "../package/lib/killed-writes.mjs";
import { packageModules, serveWorker } from "../package/lib/workerd.mjs";

const KILLS = 20;
const WRITERS = 20;

/**
 * A thing is an entity, its index row and a link with both of its ends: four rows that must be together. Every batch counts up
 * a row of its writer by compare and set, as an ETag would, and adds to the audit log.
 */
const WORKER = `
import { RemoteStore } from "keywicket/worker";
import { verifiedAudit } from "store-contract.mjs";
export { KeyAccount } from "keywicket/worker";

const bytes = (text) => new TextEncoder().encode(text);
const keysOf = (id) => [\`e/Assets/\${id}\`, \`i/Assets/Name/\${id} \${id}\`, \`l/Assets/\${id}/ContentKeys/k\`, \`r/ContentKeys/k/Assets/\${id}\`];

const actions = {
  async create(store, id, writer) {
    return write(store, writer, { put: keysOf(id).map((key) => [key, bytes(id)]), audit: [\`{"action":"create","id":"\${id}"}\`] });
  },
  async remove(store, id, writer) {
    return write(store, writer, { delete: keysOf(id), audit: [\`{"action":"delete","id":"\${id}"}\`] });
  },
  async inspect(store) {
    const kinds = [];
    for (const prefix of ["e/", "i/", "l/", "r/"]) {
      const rows = await store.list({ from: prefix, to: prefix + "\\x7f", reverse: false, skip: 0, limit: 1_000_000 });
      kinds.push(rows.map(({ value }) => new TextDecoder().decode(value)).sort());
    }
    return { kinds, audited: (await verifiedAudit(store)).length };
  },
};

async function write(store, writer, parts) {
  const [row] = await store.get([\`w/\${writer}\`]);
  const count = row === undefined ? 0 : Number(new TextDecoder().decode(row.value));
  const expect = [[\`w/\${writer}\`, row?.version ?? 0]];
  const put = [...(parts.put ?? []), [\`w/\${writer}\`, bytes(String(count + 1))]];
  if (await store.commit({ expect, put, delete: parts.delete ?? [], audit: parts.audit })) return true;
  throw new Error("nobody else writes this writer's row");
}

export default {
  async fetch(request, env) {
    const [action, id, writer] = await request.json();
    return Response.json(await actions[action](new RemoteStore(env.KEYS, "default"), id, writer));
  },
};
`;

describe("an account on disk", () => {
  it(`loses nothing in ${KILLS} kills`, async (test) => {
    const server = await serveWorker({
      texts: {
        "main.js": WORKER,
        "store-contract.mjs": readFileSync(new URL("../package/lib/store-contract.mjs", import.meta.url), "utf8"),
      },
      modules: await packageModules("keywicket/worker"),
      durableObjects: { KEYS: "KeyAccount" },
      compatibilityDate: "2026-10-01",
    });
    test.after(server.stop);
    const ask = async (...words) => {
      const response = await fetch(server.address, { method: "POST", body: JSON.stringify(words) });
      const text = await response.text();
      assert.equal(response.status, 200, text);
      return JSON.parse(text);
    };
    const work = {
      create: (writer, number) => ask("create", `${writer}/${number}`, writer),
      remove: (writer, number) => ask("remove", `${writer}/${number}`, writer),
      async inspect() {
        const { kinds, audited } = await ask("inspect");
        for (const kind of kinds) assert.deepEqual(kind, kinds[0], "the rows of a thing are there together, or not at all");
        return { present: new Set(kinds[0]), audited };
      },
    };
    // Some kills come before anything is written, most in the midst of it.
    const uptime = () => 50 + Math.random() * 550;
    const total = await surviveKills({ server, work, writers: WRITERS, kills: KILLS, uptime, say: (line) => test.diagnostic(line) });
    assert.ok(total.acknowledged > 20 * KILLS, `only ${total.acknowledged} writes were acknowledged: this tests nothing`);
    assert.ok(total.sent > total.acknowledged, "no write was under way at any kill: this tests too little");
  });
});
