/** The store in the browser: what a key service may rely on, in Chromium, and what outlives the browser. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { openBrowser, openPage } from "./lib/chromium.mjs";
import { project } from "./lib/installed.mjs";
import { serveFolder } from "./lib/pages.mjs";
import { scratchFolder } from "./lib/scratch.mjs";
import { storeContract } from "./lib/store-contract.mjs";

const CONTRACT = readFileSync(new URL("./lib/store-contract.mjs", import.meta.url), "utf8");

let server;
let browser;
let opened;
before(async () => {
  const { folder } = await project("indexeddb", { "store-contract.mjs": CONTRACT });
  server = await serveFolder(folder);
  browser = await openBrowser();
  opened = await visit(browser);
});
after(async () => {
  await browser?.close();
  server?.close();
});

async function visit(where) {
  const there = await openPage(where, server.address);
  await there.page.evaluate(prepare);
  return there;
}

/** Runs in the page: what the tests call. Values cross as arrays of numbers. */
async function prepare() {
  const { init, IndexedDbStore } = await import("keywicket");
  await init();
  const nothing = { expect: [], put: [], delete: [], audit: [] };
  const bytes = (value) => new Uint8Array(typeof value === "string" ? new TextEncoder().encode(value) : value);
  const rows = (all) => all.map((row) => row && { ...row, value: [...row.value] });
  Object.assign(window, {
    IndexedDbStore,
    open: async (name) => (window.store = await IndexedDbStore.open(name)),
    commit: (batch, store = window.store) =>
      store.commit({ ...nothing, ...batch, put: (batch.put ?? []).map(([key, value]) => [key, bytes(value)]) }),
    get: async (...keys) => rows(await window.store.get(keys)),
    list: async (range) => rows(await window.store.list({ reverse: false, skip: 0, limit: 100, ...range })),
    failure: (promise) => promise.then(() => null, ({ name, code, message }) => ({ name, code, message })),
  });
}

/** Runs steps in the page, over a database of their own. */
const inPage = (name, steps, argument) =>
  opened.page.evaluate(
    async ([database, source, given]) => {
      await window.open(database);
      return (0, eval)(`(${source})`)(given);
    },
    [name, String(steps), argument],
  );

describe("the contract for stores, over IndexedDB", () => {
  for (const [index, { name }] of storeContract().entries()) {
    it(name, () => opened.page.evaluate(async (at) => {
      const { storeContract: contract } = await import("/store-contract.mjs");
      let made = 0;
      await contract(() => IndexedDbStore.open(`contract ${at} ${++made}`))[at].run();
    }, index));
  }
});

