/** Keys of an OpenID provider: what is asked, how often, and how long keys are kept. */

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import {
  DISCOVERY,
  ISSUER,
  KEY_SET_NORMAL,
  START,
  fakeProvider,
  json,
  kids,
  optionsFor,
  outcome,
  publicKey,
} from "./lib/openid.mjs";
import { DAY, HOUR, OpenIdKeys, down, never, refusal, settled, timers } from "./lib/openid-node.mjs";

let provider;
beforeEach(() => {
  provider = fakeProvider();
});
const make = (more) => new OpenIdKeys(optionsFor(provider, more));
const addresses = () => provider.calls.map(({ uri }) => uri);

describe("what is asked", () => {
  it("are the two documents, once, and nothing more until maxAge has passed", async () => {
    const keys = make();
    assert.equal(provider.calls.length, 0, "nothing before it is needed");
    const text = await keys.current();
    assert.deepEqual(kids(text), ["1"]);
    assert.deepEqual(addresses(), [DISCOVERY, KEY_SET_NORMAL]);
    provider.now += HOUR;
    assert.equal(await keys.current(), text);
    assert.equal(provider.calls.length, 2);
    assert.equal(timers(), 0);
  });

  it("carries no credentials, follows nothing and bypasses caches", async () => {
    await make().current();
    for (const { init, request } of provider.calls) {
      const { signal, ...rest } = init;
      assert.ok(signal instanceof AbortSignal);
      assert.deepEqual(rest, {
        redirect: "manual",
        headers: { accept: "application/json" },
        credentials: "omit",
        referrerPolicy: "no-referrer",
        cache: "no-store",
      });
      assert.equal(request.method, "GET");
    }
  });

  it("goes to the platform's fetch of that moment, as a plain function, unless told otherwise", async (t) => {
    const keys = make({ fetch: undefined });
    t.mock.method(globalThis, "fetch", function (...asked) {
      assert.ok(this === undefined || this === globalThis);
      return provider.fetch.call(undefined, ...asked);
    });
    assert.deepEqual(kids(await keys.current()), ["1"]);
    assert.equal(provider.calls.length, 2);
  });
});

