/** The Worker of the package before it answers anything: its variables, its accounts, and what it says of wrong ones. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serveKeys } from "../package/lib/key-server.mjs";
import { fixture } from "../package/lib/keys.mjs";

const PATH = "?KID=339c45b5-fb6d-4bd9-994c-eabd9d41c95b";
/** Stands for whatever must not be told. */
const SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQ=";

/** By what is wrong: variables, and the line in the log. */
const WRONG = {
  "a policy that is no XML": [{ ADMIN_POLICY: `<Token${SECRET}` }, /^keywicket: ADMIN_POLICY is wrong: xml\.\w+( \(line 1\))?$/m],
  "a policy that is no JSON": [{ ADMIN_POLICY: `{"${SECRET}` }, /^keywicket: ADMIN_POLICY is wrong: worker\.not_json$/m],
  "a policy of another kind": [{ ADMIN_POLICY: `<a>${SECRET}</a>` }, /^keywicket: ADMIN_POLICY is wrong: [\w.]+( \(line \d+\))?$/m],
  "a certificate that is none": [{ PROTECTION_CERTIFICATE: SECRET, PROTECTION_KEY: "" }, /^keywicket: PROTECTION_CERTIFICATE is wrong: [\w.]+$/m],
  "a key without its certificate": [{ PROTECTION_CERTIFICATE: "" }, /^keywicket: PROTECTION_CERTIFICATE is wrong: argument\.missing$/m],
  "a key that is none": [{ PROTECTION_KEY: SECRET }, /^keywicket: PROTECTION_KEY is wrong: unwrap\.bad_private_key$/m],
  "a key that is not base64": [{ PROTECTION_KEY: `${SECRET}!` }, /^keywicket: PROTECTION_KEY is wrong: [\w.]+$/m],
  "the key of another certificate": [
    { PROTECTION_KEY: fixture("recipient.key.pem").toString() },
    /^keywicket: PROTECTION_KEY is wrong: worker\.other_certificate$/m,
  ],
  "a previous certificate that is none": [
    { PREVIOUS_PROTECTION_CERTIFICATE: SECRET },
    /^keywicket: PREVIOUS_PROTECTION_CERTIFICATE is wrong: [\w.]+$/m,
  ],
  "seconds that are no number": [{ CACHE_SECONDS: "1m" }, /^keywicket: CACHE_SECONDS is wrong: argument\.wrong_type$/m],
  "too many seconds": [{ CACHE_SECONDS: "901" }, /^keywicket: CACHE_SECONDS is wrong: argument\.out_of_range$/m],
  "a limit without measure": [{ SCAN_LIMIT: "10000000" }, /^keywicket: SCAN_LIMIT is wrong: argument\.out_of_range$/m],
  "an address from what every object has": [{ CLIENT_ADDRESS: "constructor" }, /^keywicket: CLIENT_ADDRESS is wrong: argument\.out_of_range$/m],
  "an address from elsewhere": [{ CLIENT_ADDRESS: "x-forwarded-for" }, /^keywicket: CLIENT_ADDRESS is wrong: argument\.out_of_range$/m],
};

