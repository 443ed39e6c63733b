/** Key delivery of the installed package: what a KeyService answers players and managers, and playlists for native players. */

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { fixture, installed } from "./lib/keys.mjs";
import { verifiedAudit } from "./lib/store-contract.mjs";

const keyId = "339c45b5-fb6d-4bd9-994c-eabd9d41c95b";
const policyId = "nb:ckpid:UUID:00000000-0000-0000-0000-000000000001";
const optionId = "nb:ckpoid:UUID:00000000-0000-0000-0000-000000000002";
const clear = Uint8Array.from({ length: 16 }, (_, index) => index);
const secret = new Uint8Array(64).map((_, index) => (index * 89 + 33) % 251);
const restriction = (key = secret) => ({
  tokenType: "JWT",
  issuer: "https://sts.example/",
  audience: "urn:video",
  primaryVerificationKey: { kind: "symmetric", key },
  requiredClaims: [{ type: "urn:microsoft:azure:mediaservices:contentkeyidentifier" }],
});
const admin = { ...restriction(new Uint8Array(64).fill(5)), requiredClaims: [] };

let keywicket;
before(async () => {
  ({ keywicket } = await installed("delivery"));
});

/** A service with one key, wrapped to the certificate of its private key. */
async function house({ type = "EnvelopeEncryption", ...options } = {}) {
  const store = new keywicket.MemoryStore();
  const certificate = fixture("recipient.cert.pem").toString();
  const privateKey = await keywicket.importPrivateKey(fixture("recipient.key.pem").toString());
  const entity = { ...keywicket.wrapContentKey({ id: keyId, type, key: clear }, certificate), AuthorizationPolicyId: policyId };
  const option = {
    Name: "",
    KeyDeliveryType: 2,
    KeyDeliveryConfiguration: null,
    Restrictions: [{ Name: "", KeyRestrictionType: 1, Requirements: keywicket.buildTokenRestriction(restriction()) }],
  };
  const row = (value) => new TextEncoder().encode(value === undefined ? "" : JSON.stringify(value));
  const put = [
    [`e/ContentKeys/nb:kid:UUID:${keyId}`, row(entity)],
    [`e/ContentKeyAuthorizationPolicyOptions/${optionId}`, row(option)],
    [`l/ContentKeyAuthorizationPolicies/${policyId}/Options/${optionId}`, row()],
  ];
  await store.commit({ expect: [], put, delete: [], audit: [] });
  const protectionKeys = [{ certificate, privateKey }];
  const service = new keywicket.KeyService({ store, adminPolicy: admin, protectionKeys, ...options });
  const fetch = (target, { token, ...init } = {}) => {
    const headers = { ...init.headers, ...(token && { authorization: `Bearer ${token}` }) };
    return service.fetch(new Request(`https://keys.example${target}`, { ...init, headers }));
  };
  return { store, service, option, fetch };
}

const mint = (options) => keywicket.mintToken(restriction(), { keyId, ...options });
const adminHeader = () => ({ "keywicket-admin": `Bearer ${keywicket.mintToken(admin)}` });
const maxUses = { "urn:microsoft:azure:mediaservices:maxuses": 1 };