describe("one attempt at a time", () => {
  /** Holds the next answers back until the function that it gives is called. */
  const hold = () => {
    const answer = provider.answers[DISCOVERY];
    let open;
    const opened = new Promise((resolve) => (open = resolve));
    provider.answers[DISCOVERY] = () => opened.then(() => json(answer));
    return open;
  };
  /** Begins an attempt as a request does that is then cancelled: neither its answer nor its timers ever come. */
  const lose = (begin) => {
    const answer = provider.answers[DISCOVERY];
    const { setTimeout: real } = globalThis;
    provider.answers[DISCOVERY] = never;
    globalThis.setTimeout = () => 0;
    const begun = begin();
    globalThis.setTimeout = real;
    provider.answers[DISCOVERY] = answer;
    return begun;
  };

  it("serves everybody who asks meanwhile", async (t) => {
    const open = hold();
    const keys = make();
    const current = Array.from({ length: 25 }, () => keys.current());
    const refreshed = Array.from({ length: 25 }, () => keys.refresh());
    await settled();
    current.push(keys.current());
    refreshed.push(keys.refresh());
    open();
    assert.ok((await Promise.all(current)).every((text) => kids(text)[0] === "1"));
    assert.ok((await Promise.all(refreshed)).every((isNew) => isNew === true));
    assert.deepEqual(addresses(), [DISCOVERY, KEY_SET_NORMAL]);
    assert.equal(timers(), 0);
    t.diagnostic(`${current.length + refreshed.length} callers, ${provider.calls.length} requests`);
  });

  it("fails everybody alike", async () => {
    provider.answers[DISCOVERY] = down;
    const keys = make();
    const asked = await Promise.all(Array.from({ length: 20 }, () => outcome(keys.current())));
    assert.ok(asked.every(({ code }) => code === "openid.unreachable"));
    assert.equal(provider.calls.length, 1);
    assert.equal(timers(), 0);
  });

  it("is joined even in the cool-down after the one before", async () => {
    const keys = make();
    const { answers } = provider;
    provider.answers = { [DISCOVERY]: down };
    await outcome(keys.current());
    provider.answers = answers;
    provider.now += 60;
    const open = hold();
    const asked = [keys.current(), keys.current(), keys.refresh()];
    await settled();
    asked.push(keys.current());
    open();
    const [first, second, isNew, third] = await Promise.all(asked);
    assert.deepEqual([first, second, third].map(kids), [["1"], ["1"], ["1"]]);
    assert.equal(isNew, true);
    assert.equal(provider.calls.length, 3);
  });

  it("is given up by those who wait when it cannot end, for one of their own", async () => {
    const keys = make({ timeout: 50 });
    lose(() => keys.current());
    const asked = await Promise.all(Array.from({ length: 10 }, () => keys.current()));
    assert.ok(asked.every((text) => kids(text)[0] === "1"));
    assert.deepEqual(addresses(), [DISCOVERY, DISCOVERY, KEY_SET_NORMAL], "one for all of them");
    assert.equal(timers(), 0);
  });

  it("is made again in the foreground when one in the background was lost", async () => {
    const keys = make({ timeout: 50 });
    await keys.current();
    provider.now += HOUR + 1;
    assert.deepEqual(kids(await lose(() => keys.current())), ["1"]);
    provider.answers[KEY_SET_NORMAL] = { keys: [publicKey("2")] };
    assert.deepEqual(kids(await keys.current()), ["1"], "it may still come");
    provider.now += 2;
    assert.deepEqual(kids(await keys.current()), ["2"]);
    assert.equal(provider.calls.length, 5);
  });

  it("is made again in the foreground, and costs no keys when it fails there", async () => {
    const keys = make({ timeout: 50 });
    await keys.current();
    provider.now += HOUR + 1;
    await lose(() => keys.current());
    provider.now += 2;
    provider.answers[DISCOVERY] = down;
    assert.deepEqual(kids(await keys.current()), ["1"]);
    assert.equal(keys.status().lastError.code, "openid.unreachable");
    assert.equal(provider.calls.length, 4);
  });

  it("that comes after it was given up changes nothing", async () => {
    const { answers } = fakeProvider();
    for (const late of [{ keys: [publicKey("older")] }, down]) {
      provider = fakeProvider();
      const keys = make({ timeout: 1000 });
      const openFirst = hold();
      const first = keys.current();
      await settled();
      provider.now += 3;
      provider.answers = { ...answers, [KEY_SET_NORMAL]: { keys: [publicKey("newer")] } };
      assert.deepEqual(kids(await keys.current()), ["newer"]);
      provider.answers[KEY_SET_NORMAL] = late;
      openFirst();
      assert.deepEqual(kids(await first), ["newer"]);
      assert.deepEqual(kids(await keys.current()), ["newer"]);
      assert.deepEqual(keys.status(), { fetchedAt: START + 3, lastAttemptAt: START + 3, isStale: false });
    }
  });

  it("that fails after it was given up leaves the one that is under way to those who ask", async () => {
    const keys = make({ timeout: 1000 });
    const openFirst = hold();
    const first = outcome(keys.current());
    await settled();
    provider.now += 3;
    const { answers } = fakeProvider();
    provider.answers = { ...answers, [KEY_SET_NORMAL]: down };
    const openSecond = hold();
    const second = keys.current();
    await settled();
    openFirst();
    assert.equal((await first).code, "openid.unreachable");
    const third = keys.current();
    provider.answers = answers;
    openSecond();
    assert.deepEqual((await Promise.all([second, third])).map(kids), [["1"], ["1"]]);
    assert.equal(provider.calls.length, 4);
  });
});

describe("a key id that nobody knows", () => {
  it("makes it ask again, at most once in each cool-down", async () => {
    const keys = make();
    await keys.current();
    provider.answers[KEY_SET_NORMAL] = { keys: [publicKey("1"), publicKey("2")] };
    provider.now += 59;
    assert.equal(await keys.refresh(), false);
    assert.equal(provider.calls.length, 2);
    provider.now += 1;
    assert.equal(await keys.refresh(), true);
    assert.equal(provider.calls.length, 4);
    assert.deepEqual(kids(await keys.current()), ["1", "2"]);
    for (let second = 0; second < 59; second += 1) {
      provider.now += 1;
      assert.equal(await keys.refresh(), false);
    }
    assert.equal(provider.calls.length, 4);
    provider.now += 1;
    assert.equal(await keys.refresh(), false, "the same keys again");
    assert.equal(provider.calls.length, 6);
  });

  it("counts failures as well, and they cost no keys", async () => {
    const keys = make();
    await keys.current();
    provider.answers[DISCOVERY] = down;
    provider.now += 60;
    assert.equal(await keys.refresh(), false);
    assert.equal(keys.status().lastError.code, "openid.unreachable");
    provider.now += 59;
    assert.equal(await keys.refresh(), false);
    assert.equal(provider.calls.length, 3);
    assert.deepEqual(kids(await keys.current()), ["1"]);
    provider.now += 1;
    assert.equal(await keys.refresh(), false);
    assert.equal(provider.calls.length, 4);
  });

  it("is the first thing asked", async () => {
    assert.equal(await make().refresh(), true);
    provider.answers[DISCOVERY] = down;
    assert.equal(await make().refresh(), false);
  });

  it("asks nothing for a decision about the past, and no more for one about the future", async () => {
    const keys = make();
    await keys.current();
    provider.now += 60;
    for (const now of [0, START, START + 59]) assert.equal(await keys.refresh(now), false);
    assert.equal(provider.calls.length, 2);
    assert.equal(await keys.refresh(START + 60), false);
    assert.equal(provider.calls.length, 4);
    for (let years = 1; years < 10; years += 1) await keys.refresh(START + years * 365 * DAY);
    assert.equal(provider.calls.length, 4);
    for (const now of ["1", null, NaN, 1n])
      await assert.rejects(keys.refresh(now), { code: "argument.wrong_type", path: "now" });
    for (const now of [Infinity, START * 1000])
      await assert.rejects(keys.refresh(now), { code: "argument.out_of_range", path: "now" });
  });
});

