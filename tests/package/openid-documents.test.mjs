/** Keys of an OpenID provider: whom the package asks, what it takes from them, and what it keeps of that. */

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { NOT_FETCHED } from "./lib/openid-addresses.mjs";
import {
  DISCOVERY,
  ISSUER,
  KEY_SET_NORMAL,
  fakeProvider,
  json,
  kids,
  optionsFor,
  outcome,
  publicKey,
} from "./lib/openid.mjs";
import { OpenIdKeys, down, never, pause, refusal, settled } from "./lib/openid-node.mjs";

let provider;
beforeEach(() => {
  provider = fakeProvider();
});
const make = (more) => new OpenIdKeys(optionsFor(provider, more));
const addresses = () => provider.calls.map(({ uri }) => uri);

/** An endless body that counts what is taken from it, and whether it was let go. */
function endless(chunk) {
  const state = { taken: 0, isCancelled: false };
  state.stream = new ReadableStream(
    {
      pull(controller) {
        state.taken += 1;
        controller.enqueue(chunk);
      },
      cancel() {
        state.isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return state;
}

describe("addresses", () => {
  it("are refused as an option, at once", (t) => {
    for (const discoveryUri of NOT_FETCHED) {
      const expected = { code: "openid.refused", path: "options.discoveryUri" };
      assert.throws(() => make({ discoveryUri }), expected, discoveryUri);
    }
    t.diagnostic(`${NOT_FETCHED.length} addresses refused`);
  });

  it("are refused with the reason", () => {
    const reasons = {
      "http://login.example.com/": /begins with https/,
      "https://login.example.com/\\": /plain characters/,
      "https://u@login.example.com/": /user name/,
      "https://login.example.com/#": /fragment/,
      "https://[::1]/": /IP address/,
      "https://2130706433/": /IP address/,
      "https://intranet/": /public host name/,
      "https://login.example.com:8443/": /allowedHosts/,
    };
    for (const [discoveryUri, message] of Object.entries(reasons))
      assert.throws(() => make({ discoveryUri }), { message });
  });

  it("are refused in the discovery document, and not asked", async (t) => {
    for (const jwksUri of NOT_FETCHED) {
      provider.answers[DISCOVERY] = { issuer: ISSUER, jwks_uri: jwksUri };
      await refusal(make().current(), "openid.refused", "jwks_uri");
    }
    assert.deepEqual(new Set(addresses()), new Set([DISCOVERY]));
    t.diagnostic(`${NOT_FETCHED.length} addresses refused`);
  });

  for (const jwksUri of [
    "https://login.example.com/k?p=B2C_1_x",
    "HTTPS://Keys.Example.NET/k",
    "https://xn--lgin-5qa.example/k",
    "https://1.example/k",
    "https://mylocal/k".replace("mylocal", "my.notlocal"),
  ]) {
    it(`may be ${jwksUri}`, async () => {
      provider.answers[DISCOVERY] = { issuer: ISSUER, jwks_uri: jwksUri };
      provider.answers[new URL(jwksUri).href] = { keys: [publicKey("there")] };
      assert.deepEqual(kids(await make().current()), ["there"]);
    });
  }

  it("are those of allowedHosts alone where it is given", async () => {
    const allowedHosts = ["login.example.com"];
    await refusal(make({ allowedHosts }).current(), "openid.refused", "jwks_uri");
    assert.deepEqual(kids(await make({ allowedHosts: ["login.example.com", "keys.example.net"] }).current()), ["1"]);
    for (const host of ["keys.example.net", "example.com", "a.login.example.com", "login.example.com:8443"]) {
      const options = { code: "openid.refused", path: "options.discoveryUri" };
      assert.throws(() => make({ allowedHosts: [host] }), options, host);
    }
  });

  it("have another port only if allowedHosts says so", async () => {
    const jwksUri = "https://keys.example.net:8443/k";
    provider.answers[DISCOVERY] = { issuer: ISSUER, jwks_uri: jwksUri };
    provider.answers[jwksUri] = { keys: [publicKey("8443")] };
    const allowedHosts = ["login.example.com", "keys.example.net:8443"];
    assert.deepEqual(kids(await make({ allowedHosts }).current()), ["8443"]);
    provider.answers[DISCOVERY].jwks_uri = "https://keys.example.net/k";
    await refusal(make({ allowedHosts }).current(), "openid.refused", "jwks_uri");
  });

  it("do not open private hosts by allowedHosts", () => {
    for (const host of [
      "localhost",
      "127.0.0.1",
      "127.1",
      "[::1]",
      "a.local",
      "LOGIN.example.com",
      "login.example.com:443",
      "login.example.com/",
      "https://login.example.com",
      "",
      "a b",
      "u@login.example.com",
    ]) {
      const expected = { code: "argument.out_of_range", path: "options.allowedHosts[1]" };
      assert.throws(() => make({ allowedHosts: ["login.example.com", host] }), expected, host);
    }
  });
});

describe("redirects", () => {
  const redirecting = {
    ...Object.fromEntries(
      [301, 302, 303, 307, 308].map((status) => [
        status,
        () => Response.redirect("https://login.example.com/", status),
      ]),
    ),
    304: () => new Response(null, { status: 304 }),
    "an opaque one": () => ({ type: "opaqueredirect", status: 0, redirected: false, body: null }),
    "one that fetch has followed": () => ({
      type: "basic",
      status: 200,
      redirected: true,
      body: json({ issuer: ISSUER }).body,
    }),
  };
  for (const [name, answer] of Object.entries(redirecting)) {
    it(`are not followed: ${name}`, async () => {
      provider.answers[DISCOVERY] = answer;
      await refusal(make().current(), "openid.refused", "options.discoveryUri");
      assert.equal(provider.calls.length, 1);
      provider = fakeProvider();
      provider.answers[KEY_SET_NORMAL] = answer;
      await refusal(make().current(), "openid.refused", "jwks_uri");
      assert.equal(provider.calls.length, 2);
    });
  }
});

describe("the discovery document", () => {
  const base = { issuer: ISSUER, jwks_uri: KEY_SET_NORMAL };
  for (const issuer of [
    `${ISSUER}/`,
    ISSUER.toUpperCase(),
    ISSUER.slice(0, -1),
    ` ${ISSUER}`,
    "https://login.example.com/{tenantid}/v2.0",
    "",
    null,
    7,
    [ISSUER],
    { [ISSUER]: 1 },
    undefined,
  ]) {
    it(`must name the issuer to the letter, not ${JSON.stringify(issuer)}`, async () => {
      provider.answers[DISCOVERY] = { ...base, issuer };
      const { message } = await refusal(make().current(), "openid.invalid", "issuer");
      assert.ok(message.includes(JSON.stringify(ISSUER)));
      assert.ok(message.includes(typeof issuer === "string" ? JSON.stringify(issuer) : "none"));
      assert.equal(provider.calls.length, 1, "its key set is not asked for");
    });
  }

  it("is quoted no further than its issuer, and of that not much", async () => {
    provider.answers[DISCOVERY] = { ...base, issuer: "x".repeat(10_000), secret: "MARKER" };
    const { message } = await refusal(make().current(), "openid.invalid", "issuer");
    assert.ok(message.length < 600 && !message.includes("MARKER"), message);
  });

  it("must name a key set", async () => {
    for (const jwksUri of [undefined, null, 7, [KEY_SET_NORMAL], {}]) {
      provider.answers[DISCOVERY] = { issuer: ISSUER, jwks_uri: jwksUri };
      await refusal(make().current(), "openid.invalid", "jwks_uri");
    }
  });
});

describe("both documents", () => {
  const bodies = {
    nothing: null,
    "no JSON": "MARKER",
    "half of it": '{"MARKER":',
    "a list": "[]",
    text: '"MARKER"',
    null: "null",
    "a number": "7",
    "two of them": "{}{}",
    "no UTF-8": new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    "deep lists": "[".repeat(60_000),
  };
  const sources = { [DISCOVERY]: "options.discoveryUri", [KEY_SET_NORMAL]: "jwks_uri" };
  for (const [uri, path] of Object.entries(sources)) {
    for (const [name, body] of Object.entries(bodies)) {
      it(`must be a JSON object: ${path} is ${name}`, async () => {
        provider.answers[uri] = () => new Response(body);
        const { message, cause } = await refusal(make().current(), "openid.invalid", path);
        assert.ok(!message.includes("MARKER") && cause === undefined, "nothing of the document is told");
      });
    }

    for (const status of [201, 204, 400, 401, 404, 429, 500, 503]) {
      it(`must come with status 200: ${path} with ${status}`, async () => {
        provider.answers[uri] = () => new Response(status === 204 ? null : JSON.stringify({ MARKER: 1 }), { status });
        const { message } = await refusal(make().current(), "openid.unreachable", path);
        assert.ok(
          message.includes(String(status)) && message.includes(new URL(uri).host) && !message.includes("MARKER"),
        );
      });
    }

    it(`may be of maxBytes and not one more: ${path}`, async () => {
      const maxBytes = 2000;
      const padded = (length) => {
        const text = JSON.stringify({ ...fakeProvider().answers[uri], ü: "" });
        return text.replace('""', `"${"x".repeat(length - Buffer.byteLength(text))}"`);
      };
      assert.equal(Buffer.byteLength(padded(maxBytes)), maxBytes);
      provider.answers[uri] = () => new Response(padded(maxBytes));
      assert.deepEqual(kids(await make({ maxBytes }).current()), ["1"]);
      provider.answers[uri] = () => new Response(padded(maxBytes + 1));
      await refusal(make({ maxBytes }).current(), "openid.too_large", path);
    });

    it(`stop at maxBytes, whatever their length is said to be: ${path}`, async () => {
      const body = endless(new Uint8Array(1000).fill(0x20));
      provider.answers[uri] = () => new Response(body.stream, { headers: { "content-length": "2" } });
      await refusal(make().current(), "openid.too_large", path);
      assert.equal(body.taken, 66, "65 chunks of 1000 bytes are allowed");
      await settled();
      assert.ok(body.isCancelled);
    });

    const stalling = {
      "a connection that never comes": never,
      "a body that never comes": () => new Response(new ReadableStream({})),
      "a body that stalls": () =>
        new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([0x7b])) })),
      "a stream that cannot be cancelled": () => ({
        status: 200,
        body: { getReader: () => ({ read: never, cancel: never }) },
      }),
    };
    for (const [name, answer] of Object.entries(stalling)) {
      it(`have a limit on time: ${name}, ${path}`, async () => {
        provider.answers[uri] = answer;
        const started = performance.now();
        const { message } = await refusal(make({ timeout: 40 }).current(), "openid.unreachable", path);
        assert.ok(message.includes("40 ms"));
        assert.ok(performance.now() - started >= 35);
        assert.ok(provider.calls.at(-1).init.signal.aborted);
      });
    }

    it(`fail with the network: ${path}`, async () => {
      const mine = new TypeError("fetch failed");
      const failing = {
        "an answer that is none": () => undefined,
        "a body that breaks": () => new Response(new ReadableStream({ pull: (controller) => controller.error(mine) })),
      };
      for (const answer of Object.values(failing)) {
        provider.answers[uri] = answer;
        await refusal(make().current(), "openid.unreachable", path);
      }
      const throwing = () => {
        throw mine;
      };
      for (const answer of [() => Promise.reject(mine), throwing]) {
        provider.answers[uri] = answer;
        const { cause } = await refusal(make().current(), "openid.unreachable", path);
        assert.equal(cause, mine);
      }
    });
  }

  it("must come as bytes", async () => {
    const bodies = [ReadableStream.from(["{}"]), ReadableStream.from([{ length: 2 }])];
    for (const body of bodies) {
      provider.answers[KEY_SET_NORMAL] = () => ({ status: 200, body });
      await refusal(make().current(), "argument.wrong_type", "options.fetch");
    }
    provider.answers[KEY_SET_NORMAL] = () => ({ status: 200, body: "{}" });
    await refusal(make().current(), "openid.unreachable", "jwks_uri");
  });

  it("share one limit on time", async () => {
    for (const [uri, delay] of [
      [DISCOVERY, 20],
      [KEY_SET_NORMAL, 290],
    ]) {
      const value = provider.answers[uri];
      provider.answers[uri] = () => pause(delay).then(() => json(value));
    }
    const { code, path } = await outcome(make({ timeout: 300 }).current());
    assert.deepEqual([code, path], ["openid.unreachable", "jwks_uri"]);
  });

  it("may fail late without anybody noticing", async () => {
    provider.answers[DISCOVERY] = () => pause(30).then(down);
    assert.equal((await outcome(make({ timeout: 10 }).current())).code, "openid.unreachable");
    await pause(40);
  });

  it("may begin with a byte order mark and come in any pieces", async () => {
    const text = `\uFEFF${JSON.stringify({ keys: [{ ...publicKey("ü€𝄞") }] })}`;
    const bytes = Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte));
    provider.answers[KEY_SET_NORMAL] = () => new Response(ReadableStream.from(bytes));
    assert.deepEqual(kids(await make().current()), ["ü€𝄞"]);
  });
});

