/** What a registry would get: the tarball's contents, its manifest, its types' resolution, its size. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { keep } from "./lib/artefacts.mjs";
import { bundleWorker } from "./lib/bundle.mjs";
import { project, tarball } from "./lib/installed.mjs";
import { run } from "./lib/run.mjs";
import { command } from "./lib/tools.mjs";
import { customSections } from "./lib/wasm-sections.mjs";

const FILES = [
  "LICENSE-APACHE",
  "LICENSE-MIT",
  "README.md",
  "package.json",
  ...[
    "api.js",
    "arguments.js",
    "base64.js",
    "bounded-body.js",
    "batch.d.ts",
    "batch.js",
    "browser-dev.js",
    "browser.js",
    "clock.js",
    "core.wasm",
    "core.wasm.base64.js",
    "core.wasm.d.ts",
    "decision.js",
    "disposable.js",
    "drm.d.ts",
    "drm.js",
    "edge/browser.js",
    "edge/core.wasm",
    "edge/engine.js",
    "edge/glue.js",
    "edge/index.d.ts",
    "edge/node.js",
    "edge/verifier.js",
    "edge/workerd.js",
    "engine.js",
    "error.js",
    "files.d.ts",
    "files.js",
    "gate.js",
    "glue.js",
    "handle.js",
    "index.d.ts",
    "inline.js",
    "instance.js",
    "json.js",
    "mint.js",
    "node.js",
    "openid-address.js",
    "openid-fetch.js",
    "openid.d.ts",
    "openid.js",
    "platform.d.ts",
    "playready.d.ts",
    "private-key.js",
    "rebuildable.js",
    "request.js",
    "runtime.js",
    "schemas/token-restriction-template.xsd",
    "service-worker/dev.js",
    "service-worker/index.d.ts",
    "service-worker/index.js",
    "service-worker/kept-module.js",
    "service-worker/serve.js",
    "service/audit-buffer.js",
    "service/audit-rows.js",
    "service/indexeddb-store.js",
    "service/key-service.d.ts",
    "service/key-service.js",
    "service/memory-store.js",
    "service/platform.js",
    "signatures-node.js",
    "signatures-webcrypto.js",
    "stream.js",
    "token.d.ts",
    "verifier.js",
    "webcrypto.d.ts",
    "webcrypto.js",
    "worker/environment.js",
    "worker/index.d.ts",
    "worker/index.js",
    "worker/key-account.js",
    "worker/misconfigured.js",
    "worker/remote-store.js",
    "worker/wrangler.example.jsonc",
    "workerd.js",
  ].map((name) => `dist/${name}`),
];

/** What attw may complain of, and why we accept it. Anything else fails. */
const ACCEPTED = {
  // ESM only: every supported Node can require() it (there is no top-level await), and a second build would double the
  // package and let two copies of one class meet. TypeScript before `nodenext` 5.8 does not know that.
  CJSResolvesToESM: () => true,
  // The oldest resolution reads no exports, so it sees neither entry. It belongs to TypeScript before 4.7.
  NoResolution: ({ resolutionKind }) => resolutionKind === "node10",
};

const repository = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

let installed;
let files;
const read = (name) => readFileSync(join(installed.packageFolder, name));

before(async () => {
  installed = await project("gate");
  files = readdirSync(installed.packageFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(installed.packageFolder, join(entry.parentPath, entry.name)));
});