async function withServer(bindings, main, use) {
  const server = await serveKeys(bindings, main);
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

const status = async (address, headers) => (await fetch(address + PATH, { headers })).status;

describe("a key server in workerd", () => {
  for (const [name, [bindings, line]] of Object.entries(WRONG)) {
    it(`says which variable is wrong, and not what is in it: ${name}`, () =>
      withServer(bindings, undefined, async ({ address, log }) => {
        for (const path of [PATH, "api/Assets"]) {
          const response = await fetch(address + path);
          const text = await response.text();
          assert.deepEqual([response.status, JSON.parse(text).Error.Code], [500, "worker.misconfigured"], text + log());
          assert.equal(response.headers.get("cache-control"), "no-store");
          assert.doesNotMatch(text, /[A-Z]+_[A-Z]+/, "not even the variable is told to whoever asks");
        }
        assert.match(log(), line);
        assert.equal(log().match(/keywicket:/g).length, 1, "one line, however many requests");
        for (const secret of [SECRET, ...fixture("recipient.key.pem").toString().split("\n").slice(1, 4)]) {
          assert.ok(!log().includes(secret));
        }
      }));
  }

  it("is set up by its variables, and by as few of them as somebody likes", async () => {
    const many = {
      PROTECTION_KEY: fixture("rsa-2048.key.pem").toString().replaceAll(/-----[^-]+-----|\s/g, ""),
      PREVIOUS_PROTECTION_CERTIFICATE: fixture("recipient.cert.pem").toString(),
      PREVIOUS_PROTECTION_KEY: fixture("recipient.key.pem").toString(),
      DELIVERY_HOSTS: "keys.example, keys2.example",
      ALLOWED_ORIGINS: "https://player.example",
      OPENID_HOSTS: "login.example.com",
      CACHE_SECONDS: "0",
      CLIENT_ADDRESS: "cf-connecting-ip",
    };
    for (const bindings of [many, { ADMIN_POLICY: "", PROTECTION_CERTIFICATE: "", PROTECTION_KEY: "" }]) {
      await withServer(bindings, undefined, async ({ address, log }) => {
        assert.ok((await status(address)) < 500, log());
        assert.doesNotMatch(log(), /keywicket/);
      });
    }
  });

  it("says that its binding is missing", () =>
    withServer(
      {},
      `import server from "keywicket/worker";
       export { KeyAccount } from "keywicket/worker";
       export default { fetch: (request, env, context) => server.fetch(request, { ...env, KEYS: undefined }, context) };`,
      async ({ address, log }) => {
        assert.equal(await status(address), 500);
        assert.match(log(), /^keywicket: KEYS is wrong: worker\.no_binding$/m);
      },
    ));

  it("serves the accounts it is told of, each by its own settings, and no others", () =>
    withServer(
      {},
      `import { createWorker, settingsFromEnvironment } from "keywicket/worker";
       export { KeyAccount } from "keywicket/worker";
       export default createWorker({
         account: (request) => {
           const name = request.headers.get("x-account") ?? undefined;
           if (name === "unreadable") throw new Error("${SECRET}");
           return name;
         },
         settings: async (account, env) => {
           if (account === "broken") throw new Error("${SECRET}");
           return settingsFromEnvironment(account, env);
         },
       });`,
      async ({ address, log }) => {
        assert.equal(await status(address), 404);
        assert.ok((await status(address, { "x-account": "one" })) < 500, log());
        assert.equal(await status(address, { "x-account": "broken" }), 500);
        assert.equal(await status(address, { "x-account": "a".repeat(201) }), 500);
        const unreadable = await fetch(address + PATH, { headers: { "x-account": "unreadable" } });
        assert.deepEqual([unreadable.status, (await unreadable.json()).Error.Code], [500, "worker.misconfigured"]);
        assert.ok((await status(address, { "x-account": "one" })) < 500, "one account's mistake is not another's");
        assert.ok(!log().includes(SECRET));
      },
    ));

  it("answers a request that waits for its body while its account gives way to a hundred others", () =>
    withServer(
      {},
      `import { createWorker } from "keywicket/worker";
       export { KeyAccount } from "keywicket/worker";
       export default createWorker({ account: (request) => request.headers.get("x-account"), settings: () => ({}) });`,
      async ({ address, log }) => {
        let end;
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode("{"));
            end = () => controller.close();
          },
        });
        const waiting = fetch(`${address}ClearKey/`, { method: "POST", body, duplex: "half", headers: { "x-account": "waiting" } });
        for (let account = 0; account < 110; account += 1) {
          assert.equal(await status(address, { "x-account": String(account) }), 404, log());
        }
        end();
        const answer = await waiting;
        assert.deepEqual([answer.status, (await answer.json()).Error.Code], [400, "clearkey.bad_request"]);
      },
    ));
});
