/** What the tests of OpenIdKeys in Node share. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { project } from "./installed.mjs";

const { packageFolder } = await project("openid");
/** Where the package's files are. */
export const PACKAGE = pathToFileURL(join(packageFolder, "dist/"));
export const { OpenIdKeys } = await import(new URL("openid.js", PACKAGE));

export const HOUR = 3600;
export const DAY = 86_400;

export const down = () => Promise.reject(new TypeError("fetch failed"));
export const never = () => new Promise(() => undefined);
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** Long enough for what waits for nothing. */
export const settled = () => pause(5);

/** The timers that run in this process. */
export const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

/** Rejected with that code, at that path, with a message that says where, and without leaving a timer. */
export async function refusal(promise, code, path) {
  const error = await promise.then(
    () => assert.fail("not refused"),
    (thrown) => thrown,
  );
  assert.deepEqual([error.name, error.code, error.path], ["KeywicketError", code, path], error.message);
  assert.ok(error.message.includes(`(at ${path})`), error.message);
  assert.equal(timers(), 0, "timers left");
  return error;
}
