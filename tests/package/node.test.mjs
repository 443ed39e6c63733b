/** The packed package in Node: imported, required, inline, bundled away from its file. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { nodeProject } from "./lib/in-node.mjs";
import { codeBelow, countCodeBlocks } from "./lib/readme.mjs";
import { suiteTests } from "./lib/suite-tests.mjs";

let consumer;
before(async () => {
  consumer = await nodeProject();
});

for (const way of ["import", "require", "inline"]) {
  describe(`in Node, by ${way}`, () => {
    let report;
    before(async () => {
      report = await consumer.suite(way);
    });
    suiteTests(() => report);
  });
}

describe("the exports", () => {
  /** Of index.d.ts and of the files that it exports whole; overloads are one. */
  const declared = () => {
    const read = (name) => readFileSync(join(consumer.packageFolder, "dist", name), "utf8");
    const index = read("index.d.ts");
    const parts = Array.from(index.matchAll(/^export \* from "\.\/([\w/-]+)\.js";/gm), ([, name]) => read(`${name}.d.ts`));
    const names = [index, ...parts].flatMap((text) =>
      Array.from(text.matchAll(/^export (?:function|class|const) (\w+)/gm), ([, name]) => name),
    );
    return new Set(names);
  };

  for (const entry of ["keywicket", "keywicket/inline"]) {
    it(`of ${entry} are what the types declare`, async () => {
      const printed = await consumer.script(
        "exports.mjs",
        `
        import * as all from "${entry}";
        console.log(JSON.stringify(Object.keys(all)));`,
      );
      assert.deepEqual(JSON.parse(printed), [...declared()].toSorted());
    });
  }

  it("have an error class that users can make and print", async () => {
    const printed = await consumer.script(
      "error.mjs",
      `
      import { KeywicketError } from "keywicket";
      const cause = new Error("why");
      const error = new KeywicketError("id.empty", "The id is empty.", { path: "id", line: 2, column: 3, cause });
      const bare = new KeywicketError("internal", "Sorry.");
      console.log(JSON.stringify([{ ...error }, String(error), error.cause === cause, Object.keys(bare), "cause" in bare]));`,
    );
    assert.deepEqual(JSON.parse(printed), [
      { code: "id.empty", path: "id", line: 2, column: 3 },
      "KeywicketError: The id is empty.",
      true,
      ["code"],
      false,
    ]);
  });

  it("lead to nothing internal", async () => {
    const printed = await consumer.script(
      "internal.mjs",
      `
      const codes = ["engine.js", "glue.js", "api.js"].map((name) => import("keywicket/dist/" + name).catch(({ code }) => code));
      console.log(JSON.stringify(await Promise.all(codes)));`,
    );
    assert.deepEqual(JSON.parse(printed), Array(3).fill("ERR_PACKAGE_PATH_NOT_EXPORTED"));
  });
});

describe("start-up in Node", () => {
  it("is done on import, and init() is free", async () => {
    const printed = await consumer.script(
      "ready.mjs",
      `
      import { init, versions } from "keywicket";
      const before = versions().keywicket;
      const both = [init(), init(new Uint8Array([1]))];
      console.log(JSON.stringify([before, await Promise.all(both), versions().keywicket]));`,
    );
    const { version } = consumer.manifest;
    assert.deepEqual(JSON.parse(printed), [version, [null, null], version]);
  });

  it("says what to do when a bundler has left core.wasm behind, and takes the bytes then", async () => {
    const moved = join(consumer.folder, "moved");
    mkdirSync(moved);
    cpSync(join(consumer.packageFolder, "dist"), moved, { recursive: true });
    rmSync(join(moved, "core.wasm"));
    const printed = await consumer.script(
      "moved.mjs",
      `
      import { readFileSync } from "node:fs";
      import { init, KeywicketError, versions } from "./moved/node.js";
      const report = [];
      const attempt = async (call) => {
        try { report.push((await call())?.keywicket ?? "done"); }
        catch (error) { report.push([error instanceof KeywicketError, error.code, error.message]); }
      };
      await attempt(() => versions());
      await attempt(() => init(new Uint8Array([0, 1, 2, 3])));
      await attempt(() => init());
      await attempt(() => init(readFileSync(${JSON.stringify(join(consumer.packageFolder, "dist", "core.wasm"))})));
      await attempt(() => versions());
      console.log(JSON.stringify(report));`,
    );
    const [call, badBytes, noFile, ...after] = JSON.parse(printed);
    assert.deepEqual(
      [call, badBytes, noFile].map(([ours, code]) => [ours, code]),
      Array(3).fill([true, "not_initialized"]),
    );
    assert.match(call[2], /ENOENT.*external.*keywicket\/inline.*init\(\)/s);
    assert.match(badBytes[2], /magic/);
    assert.deepEqual(after, ["done", consumer.manifest.version]);
  });
});

describe("the README", () => {
  it("has no code block that nobody thought of running", () => {
    // Console page, Workers, edge, the key server with its manager and first key, Node and inline are run as printed, here or by
    // the tests of Vite and workerd. Three are not: esbuild's, since what its loaders give, bytes and an address, is given to init()
    // by the tests of Vite; the Worker with accounts and the Service Worker, whose settings are the reader's own: the tests of
    // both have the same calls with theirs.
    assert.equal(countCodeBlocks(consumer.packageFolder), 12);
  });

  it("prints a Node example that runs", async () => {
    const printed = await consumer.script("readme.mjs", codeBelow(consumer.packageFolder, "## In Node"));
    const [xml, code, ...failed] = printed.trim().split("\n");
    assert.match(xml, /^<TokenRestrictionTemplate .*<TokenType>JWT<\/TokenType><\/TokenRestrictionTemplate>$/);
    assert.equal(code, "token.allowed");
    assert.match(failed.join("\n"), /rule: 'time',\s+outcome: 'fail'/);
  });

  it("prints an inline example that runs", async () => {
    const printed = await consumer.script(
      "inline.mjs",
      codeBelow(consumer.packageFolder, "**Bundled servers and jest**"),
    );
    assert.match(printed, new RegExp(`keywicket: '${consumer.manifest.version}'`));
  });
});
