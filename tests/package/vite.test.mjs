/** The packed package in a page: Vite's development server and its build, in Chromium. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage } from "./lib/chromium.mjs";
import { fixtures } from "./lib/fixtures.mjs";
import { suiteTests } from "./lib/suite-tests.mjs";
import { builtServer, developmentServer, viteProject } from "./lib/vite.mjs";

/** How the bytes of any WebAssembly module begin in base64. */
const BASE64_OF_WASM = "AGFzbQEAAAA";

let browser;
const servers = {};
before(async () => {
  const folder = await viteProject();
  servers.development = await developmentServer(folder);
  servers.build = await builtServer(folder);
  browser = await openBrowser();
});
after(() => Promise.all([browser, ...Object.values(servers)].map((open) => open?.close())));

for (const name of ["development", "build"]) {
  describe(`a page by Vite's ${name}`, () => {
    it("says what to do when init() was forgotten", () =>
      withPage(name, "", async ({ page }) => {
        const { error } = await page.evaluate(() => window.attempt((keywicket) => keywicket.describeKeyId("a")));
        assert.deepEqual(error, {
          ours: true,
          name: "KeywicketError",
          code: "not_initialized",
          message: "Keywicket's WebAssembly module is not loaded yet: call `await init()` once, before anything else.",
        });
      }));

    it("says what went wrong in loading, and may try again", () =>
      withPage(name, "", async ({ page, faults }) => {
        const failures = await page.evaluate(async () => [
          await window.attempt(({ init }) =>
            init(new Response("<!doctype html>", { headers: { "content-type": "text/html" } })),
          ),
          await window.attempt(({ init }) => init(new Response("", { status: 503 }))),
          await window.attempt(({ init }) => init(Promise.reject(new Error("no network")))),
          await window.attempt(({ init }) => init(new Uint8Array(8))),
        ]);
        assert.deepEqual(
          failures.map(({ error }) => error.code),
          Array(4).fill("not_initialized"),
        );
        const said = [/a web page instead of WebAssembly/, /HTTP status 503/, /no network/, /magic/];
        failures.forEach(({ error }, index) => {
          assert.match(error.message, said[index]);
          assert.match(error.message, /pass init\(\) its URL, bytes or compiled module, or import keywicket\/inline/);
        });
        const { value } = await page.evaluate(() =>
          window.attempt(async ({ init, versions }) => {
            const promises = [init(), init()];
            await Promise.all(promises);
            await init(new Uint8Array(8));
            return [promises[0] === promises[1], typeof versions().keywicket];
          }),
        );
        assert.deepEqual(value, [true, "string"]);
        assert.deepEqual(faults, []);
      }));

    it("loads from whatever init() is given", async () => {
      // Where the module is: beside the page in the build, in the package by the development server.
      const wasm = await withPage(name, "", ({ page }) =>
        page.evaluate((path) => String(new URL(path, location.href)), wasmPath(name)),
      );
      for (const given of ["text", "URL", "response", "bytes", "buffer", "module"]) {
        const { value } = await withPage(name, "", ({ page }) =>
          page.evaluate(
            async ([kind, address]) => {
              const bytes = () => fetch(address).then((response) => response.arrayBuffer());
              const sources = {
                text: () => address,
                URL: () => new URL(address),
                response: () => fetch(address),
                bytes: async () => new Uint8Array(await bytes()),
                buffer: bytes,
                module: async () => WebAssembly.compile(await bytes()),
              };
              const source = kind === "response" ? sources.response() : await sources[kind]();
              return window.attempt(async ({ init, versions }) => (await init(source), typeof versions().keywicket));
            },
            [given, wasm],
          ),
        );
        assert.equal(value, "string", given);
      }
    });

    it("runs the README's console example", () =>
      withPage(name, "readme/", async ({ page, faults, requests }) => {
        const createKey = (certificate) => window.createKey(certificate, "https://media.example/api/");
        const { thumbprint, request } = await page.evaluate(createKey, fixtures.rsaCertificate);
        assert.equal(thumbprint, "CB871303AE3E25E39C131E531483169C1FE66802");
        assert.equal(request.url, "https://media.example/api/ContentKeys");
        assert.equal(JSON.parse(request.body).Name, "episode 1");
        assert.deepEqual(faults, []);
        assert.deepEqual(
          requests.filter(({ host, protocol }) => protocol !== "data:" && host !== servers[name].host),
          [],
        );
      }));
  });
}

describe("in a built page", () => {
  let report;
  let requests;
  let faults;
  before(() =>
    withPage("build", "inspected/", async (opened) => {
      report = await opened.page.evaluate(() => window.suite(window.engine));
      ({ requests, faults } = opened);
    }),
  );
  suiteTests(() => report);

  it("there is one WebAssembly file, fetched once, and no second copy as text", () => {
    const { files, filesWith } = servers.build;
    assert.equal(files.filter((name) => name.endsWith(".wasm")).length, 1, files.join(" "));
    assert.deepEqual(filesWith(BASE64_OF_WASM), []);
    assert.equal(requests.filter(({ pathname }) => pathname.endsWith(".wasm")).length, 1);
    assert.deepEqual(faults, []);
  });
});

function wasmPath(name) {
  if (name === "development") return "node_modules/keywicket/dist/core.wasm";
  const file = servers.build.files.find((path) => path.endsWith(".wasm"));
  return file.slice(file.lastIndexOf("assets"));
}

async function withPage(server, path, use) {
  const opened = await openPage(browser, servers[server].address + path);
  try {
    await opened.page.waitForFunction(() => window.attempt ?? window.createKey);
    return await use(opened);
  } finally {
    await opened.page.close();
  }
}