describe("key delivery", () => {
  it("gives 16 bytes for a good token and a code for others", async () => {
    const { fetch } = await house();
    for (const init of [{ token: mint() }, { token: mint(), method: "POST" }]) {
      const response = await fetch(`/?KID=${keyId}`, init);
      assert.equal(response.status, 200);
      assert.deepEqual(new Uint8Array(await response.arrayBuffer()), clear);
      assert.equal(response.headers.get("cache-control"), "no-store");
    }
    const inQuery = await fetch(`/AES/?kid=${keyId}&token=${encodeURIComponent(mint())}`);
    assert.deepEqual(new Uint8Array(await inQuery.arrayBuffer()), clear);
    const refused = await fetch(`/?KID=${keyId}`, { token: mint({ now: 1000 }) });
    assert.equal(refused.status, 401);
    assert.deepEqual(await refused.json(), { Error: { Message: "The token has expired.", Code: "token.expired" } });
    const head = await fetch(`/?KID=${keyId}`, { method: "HEAD", token: mint() });
    assert.deepEqual([head.status, (await head.arrayBuffer()).byteLength], [200, 0]);
  });

  it("gives ClearKey licences for common encryption", async () => {
    const { fetch } = await house({ type: "CommonEncryption" });
    const kid = Buffer.from(keyId.replaceAll("-", ""), "hex").toString("base64url");
    const body = JSON.stringify({ kids: [kid], type: "temporary" });
    const response = await fetch("/ClearKey/", { method: "POST", body, token: mint() });
    const k = Buffer.from(clear).toString("base64url");
    assert.deepEqual(await response.json(), { keys: [{ kty: "oct", kid, k }], type: "temporary" });
    assert.equal((await fetch(`/?KID=${keyId}`, { token: mint() })).status, 403);
  });

  it("lets a token with one use open one of many requests at once", async () => {
    const { fetch, store } = await house();
    const token = mint({ claims: maxUses });
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`/?KID=${keyId}`, { token })));
    const counts = answers.reduce((all, { status }) => ({ ...all, [status]: (all[status] ?? 0) + 1 }), {});
    assert.deepEqual(counts, { 200: 1, 401: 19 });
    const rows = await store.list({ from: "u/", to: "u/~", reverse: false, skip: 0, limit: 10 });
    assert.equal(rows.length, 1);
  });

  it("explains to managers in records that are replayed elsewhere", async () => {
    const { fetch, option } = await house();
    const verifier = new keywicket.TokenVerifier([option]);
    const tokens = {
      "token.allowed": mint(),
      "token.expired": mint({ now: 1000 }),
      "token.bad_signature": mint({ signingKey: new Uint8Array(64) }),
      "token.wrong_key_id": mint({ keyId: "24734598-f050-4cbb-8b98-2dad6eaa260a" }),
      "token.malformed": "x",
      "token.missing": undefined,
    };
    for (const [code, token] of Object.entries(tokens)) {
      const response = await fetch(`/?KID=${keyId}`, { token, headers: adminHeader() });
      const body = await response.json();
      assert.deepEqual([body.Code, body.Status, response.status], [code, response.status, code === "token.allowed" ? 200 : 401]);
      assert.equal(body.PolicyId, policyId);
      assert.match(response.headers.get("keywicket-policy-age"), /^\d+$/);
      const { same, differences } = verifier.replay(body.Record, token);
      assert.deepEqual([same, differences], [true, []], code);
      assert.deepEqual(body.Decision.checks, body.Record.checks);
    }
    const limited = mint({ claims: maxUses });
    const explain = async () => (await fetch(`/?KID=${keyId}`, { token: limited, headers: adminHeader() })).json();
    assert.equal((await explain()).Code, "token.allowed");
    await fetch(`/?KID=${keyId}`, { token: limited });
    const exhausted = await explain();
    assert.equal(exhausted.Code, "token.uses_exhausted");
    assert.equal(verifier.replay(exhausted.Record, limited).same, true);
    const viewer = await fetch(`/?KID=${keyId}`, { headers: { "keywicket-admin": `Bearer ${mint()}` } });
    assert.deepEqual([viewer.status, (await viewer.json()).Error.Code], [401, "deliver.not_admin"]);
  });

  it("logs deliveries without keys and tokens", async () => {
    const { fetch, service, store } = await house();
    const token = mint();
    await fetch(`/?KID=${keyId}`, { token });
    await fetch(`/?KID=${keyId}`);
    await service.flush();
    const rows = await store.list({ from: "a/", to: "a/~", reverse: false, skip: 0, limit: 10 });
    const texts = rows.map(({ value }) => new TextDecoder().decode(value));
    assert.deepEqual(texts.map((text) => JSON.parse(text).entry.code), ["token.allowed", "token.missing"]);
    const secrets = [Buffer.from(clear).toString("hex"), Buffer.from(clear).toString("base64"), token.split(".")[2]];
    for (const text of texts) for (const needle of secrets) assert.ok(!text.includes(needle));
  });

  it("writes many deliveries to the log as they come, also where nothing waits until they are", async () => {
    const { fetch, store } = await house();
    // A little more than are written at once.
    for (let left = 2060; left > 0; left -= 1) await fetch(`/?KID=${keyId}`);
    const written = (await verifiedAudit(store)).length;
    assert.ok(written >= 2048, `${written} are written`);
  });

  it("writes each entry once, also where a commit failed after it was written", async () => {
    const { fetch, service, store } = await house();
    const commit = store.commit.bind(store);
    const failures = [];
    store.commit = async (batch) => {
      const how = failures.shift();
      const isWritten = how !== "before" && (await commit(batch));
      if (how !== undefined) throw new Error("the connection broke");
      return isWritten;
    };
    for (const round of [["before"], ["after"], ["before", "after", "after"], []]) {
      failures.push(...round);
      await fetch(`/?KID=${keyId}`);
      for (let tries = round.length + 1; tries > 0; tries -= 1) await service.flush();
    }
    assert.equal((await verifiedAudit(store)).length, 4);
    assert.equal(await store.count({ from: "b/", to: "b/~" }), 1);
  });

  it("tries again by itself what a store did not take", async (test) => {
    test.mock.timers.enable({ apis: ["setTimeout"] });
    const { fetch, store } = await house();
    const commit = store.commit.bind(store);
    let failures = 2;
    store.commit = async (batch) => {
      failures -= 1;
      if (failures >= 0) throw new Error("not now");
      return commit(batch);
    };
    await fetch(`/?KID=${keyId}`);
    for (let left = 3; left > 0; left -= 1) {
      assert.equal((await verifiedAudit(store)).length, 0);
      test.mock.timers.tick(2000);
      await new Promise(setImmediate);
    }
    assert.equal((await verifiedAudit(store)).length, 1);
  });

  it("writes all that waits and waits for what is being written, and counts what it had to drop", async () => {
    const { fetch, service, store } = await house();
    const commit = store.commit.bind(store);
    let open;
    const gate = new Promise((resolve) => {
      open = resolve;
    });
    let isBroken = true;
    store.commit = async (batch) => {
      if (isBroken) throw new Error("not now");
      await gate;
      return commit(batch);
    };
    const deliver = async (times) => {
      for (let left = times; left > 0; left -= 1) await fetch(`/?KID=${keyId}`);
    };
    const total = 22_000;
    await deliver(total);
    isBroken = false;
    const flushes = [service.flush(), service.flush()];
    await deliver(1);
    open();
    await flushes[1];
    const entries = await verifiedAudit(store);
    const dropped = entries.filter(({ action }) => action === "audit.dropped").map(({ count }) => count);
    assert.ok(dropped.length > 0 && dropped[0] > 0);
    assert.equal(entries.length - dropped.length + dropped.reduce((sum, count) => sum + count, 0), total + 1);
    await flushes[0];
    assert.equal((await verifiedAudit(store)).length, entries.length);
  });

  it("answers whatever happens", async () => {
    const broken = { method: "POST", duplex: "half", body: new ReadableStream({ pull: (controller) => controller.error(new Error("secret")) }) };
    const { fetch, service } = await house();
    const codeOf = async (response) => [response.status, (await response.json()).Error.Code];
    assert.deepEqual(await codeOf(await fetch("/ClearKey/", broken)), [400, "request.incomplete"]);
    const headers = { [Symbol.iterator]: () => { throw new Error("secret"); } };
    const odd = await service.fetch({ url: `https://keys.example/?KID=${keyId}`, method: "GET", body: null, headers });
    const text = await odd.text();
    assert.deepEqual([odd.status, JSON.parse(text).Error.Code], [500, "internal"]);
    assert.ok(!text.includes("secret"));
    // Whoever waits when the service ends is answered by it; whoever comes later, is answered as well.
    let end;
    const body = new ReadableStream({ start: (controller) => { end = () => controller.close(); } });
    const waiting = fetch("/ClearKey/", { method: "POST", body, duplex: "half" });
    service.dispose();
    end();
    assert.deepEqual(await codeOf(await waiting), [400, "clearkey.bad_request"]);
    assert.deepEqual(await codeOf(await fetch(`/?KID=${keyId}`)), [500, "internal"]);
  });

  it("wipes the key that WebCrypto unwrapped", async (test) => {
    const unwrapped = [];
    const decrypt = crypto.subtle.decrypt.bind(crypto.subtle);
    test.mock.method(crypto.subtle, "decrypt", async (...args) => {
      const buffer = await decrypt(...args);
      unwrapped.push(Buffer.from(buffer.slice()).toString("hex"), new Uint8Array(buffer));
      return buffer;
    });
    const { fetch } = await house({ cacheSeconds: 0 });
    const response = await fetch(`/?KID=${keyId}`, { token: mint() });
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), clear);
    const [was, is] = unwrapped.slice(-2);
    assert.equal(was, Buffer.from(clear).toString("hex"));
    assert.deepEqual(is, new Uint8Array(16));
  });

  it("fetches playlists of listed origins and no redirects", async () => {
    const asked = [];
    let pulled = 0;
    const endless = () =>
      new ReadableStream({
        pull(controller) {
          pulled += 1;
          controller.enqueue(new Uint8Array(65_536).fill(32));
          if (pulled === 16_384) controller.close();
        },
      });
    const fetchOne = async (url, init) => {
      asked.push([url, init.redirect]);
      if (url.includes("endless")) return new Response(endless(), { status: url.endsWith("error") ? 404 : 200 });
      if (url.endsWith("moved")) return new Response(null, { status: 302, headers: { location: "https://evil.example/" } });
      return new Response(`#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/?KID=${keyId}"\ns.ts\n`);
    };
    const { fetch } = await house({ playlistOrigins: ["https://media.example"], fetch: fetchOne });
    const get = (url) => fetch(`/playlist?url=${encodeURIComponent(url)}&token=a.b.c`);
    const response = await get("https://media.example/x/i.m3u8");
    assert.equal(
      await response.text(),
      `#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/?KID=${keyId}&token=a.b.c"\nhttps://media.example/x/s.ts\n`,
    );
    assert.equal(response.headers.get("content-type"), "application/vnd.apple.mpegurl");
    assert.equal((await get("https://media.example/moved")).status, 502);
    // 1 GB, which nobody takes to its end.
    for (const [name, most] of [["endless", 80], ["endless-error", 4]]) {
      pulled = 0;
      assert.equal((await get(`https://media.example/${name}`)).status, 502, name);
      assert.ok(pulled <= most, `${name}: ${pulled} pieces`);
    }
    asked.length = 2;
    assert.equal((await get("https://other.example/i.m3u8")).status, 403);
    assert.deepEqual(asked, [["https://media.example/x/i.m3u8", "manual"], ["https://media.example/moved", "manual"]]);
  });
});