describe("the IndexedDB store", () => {
  it("gives values in the order of their keys, undefined for none, with the version of their commit", async () => {
    const found = await inPage("get", async () => {
      const first = await commit({ put: [["b", [2, 0, 255]], ["a", []]] });
      const second = await commit({ put: [["b", [3]]] });
      return { first, second, rows: await get("a", "zz", "b") };
    });
    assert.deepEqual(found, { first: true, second: true, rows: [{ version: 1, value: [] }, undefined, { version: 2, value: [3] }] });
  });

  it("lists ranges as a sorted array would, forwards and backwards, with skips and limits", async () => {
    // Printable ASCII, in which capitals come before small letters and a tilde after everything.
    const keys = ["e/~", "e/A", "e/a", "e/a b", "e/a/1", "e/a/10", "e/a/9", "e0", "e/", "d/x", "f/x"];
    const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const bounds = ["", "d/x", "e/", "e/a", "e/a/2", "e/\x7f", "f", "g", "\x7f"];
    const ranges = bounds.flatMap((from) => bounds.flatMap((to) => [0, 1, 3, 50].flatMap((skip) => [0, 1, 4, 100].flatMap((limit) =>
      [false, true].map((reverse) => ({ from, to, reverse, skip, limit }))))));
    const found = await inPage("list", async ({ keys, ranges }) => {
      await commit({ put: keys.map((key) => [key, key]) });
      const listed = [];
      for (const range of ranges) listed.push([(await list(range)).map(({ key, value }) => key === String.fromCharCode(...value) && key), await store.count(range)]);
      return listed;
    }, { keys, ranges });
    assert.equal(found.length, ranges.length);
    for (const [index, { from, to, reverse, skip, limit }] of ranges.entries()) {
      const within = sorted.filter((key) => key >= from && key < to);
      const wanted = (reverse ? within.toReversed() : within).slice(skip, skip + limit);
      assert.deepEqual(found[index], [wanted, within.length], JSON.stringify(ranges[index]));
    }
  });

  it("writes nothing where a version is another than expected", async () => {
    const found = await inPage("conflict", async () => {
      await commit({ put: [["a", [1]]] });
      const batch = { put: [["a", [9]], ["b", [9]]], delete: ["a"], audit: ['{"x":1}'] };
      const tried = [];
      for (const expect of [[["a", 0]], [["a", 2]], [["b", 1]], [["a", 1], ["b", 7]]]) tried.push(await commit({ ...batch, expect }));
      return { tried, rows: await list({ from: "", to: "~" }), after: [await commit({ expect: [["a", 1], ["b", 0]], put: [["b", [2]]] })] };
    });
    assert.deepEqual(found, { tried: [false, false, false, false], rows: [{ key: "a", version: 1, value: [1] }], after: [true] });
  });

  it("never gives a version twice, though a row was deleted and made again", async () => {
    const found = await inPage("versions", async () => {
      const versions = [];
      for (let round = 0; round < 3; round += 1) {
        await commit({ put: [["a", [round]]] });
        versions.push((await get("a"))[0].version);
        await commit({ delete: ["a", "never there"] });
        versions.push((await get("a"))[0]);
      }
      return versions;
    });
    assert.deepEqual(found, [1, undefined, 3, undefined, 5, undefined]);
  });

  it("loses none of 20 increments that run at once, over two connections", async () => {
    const found = await inPage("increments", async () => {
      const other = await IndexedDbStore.open("increments");
      let conflicts = 0;
      const increment = async (store) => {
        for (;;) {
          const [row] = await store.get(["n"]);
          const next = (row?.value[0] ?? 0) + 1;
          if (await commit({ expect: [["n", row?.version ?? 0]], put: [["n", [next]]], audit: [`{"to":${next}}`] }, store)) return;
          conflicts += 1;
        }
      };
      await Promise.all(Array.from({ length: 20 }, (_, index) => increment(index % 2 ? other : store)));
      return { rows: await get("n"), conflicts };
    });
    assert.deepEqual(found.rows, [{ version: 20, value: [20] }]);
    assert.ok(found.conflicts > 0, "they did run at once");
  });

  it("chains the audit log in the transaction of the commit", async () => {
    const found = await inPage("audit", async () => {
      await Promise.all(Array.from({ length: 12 }, (_, index) => commit({ put: [[`e/${index}`, [index]]], audit: [`{"e":${index}}`, `{"again":"\\"hash\\" ${index}"}`] })));
      const text = ({ value }) => new TextDecoder().decode(new Uint8Array(value));
      return { rows: (await list({ from: "a/", to: "a0" })).map((row) => [row.key, text(row)]), head: text((await get("m/audit"))[0]) };
    });
    assert.equal(found.rows.length, 24);
    let before = "0".repeat(64);
    for (const [index, [key, text]] of found.rows.entries()) {
      const { n, prev, hash } = JSON.parse(text);
      assert.deepEqual([key, n, prev], [`a/${String(index + 1).padStart(16, "0")}`, index + 1, before]);
      const hashed = `${text.slice(0, text.lastIndexOf(',"hash"'))}}`;
      assert.equal(hash, createHash("sha256").update(hashed).digest("hex"));
      before = hash;
    }
    assert.deepEqual(JSON.parse(found.head), { n: 24, hash: before });
  });

  it("writes nothing when the audit log cannot go on", async () => {
    const found = await inPage("corrupt", async () => {
      await commit({ put: [["m/audit", "{}"]] });
      return { why: await failure(commit({ put: [["a", [1]]], audit: ["{}"] })), rows: await get("a"), later: await commit({ put: [["b", [1]]] }) };
    });
    assert.equal(found.why.code, "store.corrupt");
    assert.deepEqual([found.rows, found.later], [[undefined], true]);
  });

  it("lets go of a database that is deleted, and goes on with an empty one", async () => {
    const found = await inPage("deleted", async () => {
      await commit({ put: [["a", [1]]] });
      await IndexedDbStore.remove("deleted");
      const gone = await get("a");
      await commit({ put: [["b", [2]]] });
      store.close();
      return { gone, after: await get("b") };
    });
    assert.deepEqual(found, { gone: [undefined], after: [{ version: 1, value: [2] }] });
  });

  it("says that the storage is not available, and writes all of a batch or nothing", async () => {
    const found = await inPage("quota", async () => {
      // What the browser does when the disk is full: the transaction is aborted, after its requests went well.
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (value, key) {
        const request = put.call(this, value, key);
        if (key === "b") this.transaction.abort();
        return request;
      };
      const why = await failure(commit({ put: [["a", [1]], ["b", [2]], ["c", [3]]] }));
      IDBObjectStore.prototype.put = put;
      return { why, rows: await get("a", "b", "c"), opening: await failure(IndexedDbStore.open({ toString: () => { throw new Error("no name"); } })) };
    });
    assert.equal(found.why.code, "store.unavailable");
    assert.equal(found.why.name, "KeywicketError");
    assert.match(found.why.message, /^The browser's storage is not available: /);
    assert.deepEqual(found.rows, [undefined, undefined, undefined]);
    assert.equal(found.opening.code, "store.unavailable");
  });
});

describe("what was accepted", () => {
  for (const end of ["closed", "killed"]) {
    it(`is there after the browser was ${end}`, async (test) => {
      const profile = scratchFolder("profile");
      const first = await openBrowser(profile);
      const { page } = await visit(first);
      const accepted = await page.evaluate(async () => {
        await window.open("kept");
        for (let n = 1; n <= 50; n += 1) await commit({ put: [["left", [n]], ["right", [n]]], audit: [`{"n":${n}}`] });
        return (await get("left"))[0].version;
      });
      if (end === "killed") await kill(profile);
      await first.close().catch(() => undefined);

      const second = await openBrowser(profile);
      try {
        const again = await visit(second);
        const found = await again.page.evaluate(async () => {
          await window.open("kept");
          return { rows: await get("left", "right"), entries: await store.count({ from: "a/", to: "a0" }) };
        });
        test.diagnostic(`${accepted} commits accepted, the browser ${end}, version ${found.rows[0].version} found`);
        assert.deepEqual(found.rows, [{ version: accepted, value: [50] }, { version: accepted, value: [50] }]);
        assert.equal(found.entries, 50);
      } finally {
        await second.close();
      }
    });
  }
});

/** Kills the browser of a profile, which is ours alone. */
async function kill(profile) {
  const found = () => execFileSync("pgrep", ["-f", "--", `--user-data-dir=${profile}`], { encoding: "utf8" }).trim().split("\n").map(Number);
  const [main] = found().toSorted((a, b) => a - b);
  process.kill(main, "SIGKILL");
  await pause(500);
}
