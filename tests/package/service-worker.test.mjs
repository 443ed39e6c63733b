/** The entry for Service Workers as a user has it: the installed package, plain files, nothing that bundles. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage } from "./lib/chromium.mjs";
import { project } from "./lib/installed.mjs";
import { serveFolder } from "./lib/pages.mjs";

const ENTRY = "/node_modules/keywicket/dist/service-worker/index.js";
/** The settings fail once, as they do where the storage is not ready; one header tells how often they were asked. */
const WORKER = `
import { serveKeys } from "${ENTRY}";
import { MemoryStore } from "/node_modules/keywicket/dist/browser.js";
let asked = 0;
serveKeys({
  base: "media/keys/",
  settings: () => {
    asked += 1;
    if (asked === 1) throw new Error("not yet");
    return { store: new MemoryStore() };
  },
});
self.addEventListener("fetch", (event) => {
  if (event.request.url.endsWith("/other")) event.respondWith(new Response(\`other \${asked}\`));
});
`;
/** Browsers that do not show the stream of a request. */
const WITHOUT_STREAMS = `Object.defineProperty(Request.prototype, "body", { get: () => undefined });\n${WORKER}`;
/** Beside the first, in a scope of its own, with the store that there is by default. */
const SECOND = `
import { serveKeys } from "${ENTRY}";
serveKeys({ settings: () => ({}) });
`;
const MISUSED = `
import { serveKeys } from "${ENTRY}";
const refused = [undefined, {}, { settings: {} }, { settings: () => ({}), base: "keys" }, { settings: () => ({}), base: "https://elsewhere.example/" }, { settings: () => ({}), sorce: 1 }]
  .map((options) => { try { serveKeys(options); return "taken"; } catch (error) { return error.code; } });
self.addEventListener("fetch", (event) => {
  if (event.request.url.endsWith("/refused")) event.respondWith(Response.json(refused));
});
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
`;

let server;
let browser;
before(async () => {
  const { folder } = await project("service-worker", { "worker.js": WORKER, "second/worker.js": SECOND, "without-streams.js": WITHOUT_STREAMS, "misused.js": MISUSED });
  server = await serveFolder(folder);
});
after(async () => server?.close());

async function withWorker(script, use) {
  browser = await openBrowser();
  try {
    const { page, faults } = await openPage(browser, server.address);
    await page.evaluate(async (address) => {
      await navigator.serviceWorker.register(address, { type: "module" });
      while (!navigator.serviceWorker.controller) await new Promise((resolve) => { setTimeout(resolve, 20); });
      window.ask = async (path, options) => {
        const answer = await fetch(path, options);
        return { status: answer.status, text: await answer.text(), retry: answer.headers.get("retry-after") };
      };
    }, script);
    await use(page, faults);
  } finally {
    await browser.close();
  }
}

describe("a Service Worker over the installed package", () => {
  it("answers below its base and nowhere else, and tries its settings again after they failed", () =>
    withWorker("/worker.js", async (page) => {
      const ask = (path, options) => page.evaluate(([where, how]) => window.ask(where, how), [path, options]);
      const first = await ask("/media/keys/api/Assets");
      assert.deepEqual([first.status, JSON.parse(first.text).Error.Code, first.retry], [503, "service.not_ready", "1"]);
      // Nobody may manage: there is no policy that says who.
      assert.equal((await ask("/media/keys/api/Assets")).status, 401);
      assert.equal((await ask("/media/keys/API/ContentKeys('x')", { method: "MERGE", body: "{}" })).status, 401);
      assert.equal((await ask("/media/keys/?KID=01e6ea36-2285-4562-91f1-82c45736047c")).status, 404);
      assert.equal((await ask("/media/keys/?KID=x")).status, 400);
      assert.equal((await ask("/other")).text, "other 2");
      assert.equal((await ask("/media/keysapi/Assets")).status, 404);
      assert.match((await ask(`${ENTRY}`)).text, /serveKeys/);
    }));

  it("reads bodies with and without streams, up to the limit", async () => {
    const answers = [];
    for (const script of ["/worker.js", "/without-streams.js"]) {
      await withWorker(script, async (page) => {
        answers.push(await page.evaluate(async () => {
          const post = (body) => window.ask("/media/keys/ClearKey/", { method: "POST", body, headers: { "content-type": "application/json" } });
          await post("");
          const kids = JSON.stringify({ kids: ["AeJuNiKFRWKR8YLEVzYEfA"], type: "temporary" });
          const all = [await post(kids), await post("{"), await post(" ".repeat(1024 * 1024 + 1))];
          return all.map(({ status, text }) => [status, JSON.parse(text).Error.Code]);
        }));
      });
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.deepEqual(answers[0].map(([status]) => status), [404, 400, 413]);
  });

  it("keeps its module in the cache, and takes a fresh one where that does not fit", () =>
    withWorker("/worker.js", async (page) => {
      const session = await browser.newCDPSession(page);
      await session.send("ServiceWorker.enable");
      const kept = () => page.evaluate(async () => (await (await caches.open(`keywicket-module ${location.origin}/`)).keys()).map(({ url }) => new URL(url).pathname));
      assert.deepEqual(await kept(), ["/node_modules/keywicket/dist/core.wasm"]);
      // A module, but not this one.
      await page.evaluate(async () => {
        const cache = await caches.open(`keywicket-module ${location.origin}/`);
        const [request] = await cache.keys();
        // (module (import "a" "b" (func)))
        const foreign = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 0x61, 1, 0x62, 0, 0]);
        await cache.put(request, new Response(foreign, { headers: { "content-type": "application/wasm" } }));
      });
      await session.send("ServiceWorker.stopAllWorkers");
      const answers = await page.evaluate(async () => [await window.ask("/media/keys/api/"), await window.ask("/media/keys/api/")]);
      assert.deepEqual(answers.map(({ status }) => status), [503, 401]);
      const length = await page.evaluate(async () => (await (await caches.match("/node_modules/keywicket/dist/core.wasm")).arrayBuffer()).byteLength);
      assert.ok(length > 100_000, "the module was fetched anew");
    }));

  it("shares neither its module nor its store with a service in another scope", () =>
    withWorker("/worker.js", async (page) => {
      const { origin, names, databases, answer } = await page.evaluate(async () => {
        const { active, installing, waiting } = await navigator.serviceWorker.register("/second/worker.js", { type: "module" });
        const worker = active ?? waiting ?? installing;
        while (worker.state !== "activated") await new Promise((resolve) => { setTimeout(resolve, 20); });
        // A page of the second scope asks, so that the second worker makes its store.
        const frame = document.createElement("iframe");
        frame.src = "/second/keywicket/api/Assets";
        const loaded = new Promise((resolve) => { frame.onload = resolve; });
        document.body.append(frame);
        await loaded;
        const stores = (await indexedDB.databases()).map(({ name }) => name);
        return { origin: location.origin, names: await caches.keys(), databases: stores, answer: frame.contentDocument.body.textContent };
      });
      assert.match(answer, /error/i, "the service answered, and let nobody manage");
      assert.deepEqual(names.toSorted(), ["", "second/"].map((scope) => `keywicket-module ${origin}/${scope}`));
      assert.deepEqual(databases, [`keywicket ${origin}/second/`]);
    }));

  it("refuses options that it does not know or cannot use, at once", () =>
    withWorker("/misused.js", async (page) => {
      const { text } = await page.evaluate(() => window.ask("/refused"));
      assert.deepEqual(JSON.parse(text), Array(6).fill("argument.wrong_type").with(5, "argument.unknown_member"));
    }));
});
