// What the tests of the decision lab have in common.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { sentPolicy, text, verdict } from "./harness.mjs";

export const CLAIM = "urn:microsoft:azure:mediaservices:contentkeyidentifier";
export const seconds = () => Math.floor(Date.now() / 1000);
const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
export const decoded = (token) => token.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));

/** A JWT for the page's policy and key, made by other means than the product's. */
export async function ownToken(page, changes = {}) {
  const policy = await sentPolicy(page);
  const claims = { iss: policy.issuer, aud: policy.audience, [CLAIM]: await text(page, "#fact-guid"), exp: seconds() + 600, ...changes };
  const signed = `${base64url({ alg: "HS256", typ: "JWT" })}.${base64url(claims)}`;
  return `${signed}.${createHmac("sha256", Buffer.from(policy.verificationKey, "base64")).update(signed).digest("base64url")}`;
}

export async function refused(page, code) {
  const found = await verdict(page);
  assert.equal(found.code, code);
  assert.equal(found.state, "refused");
  return found;
}
export const allowed = async (page) => assert.equal((await verdict(page)).code, "token.allowed");

/** The state of each key of the ladder. */
export const ladder = (page) =>
  page.locator("#ladder li").evaluateAll((keys) => keys.map(({ dataset }) => `${dataset.key} ${dataset.state}`));
