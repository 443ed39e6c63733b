/** The README's Worker with keywicket/edge, bundled as its author would and run in workerd. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { bundleWorker } from "../package/lib/bundle.mjs";
import { project } from "../package/lib/installed.mjs";
import { codeBelow } from "../package/lib/readme.mjs";
import { output } from "../package/lib/run.mjs";
import { serveWorker } from "../package/lib/workerd.mjs";

const KEY_ID = "339c45b5-fb6d-4bd9-994c-eabd9d41c95b";

/** Compiles a policy with the README's function, and mints a good and a late token. */
const PREPARE = `
import { edgeSecret } from "./compile.mjs";
import { buildTokenRestriction, generateVerificationKey, mintToken } from "keywicket";
const primaryVerificationKey = { kind: "symmetric", key: generateVerificationKey() };
const policy = { tokenType: "JWT", issuer: "https://issuer.example", audience: "urn:player", primaryVerificationKey };
const [good, late] = [{}, { now: 1_600_000_000 }].map((time) => mintToken(policy, { keyId: "${KEY_ID}", ...time }));
console.log(JSON.stringify({ secret: edgeSecret(buildTokenRestriction(policy)), good, late }));
`;

/** The origin, in the same Worker: a service binding is an object with \`fetch\`. */
const MAIN = `
import worker from "./edge.mjs";
const ORIGIN = { fetch: async () => new Response("the key") };
export default { fetch: (request, env) => worker.fetch(request, { ...env, ORIGIN }) };
`;

describe("the README's Worker at the edge", () => {
  it("lets a valid token through and says why it does not another", async (test) => {
    const { folder, packageFolder } = await project("edge-readme");
    const write = (name, text) => writeFileSync(join(folder, name), text);
    write("compile.mjs", codeBelow(packageFolder, "Where the policy is edited:"));
    write("edge.mjs", codeBelow(packageFolder, "In the Worker, here"));
    write("prepare.mjs", PREPARE);
    write("main.mjs", MAIN);
    const stdout = await output(process.execPath, [join(folder, "prepare.mjs")]);
    const { secret, good, late } = JSON.parse(stdout);

    const { code, modules } = await bundleWorker(folder, "main.mjs");
    const bindings = { POLICY: secret, KEY_ID };
    const server = await serveWorker({ texts: { "main.js": code }, modules, bindings, compatibilityDate: "2024-09-23" });
    test.after(server.stop);
    const ask = async (token) => {
      const response = await fetch(token === undefined ? server.address : `${server.address}?token=${encodeURIComponent(token)}`);
      return [response.status, await response.text()];
    };
    assert.deepEqual(await ask(good), [200, "the key"]);
    assert.deepEqual(await ask(late), [401, '{"Error":{"Code":"token.expired"}}']);
    assert.deepEqual(await ask(), [401, '{"Error":{"Code":"token.missing"}}']);
  });
});