describe("the key set", () => {
  const answered = async (keys) => {
    provider.answers[KEY_SET_NORMAL] = { keys };
    return JSON.parse(await make().current()).keys;
  };

  it("must be a list of 1 to 100 objects", async () => {
    for (const keys of [
      undefined,
      null,
      {},
      "keys",
      [],
      [null],
      ["key"],
      [publicKey("1"), 7],
      [[publicKey("1")]],
      Array.from({ length: 101 }, publicKey),
    ]) {
      provider.answers[KEY_SET_NORMAL] = { keys };
      await refusal(make().current(), "openid.invalid", "keys");
    }
    assert.equal((await answered(Array.from({ length: 100 }, (_, index) => publicKey(String(index))))).length, 100);
  });

  it("keeps public signing keys as they are", async () => {
    const keys = [
      publicKey("1"),
      { kty: "RSA", kid: "2", alg: "RS256", key_ops: ["verify"], n: "n", e: "AQAB", x5c: ["MII"], x5t: "t" },
      { kty: "EC", kid: "3", crv: "P-256", x: "x", y: "y", use: "sig" },
      { kty: "OKP", crv: "Ed25519", x: "x" },
    ];
    assert.deepEqual(await answered(keys), keys);
  });

  const dropped = {
    "a symmetric key": { kty: "oct", k: "MARKER" },
    "a symmetric key without its bytes": { kty: "oct" },
    "a private RSA key": { ...publicKey("x"), d: "MARKER", p: "MARKER", q: "MARKER" },
    "a private part that is not text": { ...publicKey("x"), d: null },
    "a factor alone": { ...publicKey("x"), p: "MARKER" },
    "other primes alone": { ...publicKey("x"), oth: [{ r: "MARKER" }] },
    "a private EC key": { kty: "EC", crv: "P-256", x: "x", y: "y", d: "MARKER" },
    "a public key that hides a symmetric one": { ...publicKey("x"), k: "MARKER" },
    "an encryption key": { ...publicKey("x"), use: "enc" },
    "a key of another use": { ...publicKey("x"), use: "Sig" },
    "a key of no type": { kid: "x", n: "n", e: "AQAB" },
    "a key of an unknown type": { kty: "AKP", pub: "pub", priv: "MARKER" },
    "a key whose id is an object": { ...publicKey("x"), kid: { x5u: "MARKER" } },
    "a key whose certificates are objects": { ...publicKey("x"), x5c: [{ x5u: "MARKER" }] },
    "a key whose operations are text": { ...publicKey("x"), key_ops: "verify" },
  };
  for (const [name, key] of Object.entries(dropped)) {
    it(`drops ${name}`, async () => {
      assert.deepEqual(await answered([key, publicKey("1")]), [publicKey("1")]);
      provider.answers[KEY_SET_NORMAL] = { keys: [key] };
      const { message } = await refusal(make().current(), "openid.invalid", "keys");
      assert.ok(!message.includes("MARKER"));
    });
  }

  it("keeps no member that is not on its list", async (t) => {
    const names = [
      "jku",
      "x5u",
      "x5t#S256",
      "exp",
      "nbf",
      "ext",
      "r",
      "t",
      "issuer",
      "__proto__",
      "constructor",
      "toJSON",
      "K",
      "D",
    ];
    const members = names.map((name) => `"${name}":"MARKER"`).join();
    const text = `{"jku":"MARKER","keys":[{${members},"kty":"RSA","n":"n","e":"AQAB"}],"x5u":"MARKER"}`;
    provider.answers[KEY_SET_NORMAL] = () => new Response(text);
    assert.equal(await make().current(), '{"keys":[{"kty":"RSA","n":"n","e":"AQAB"}]}');
    t.diagnostic(`${names.length} other members dropped`);
  });
});
