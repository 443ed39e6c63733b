/** Keys of an OpenID provider over real connections, and in workerd, where an attempt may end with its request. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { DISCOVERY, KEY_SET_NORMAL, fakeProvider, kids, optionsFor, outcome, publicKey } from "./lib/openid.mjs";
import { HOUR, OpenIdKeys, PACKAGE, pause } from "./lib/openid-node.mjs";
import { serveWorker } from "./lib/workerd.mjs";

describe("a server that is there", () => {
  let server;
  let address;
  let closed;
  const bomb = gzipSync(Buffer.alloc(20_000_000, " "));
  const routes = {
    good: (_, response) => response.end(JSON.stringify({ keys: [publicKey("real")] })),
    redirect: (_, response) => response.writeHead(302, { location: "/good" }).write("more follows"),
    error: (_, response) => response.writeHead(500).write("more follows"),
    silent: () => undefined,
    stalling: (_, response) => response.write("{"),
    bomb: (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
    hangup: (request) => request.socket.destroy(),
  };
  before(async () => {
    server = createServer((request, response) => {
      response.once("close", () => (closed += 1));
      routes[new URL(request.url, address).pathname.slice(1)](request, response);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${server.address().port}/`;
  });
  after(() => server.close());
  beforeEach(() => (closed = 0));

  const through = (route) => {
    const provider = fakeProvider();
    provider.answers[KEY_SET_NORMAL] = (init) => fetch(address + route, init);
    return outcome(
      new OpenIdKeys(optionsFor(provider, { timeout: /silent|stalling/.test(route) ? 300 : 5000 })).current(),
    );
  };

  it("is read", async () => assert.deepEqual(kids((await through("good")).value), ["real"]));

  for (const [route, code] of Object.entries({
    redirect: "refused",
    error: "unreachable",
    silent: "unreachable",
    stalling: "unreachable",
    bomb: "too_large",
    hangup: "unreachable",
  })) {
    it(`is let go when it is ${route}`, async () => {
      const { code: found, path } = await through(route);
      assert.deepEqual([found, path], [`openid.${code}`, "jwks_uri"]);
      for (let turn = 0; turn < 100 && closed === 0; turn += 1) await pause(10);
      assert.equal(closed, 1, "the connection, or its answer, has ended");
    });
  }
});

const WORKER = `
import { OpenIdKeys } from "keys/openid.js";
import { fakeProvider, json, kids, optionsFor, outcome, publicKey, DISCOVERY, KEY_SET_NORMAL } from "keys/fake.js";

const provider = fakeProvider();
const make = (more) => new OpenIdKeys(optionsFor(provider, { timeout: 1000, ...more }));
// At global scope, where nothing may be asked, drawn or timed.
let keys = make();
const slowly = (uri) => {
  const value = fakeProvider().answers[uri];
  provider.answers[uri] = () => new Promise((resolve) => setTimeout(() => resolve(json(value)), 300));
};
const failure = async (answer, more) => {
  Object.assign(provider, { answers: { ...fakeProvider().answers, [KEY_SET_NORMAL]: answer } });
  return (await outcome(make(more).current())).code;
};
const endless = () => new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) });
const stalling = () => new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
const notUtf8 = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
const actions = {
  current: async () => kids(await keys.current()),
  refresh: () => keys.refresh(),
  status: () => ({ ...keys.status(), calls: provider.calls.length }),
  inits: () => provider.calls.map(({ uri, init: { signal, ...rest } }) => ({ uri, ...rest })),
  later: (seconds) => (provider.now += Number(seconds)),
  fresh: () => {
    provider.answers = fakeProvider().answers;
    provider.calls.length = 0;
    keys = make();
  },
  slow: () => slowly(DISCOVERY),
  fast: () => {
    provider.answers = { ...fakeProvider().answers, [KEY_SET_NORMAL]: { keys: [publicKey("2")] } };
  },
  failures: async () => ({
    redirect: await failure(() => Response.redirect("https://keys.example.net/", 302)),
    status: await failure(() => new Response("", { status: 503 })),
    json: await failure(() => new Response("{")),
    utf8: await failure(() => new Response(notUtf8)),
    address: (await outcome(Promise.resolve().then(() => make({ discoveryUri: "https://0x7f.1/" })))).code,
    large: await failure(() => new Response(endless())),
    stall: await failure(() => new Response(stalling()), { timeout: 50 }),
    never: await failure(() => new Promise(() => undefined), { timeout: 50 }),
    // No network is behind this one; that it is called, and takes what it is given, is what counts.
    platform: (await outcome(make({ fetch: undefined, timeout: 3000 }).current())).code,
  }),
};
export default {
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    return Response.json((await actions[pathname.slice(1)](search.slice(1))) ?? null);
  },
};
`;

for (const compatibilityDate of ["2024-09-23", "2026-10-01"]) {
  describe(`in workerd as of ${compatibilityDate}`, () => {
    let server;
    before(async () => {
      const files = ["openid.js", "openid-fetch.js", "openid-address.js", "bounded-body.js", "arguments.js", "clock.js", "error.js"];
      const modules = Object.fromEntries(files.map((name) => [`keys/${name}`, fileURLToPath(new URL(name, PACKAGE))]));
      const fake = readFileSync(new URL("lib/openid.mjs", import.meta.url), "utf8");
      server = await serveWorker({ texts: { "main.js": WORKER, "keys/fake.js": fake }, modules, compatibilityDate });
    });
    after(() => server?.stop());

    const ask = async (action) => {
      const response = await fetch(server.address + action);
      const text = await response.text();
      assert.equal(response.status, 200, text + server.log());
      return JSON.parse(text);
    };
    const all = (count, action) => Promise.all(Array.from({ length: count }, () => ask(action)));

    it("fetches with what workerd takes", async () => {
      await ask("fresh");
      assert.deepEqual(await ask("current"), ["1"]);
      const common = { redirect: "manual", headers: { accept: "application/json" } };
      const cache = compatibilityDate > "2024-11-11" ? { cache: "no-store" } : {};
      assert.deepEqual(
        await ask("inits"),
        [DISCOVERY, KEY_SET_NORMAL].map((uri) => ({ uri, ...common, ...cache })),
      );
    });

    it("refuses what it refuses elsewhere", async () => {
      assert.deepEqual(await ask("failures"), {
        redirect: "openid.refused",
        status: "openid.unreachable",
        json: "openid.invalid",
        utf8: "openid.invalid",
        address: "openid.refused",
        large: "openid.too_large",
        stall: "openid.unreachable",
        never: "openid.unreachable",
        platform: "openid.unreachable",
      });
    });

    it("makes one attempt for many requests", async (t) => {
      await ask("fresh");
      await ask("slow");
      const answers = await all(10, "current");
      assert.deepEqual(answers, Array(10).fill(["1"]));
      const { calls } = await ask("status");
      assert.equal(calls, 2);
      t.diagnostic(`${answers.length} requests, ${calls} fetches`);
    });

    it("gives up an attempt that ended with its request", async (t) => {
      await ask("fresh");
      await ask("current");
      await ask(`later?${HOUR + 1}`);
      await ask("slow");
      // Answers at once, and takes the attempt in the background with it.
      assert.deepEqual(await ask("current"), ["1"]);
      await ask("fast");
      const answers = await all(5, "refresh");
      assert.deepEqual(answers, Array(5).fill(true));
      const { calls } = await ask("status");
      assert.equal(calls, 5, "the lost one, and one for all who waited for it");
      assert.deepEqual(await ask("current"), ["2"]);
      t.diagnostic(`${answers.length} requests waited, ${calls - 3} fetches`);
    });

    it("makes a lost attempt again in the foreground", async () => {
      await ask("fresh");
      await ask("current");
      await ask(`later?${HOUR + 1}`);
      await ask("slow");
      assert.deepEqual(await ask("current"), ["1"]);
      await ask("fast");
      await ask("later?3");
      assert.deepEqual(await ask("current"), ["2"]);
    });
  });
}
