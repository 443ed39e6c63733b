/** Keys of an OpenID provider: options, the clock, and the status for consoles. */

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { DISCOVERY, START, fakeProvider, kids, optionsFor, outcome } from "./lib/openid.mjs";
import { DAY, HOUR, OpenIdKeys, down, refusal } from "./lib/openid-node.mjs";

let provider;
beforeEach(() => {
  provider = fakeProvider();
});
const make = (more) => new OpenIdKeys(optionsFor(provider, more));

describe("the clock", () => {
  it("is the runtime's unless given", async () => {
    const keys = make({ now: undefined });
    const before = Math.floor(Date.now() / 1000);
    await keys.current();
    const { fetchedAt } = keys.status();
    assert.ok(Number.isInteger(fetchedAt) && fetchedAt >= before && fetchedAt <= Date.now() / 1000);
  });

  it("must count seconds", async () => {
    for (const value of ["1", undefined, NaN, 1n])
      await refusal(make({ now: () => value }).current(), "argument.wrong_type", "options.now");
    for (const value of [Date.now(), Infinity, -Infinity])
      await refusal(make({ now: () => value }).current(), "argument.out_of_range", "options.now");
    assert.equal(provider.calls.length, 0);
  });
});

describe("the status", () => {
  it("tells times and the last error, and never throws", async () => {
    let broken = false;
    const now = () => {
      if (broken) throw new Error("mine");
      return provider.now;
    };
    const keys = make({ now });
    assert.deepEqual(keys.status(), { isStale: true });
    provider.answers[DISCOVERY] = down;
    await outcome(keys.current());
    const { lastError, ...rest } = keys.status();
    assert.deepEqual(rest, { lastAttemptAt: START, isStale: true });
    assert.equal(lastError.code, "openid.unreachable");
    provider.answers = fakeProvider().answers;
    provider.now += 60;
    await keys.current();
    assert.deepEqual(keys.status(), { fetchedAt: START + 60, lastAttemptAt: START + 60, isStale: false });
    broken = true;
    assert.deepEqual(keys.status(), { fetchedAt: START + 60, lastAttemptAt: START + 60, isStale: true });
    await assert.rejects(keys.current(), { message: "mine" });
  });
});

describe("options", () => {
  it("are refused by code and path", (t) => {
    const cases = [
      ["argument.missing", "options.discoveryUri", { discoveryUri: undefined }],
      ["argument.missing", "options.issuer", { issuer: undefined }],
      ["argument.wrong_type", "options.discoveryUri", { discoveryUri: new URL(DISCOVERY) }],
      ["argument.wrong_type", "options.issuer", { issuer: null }],
      ["argument.out_of_range", "options.issuer", { issuer: "" }],
      ["argument.out_of_range", "options.issuer", { issuer: "x".repeat(2049) }],
      ["argument.wrong_type", "options.fetch", { fetch: null }],
      ["argument.wrong_type", "options.now", { now: START }],
      ["argument.wrong_type", "options.allowedHosts", { allowedHosts: "login.example.com" }],
      ["argument.wrong_type", "options.allowedHosts[0]", { allowedHosts: [7] }],
      ["argument.wrong_type", "options.allowedHosts[0]", { allowedHosts: Array(1) }],
      ["argument.out_of_range", "options.allowedHosts", { allowedHosts: [] }],
      ["argument.out_of_range", "options.allowedHosts", { allowedHosts: Array(101).fill("login.example.com") }],
      ["argument.unknown_member", "options.maxage", { maxage: 1 }],
      ["argument.out_of_range", "options.staleFor", { maxAge: DAY + 1 }],
      ["argument.out_of_range", "options.staleFor", { staleFor: HOUR - 1 }],
      ...["maxAge", "cooldown", "timeout", "maxBytes", "staleFor"].flatMap((name) =>
        [0, -1, 1.5, NaN, Infinity, "60", null, 1e9].map((value) => [
          "argument.out_of_range",
          `options.${name}`,
          { [name]: value },
        ]),
      ),
    ];
    for (const [code, path, more] of cases) {
      assert.throws(() => make(more), { name: "KeywicketError", code, path }, JSON.stringify(more));
    }
    assert.throws(() => new OpenIdKeys(), { code: "argument.missing", path: "options.discoveryUri" });
    assert.throws(() => new OpenIdKeys(DISCOVERY), { code: "argument.wrong_type", path: "options" });
    t.diagnostic(`${cases.length + 2} mistakes refused`);
  });

  it("are read once", async () => {
    const options = optionsFor(provider, { allowedHosts: ["login.example.com", "keys.example.net"] });
    const keys = new OpenIdKeys(options);
    options.allowedHosts.length = 0;
    options.issuer = "https://evil.example";
    assert.deepEqual(kids(await keys.current()), ["1"]);
  });
});