describe("keys of some age", () => {
  it("are served while newer ones are asked for in the background", async () => {
    const keys = make();
    const first = await keys.current();
    provider.answers[KEY_SET_NORMAL] = { keys: [publicKey("2")] };
    provider.now += HOUR + 1;
    assert.ok(keys.status().isStale);
    assert.equal(await keys.current(), first);
    assert.equal(await keys.current(), first, "and not twice");
    await settled();
    assert.equal(provider.calls.length, 4);
    assert.deepEqual(kids(await keys.current()), ["2"]);
    assert.deepEqual(keys.status(), { fetchedAt: START + HOUR + 1, lastAttemptAt: START + HOUR + 1, isStale: false });
  });

  it("are served while the provider is down, until staleFor has passed, with an attempt in each cool-down", async () => {
    const keys = make();
    await keys.current();
    provider.answers[DISCOVERY] = down;
    let asked = 0;
    for (provider.now += HOUR + 1; provider.now <= START + DAY; provider.now += 20) {
      assert.deepEqual(kids(await keys.current()), ["1"]);
      await settled();
      asked += 1;
      if (asked === 30) provider.now = START + DAY - 20;
    }
    assert.equal(provider.calls.length - 2, 11, "30 in ten minutes, and one a day later");
    provider.now = START + DAY + 61;
    await refusal(keys.current(), "openid.unreachable", "options.discoveryUri");
    assert.equal(provider.calls.length - 2, 12);
    provider.now += 59;
    const { message, cause } = await refusal(keys.current(), "openid.unreachable", "options.discoveryUri");
    assert.match(message, /this was 59 s ago, and is not tried again within 60 s/);
    assert.equal(cause, keys.status().lastError);
    assert.equal(provider.calls.length - 2, 12);
    provider.now += 1;
    provider.answers = fakeProvider().answers;
    assert.deepEqual(kids(await keys.current()), ["1"]);
    assert.equal(keys.status().lastError, undefined);
  });

  it("are waited for when staleFor has passed, and not before", async () => {
    for (const [age, expected] of [
      [DAY, "1"],
      [DAY + 1, "2"],
    ]) {
      provider = fakeProvider();
      const keys = make();
      await keys.current();
      provider.answers[KEY_SET_NORMAL] = { keys: [publicKey("2")] };
      provider.now += age;
      assert.deepEqual(kids(await keys.current()), [expected]);
    }
  });

  it("may be asked for more often than the cool-down allows to strangers", async () => {
    const keys = make({ maxAge: 10 });
    await keys.current();
    provider.now += 11;
    assert.equal(await keys.refresh(), false);
    assert.equal(provider.calls.length, 2);
    await keys.current();
    await settled();
    assert.equal(provider.calls.length, 4);
  });

  it("are replaced only by what is right", async () => {
    const keys = make();
    const first = await keys.current();
    const wrong = [
      { issuer: `${ISSUER}/`, jwks_uri: KEY_SET_NORMAL },
      { issuer: ISSUER, jwks_uri: "https://10.0.0.1/" },
      () => new Response("x".repeat(70_000)),
      () => Response.redirect("https://evil.example/"),
    ];
    for (const answer of wrong) {
      provider.answers[DISCOVERY] = answer;
      provider.now += 60;
      assert.equal(await keys.refresh(), false);
      assert.equal(await keys.current(), first);
    }
    assert.equal(provider.calls.length, 2 + wrong.length);
  });

  it("are not kept alive by a clock that is set back, nor is a cool-down", async () => {
    const keys = make();
    await keys.current();
    provider.now -= 2 * DAY;
    provider.answers[KEY_SET_NORMAL] = { keys: [publicKey("2")] };
    assert.deepEqual(kids(await keys.current()), ["2"]);
    provider.now -= DAY;
    assert.equal(await keys.refresh(), false);
    assert.equal(provider.calls.length, 6);
  });

  it("that never came are asked for once in each cool-down", async () => {
    provider.answers[DISCOVERY] = down;
    const keys = make();
    for (let second = 0; second < 120; second += 1) {
      assert.equal((await outcome(keys.current())).code, "openid.unreachable");
      provider.now += 1;
    }
    assert.equal(provider.calls.length, 2);
  });
});
