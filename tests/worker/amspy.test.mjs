/** A client of the old service that nobody here wrote, unchanged, against the Worker in workerd. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { output } from "../package/lib/run.mjs";
import { startKeyServer } from "./key-server.mjs";

const WALK = fileURLToPath(new URL("amspy/walk.py", import.meta.url));

describe("amspy", () => {
  let server;
  let steps;
  before(async () => {
    // The entry host answers with 301, as media.windows.net did; amspy follows it by hand.
    server = await startKeyServer({ settings: (port) => ({ ENTRY_HOSTS: `127.0.0.1:${port}`, API_ROOT: `http://localhost:${port}/api/` }) });
    const key = server.contentKey();
    const said = await output("python3", [WALK], {
      env: {
        ENTRY: `http://127.0.0.1:${server.port}/API`,
        ROOT: `http://localhost:${server.port}/api/`,
        TOKEN: server.adminToken(),
        WRAPPED: JSON.stringify(key.entity),
      },
    });
    const lines = said.trim().split("\n").map((line) => JSON.parse(line));
    steps = Object.fromEntries(lines.map(({ step, ...answer }) => [step, answer]));
  });
  after(() => server?.stop());

  it("creates an asset, a policy, an option; a key is posted", () => {
    for (const step of ["create asset", "create policy", "create option", "create key"]) {
      assert.equal(steps[step].status, 201, JSON.stringify(steps[step]));
    }
    assert.match(steps["create asset"].body.d.Id, /^nb:cid:UUID:/);
    assert.equal(steps["create asset"].body.d.Name, "episode 1");
    assert.equal(steps["create asset"].body.d.Options, 0);
  });

  it("links them and puts the policy on the key", () => {
    for (const step of ["link key", "link option", "add policy"]) {
      assert.equal(steps[step].status, 204, JSON.stringify(steps[step]));
    }
    assert.equal(steps["get key"].body.d.AuthorizationPolicyId, steps["create policy"].body.d.Id);
    // What was not in the PUT is as it was.
    assert.equal(steps["get key"].body.d.EncryptedContentKey, steps["create key"].body.d.EncryptedContentKey);
  });

  it("asks for the delivery URL", () => {
    const { status, body } = steps["delivery url"];
    assert.equal(status, 200, JSON.stringify(body));
    const guid = steps["create key"].body.d.Id.slice(-36);
    assert.equal(Object.values(body.d)[0], `http://localhost:${server.port}/?KID=${guid}`);
  });

  it("lists what there is", () => {
    for (const [list, made] of [
      ["list assets", "create asset"],
      ["list keys", "create key"],
      ["list policies", "create policy"],
      ["list options", "create option"],
    ]) {
      const ids = steps[list].body.d.results.map(({ Id }) => Id);
      assert.deepEqual(ids, [steps[made].body.d.Id], list);
    }
  });

  it("is told what is not served", () => {
    assert.equal(steps["list jobs"].status, 404);
    assert.match(steps["list jobs"].body.error.message.value, /Assets, ContentKeys/);
  });

  it("deletes all of it", () => {
    for (const step of ["delete asset", "delete key", "delete policy", "delete option"]) {
      assert.equal(steps[step].status, 204, JSON.stringify(steps[step]));
    }
    assert.equal(steps["get gone"].status, 404);
    assert.deepEqual(steps["list left"].body.d.results, []);
  });
});