describe("rewritePlaylist", () => {
  const options = { url: "https://media.example/a/i.m3u8", token: "x+y/z=", keyServers: ["https://keys.example"] };

  it("puts the token on the keys of the listed servers", () => {
    const text = '#EXTM3U\r\n#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/?KID=1"\r\n#EXT-X-KEY:METHOD=AES-128,URI="k"\r\ns.ts';
    const expected =
      '#EXTM3U\r\n#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example/?KID=1&token=x%2By%2Fz%3D"\r\n' +
      '#EXT-X-KEY:METHOD=AES-128,URI="https://media.example/a/k"\r\nhttps://media.example/a/s.ts';
    assert.equal(keywicket.rewritePlaylist(text, options), expected);
    const master = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8";
    const route = "https://keys.example/playlist";
    assert.equal(
      keywicket.rewritePlaylist(master, { ...options, route }),
      `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${route}?url=https%3A%2F%2Fmedia.example%2Fa%2Fv.m3u8&token=x%2By%2Fz%3D`,
    );
  });

  it("says what is wrong with its arguments", () => {
    const refused = (text, more) => {
      try {
        keywicket.rewritePlaylist(text, { ...options, ...more });
      } catch (error) {
        return [error.code, error.path];
      }
    };
    assert.deepEqual(refused("<html>"), ["playlist.not_a_playlist", "text"]);
    assert.deepEqual(refused("#EXTM3U", { url: "i.m3u8" }), ["argument.out_of_range", "options.url"]);
    assert.deepEqual(refused("#EXTM3U", { keyServers: ["keys"] }), ["argument.out_of_range", "options.keyServers[0]"]);
    assert.deepEqual(refused("#EXTM3U", { keyServers: undefined }), ["argument.missing", "options.keyServers"]);
    assert.deepEqual(refused("#EXTM3U", { servers: [] }), ["argument.unknown_member", "options.servers"]);
    assert.deepEqual(refused("#EXTM3U", { token: "" }), ["argument.out_of_range", "options.token"]);
  });
});