describe("the tarball", () => {
  it("holds these files and no others", () => assert.deepEqual(files.toSorted(), FILES.toSorted()));

  it("carries no path of the machine that built it, in any file", () => {
    const paths = ["/home/", "/Users/", ".cargo", ".rustup", repository, `${homedir()}/`];
    const leaks = files.flatMap((name) => {
      const text = read(name).toString("latin1");
      return paths.filter((path) => text.includes(path)).map((path) => `${name}: ${path}`);
    });
    assert.deepEqual(leaks, []);
  });

  it("has a module without names, producers or debugging data", () => {
    const sections = customSections(read("dist/core.wasm"));
    assert.deepEqual(
      sections.filter((name) => /^(name|producers|sourceMappingURL|\.debug)/.test(name)),
      [],
    );
  });

  it("has the same module as a file and as text", () => {
    const [, text] = /^export default "([A-Za-z0-9+/]+=*)";\s*$/.exec(read("dist/core.wasm.base64.js"));
    assert.ok(Buffer.from(text, "base64").equals(read("dist/core.wasm")));
  });

  it("fits: raw, gzip, brotli", (test) => {
    const sizes = Object.fromEntries(
      files.filter((name) => name.endsWith(".wasm") || name.endsWith(".js")).map(measured),
    );
    const report = Object.entries(sizes).map(([name, { raw, gzip, brotli }]) => `${name} ${raw} / ${gzip} / ${brotli}`);
    for (const line of ["bytes raw / gzip / brotli", ...report]) test.diagnostic(line);
    keep("package-sizes.json", `${JSON.stringify(sizes, null, 2)}\n`);
    // A Worker on Cloudflare's free plan has 3 MB after gzip for everything; we take less than a third of it.
    assert.ok(
      sizes["dist/core.wasm"].gzip < 1_000_000,
      `core.wasm is ${sizes["dist/core.wasm"].gzip} bytes after gzip`,
    );
  });

  it("is small at the edge: the module, and the JavaScript that a deployed Worker has with it", async (test) => {
    const { brotli } = measured("dist/edge/core.wasm")[1];
    writeFileSync(join(installed.folder, "edge.js"), 'export { TokenVerifier } from "keywicket/edge";\n');
    const { code } = await bundleWorker(installed.folder, "edge.js", { minify: true });
    const javaScript = brotliCompressSync(code).length;
    test.diagnostic(`edge: wasm ${brotli} bytes after brotli, JavaScript ${javaScript} (${code.length} minified)`);
    assert.ok(brotli <= 60_000, `edge/core.wasm is ${brotli} bytes after brotli`);
    assert.ok(javaScript <= 8 * 1024, `its JavaScript is ${javaScript} bytes after brotli`);
  });
});

function measured(name) {
  const bytes = read(name);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const sizes = {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params }).length,
  };
  return [name, sizes];
}

describe("the manifest", () => {
  it("passes publint, strictly", async () => {
    const { messages } = await publint({ pkgDir: installed.packageFolder, strict: true, pack: false });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, installed.manifest)),
      [],
    );
  });

  it("offers each runtime its entry, types first and workerd before what else a Worker's tools set", () => {
    const { exports, sideEffects } = installed.manifest;
    assert.deepEqual(Object.keys(exports["."]), ["types", "workerd", "deno", "bun", "node", "browser", "default"]);
    for (const [path, entry] of Object.entries(exports).filter(([, entry]) => typeof entry === "object")) {
      assert.equal(Object.keys(entry)[0], "types", path);
    }
    const actOnImport = files.filter((name) => name.endsWith(".js") && /^(?:try|instance\.start\()/m.test(read(name).toString()));
    assert.deepEqual(sideEffects.toSorted(), actOnImport.map((name) => `./${name}`).toSorted());
  });

  it("resolves for TypeScript, but for what ESM-only packages accept", async () => {
    const { stdout, stderr } = await run(process.execPath, [
      command("@arethetypeswrong/cli", "attw"),
      await tarball(),
      "--format",
      "json",
      "--no-definitely-typed",
    ]);
    const { analysis } = JSON.parse(stdout || `{"failed":${JSON.stringify(stderr)}}`);
    assert.deepEqual(Object.keys(analysis.entrypoints), [".", "./inline", "./edge", "./worker", "./edge/core.wasm", "./service-worker", "./core.wasm", "./schemas/*", "./package.json"]);
    const unexpected = analysis.problems.filter((problem) => !ACCEPTED[problem.kind]?.(problem));
    assert.deepEqual(unexpected, []);
  });
});
