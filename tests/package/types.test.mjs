/** The public types, as TypeScript sees them in the installed package, under both resolutions that users have. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { project } from "./lib/installed.mjs";
import { run } from "./lib/run.mjs";
import { command } from "./lib/tools.mjs";

const sources = new URL("./types/", import.meta.url);
const files = Object.fromEntries(
  readdirSync(sources).map((name) => [name, readFileSync(new URL(name, sources), "utf8")]),
);

const strict = {
  strict: true,
  noEmit: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  target: "es2022",
  types: [],
};
const nodenext = { ...strict, module: "nodenext" };
const bundler = { ...strict, module: "preserve", moduleResolution: "bundler" };
const withDom = { lib: ["es2022", "dom"] };
const withDisposal = { lib: ["es2022", "dom", "esnext.disposable"] };
/** A Worker or a Node project without any types of the platform. */
const bare = { lib: ["es2022"] };

let folder;
before(async () => {
  ({ folder } = await project("types", files));
});

async function compile(options, file) {
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: [file] }));
  const { stdout } = await run(process.execPath, [command("typescript", "tsc"), "-p", "tsconfig.json"], {
    cwd: folder,
  });
  return stdout;
}

describe("the types", () => {
  for (const [name, options] of Object.entries({ nodenext, bundler })) {
    it(`allow the flow and nothing else, by ${name}`, async () => {
      assert.equal(await compile({ ...options, ...withDom }, "flow.mts"), "");
    });
    it(`allow what is done with keys and files and nothing else, by ${name}`, async () => {
      assert.equal(await compile({ ...options, ...withDom }, "keys.mts"), "");
    });
    it(`allow what is done with tokens, at the edge too, and nothing else, by ${name}`, async () => {
      assert.equal(await compile({ ...options, ...withDom }, "token.mts"), "");
    });
    it(`allow a service over a store, in a Service Worker too, and nothing else, by ${name}`, async () => {
      assert.equal(await compile({ ...options, ...withDisposal }, "service.mts"), "");
    });
    it(`need neither the DOM's types nor Node's, by ${name}`, async () => {
      assert.equal(await compile({ ...options, ...bare }, "bare.mts"), "");
    });
  }

  it("reach CommonJS callers too", async () => {
    assert.equal(await compile({ ...nodenext, ...bare }, "required.cts"), "");
  });

  it("are tested by a compiler that does complain", async () => {
    assert.match(await compile({ ...nodenext, ...withDom }, "wrong.mts"), /wrong\.mts\(5,\d+\): error TS2322/);
  });
});
