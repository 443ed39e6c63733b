/**
 * The README's key server, from nothing to sixteen bytes, as printed; and accounts that do not see each other.
 */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { project } from "../package/lib/installed.mjs";
import { serveKeys } from "../package/lib/key-server.mjs";
import { codeBelow } from "../package/lib/readme.mjs";
import { output } from "../package/lib/run.mjs";
import { packageModules, serveWorker } from "../package/lib/workerd.mjs";

/** The one line of the README's shell that makes the certificate. */
function openssl(packageFolder) {
  const [line] = /^openssl req .*$/m.exec(readFileSync(join(packageFolder, "README.md"), "utf8"));
  return ["-c", line];
}

describe("the README's key server", () => {
  it("goes from nothing to the sixteen bytes of the first key", async (test) => {
    const { folder, packageFolder } = await project("key-server");
    const write = (name, text) => writeFileSync(join(folder, name), text);
    write("admin.mjs", codeBelow(packageFolder, "Who may manage:"));
    write("first-key.mjs", codeBelow(packageFolder, "Keep `protection.key.pem`"));
    await output("sh", openssl(packageFolder), { cwd: folder });
    const token = (await output(process.execPath, ["admin.mjs"], { cwd: folder })).trim();
    const read = (name) => readFileSync(join(folder, name), "utf8");
    const server = await serveWorker({
      texts: { "main.js": codeBelow(packageFolder, "A project, with the Worker in") },
      modules: await packageModules("keywicket/worker"),
      bindings: {
        ADMIN_POLICY: read("admin-policy.xml"),
        PROTECTION_CERTIFICATE: read("protection.cert.pem"),
        PROTECTION_KEY: read("protection.key.pem"),
      },
      durableObjects: { KEYS: "KeyAccount" },
      compatibilityDate: "2026-10-01",
    });
    test.after(server.stop);
    const env = { SERVER: server.address.slice(0, -1), TOKEN: token };
    const printed = await output(process.execPath, ["first-key.mjs"], { cwd: folder, env });
    const keys = [];
    for (let time = 0; time < 2; time += 1) {
      const response = await fetch(printed.trim());
      assert.equal(response.headers.get("content-type"), "application/octet-stream");
      keys.push(Buffer.from(await response.arrayBuffer()).toString("hex"));
      // The second time from disk, by another process.
      await server.stop();
      await server.restart();
    }
    assert.equal(keys[0].length, 32);
    assert.equal(keys[0], keys[1]);
    const next = (await output(process.execPath, ["admin.mjs"], { cwd: folder })).trim();
    const assets = await fetch(`${env.SERVER}/api/Assets`, { headers: { authorization: `Bearer ${next}` } });
    assert.equal(assets.status, 200, "a token of the policy that is already there");
    assert.equal((await fetch(`${env.SERVER}/api/Assets`)).status, 401);
  });
});

describe("accounts", () => {
  it("do not see each other", async (test) => {
    const main = `import { createWorker } from "keywicket/worker";
      import { settingsFromEnvironment } from "keywicket/worker";
      export { KeyAccount } from "keywicket/worker";
      export default createWorker({ account: (request) => request.headers.get("x-tenant") ?? "default", settings: settingsFromEnvironment });`;
    const server = await serveKeys({}, main);
    test.after(server.stop);
    const policyId = await server.manager.policy();
    const { id, key } = await server.manager.key(server.certificate, policyId);
    const mine = await fetch(`${server.address}?KID=${id}`);
    assert.deepEqual(Buffer.from(await mine.arrayBuffer()), key);
    const theirs = await fetch(`${server.address}?KID=${id}`, { headers: { "x-tenant": "other" } });
    assert.ok([401, 403, 404].includes(theirs.status), String(theirs.status));
    assert.ok(!Buffer.from(await theirs.arrayBuffer()).includes(key));
  });

  it("deliver what was wrapped to the certificate before", async (test) => {
    const read = (name) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8");
    const previous = read("recipient.cert.pem");
    const server = await serveKeys({ PREVIOUS_PROTECTION_CERTIFICATE: previous, PREVIOUS_PROTECTION_KEY: read("recipient.key.pem") });
    test.after(server.stop);
    const policyId = await server.manager.policy();
    const { id, key } = await server.manager.key(previous, policyId);
    const response = await fetch(`${server.address}?KID=${id}`);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), key);
  });
});
