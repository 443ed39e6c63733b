/** The tests of one runtime over one report. */

import { it } from "node:test";
import * as expect from "./expectations.mjs";

/** @param {() => object} report asked when the tests run */
export function suiteTests(report) {
  const part = (name) => {
    const { value, failure } = report()[name];
    if (failure) throw new Error(failure);
    return value;
  };
  it("creates keys", () => expect.assertCreate(part("flow")));
  it("links keys and policies", () => expect.assertLink(part("flow")));
  it("authorizes by JWT and SWT", () => expect.assertAuthorize(part("flow")));
  it("delivers, and refuses to", () => expect.assertDeliver(part("flow")));
  it("draws randomness and reads the clock", () => expect.assertFresh(part("flow")));
  it("refuses bad arguments with a code, a path and a sentence", () => expect.assertRefusals(part("refusals")));
  it("survives every value in every place", () => expect.assertHostile(part("hostile")));
  it("leaves no secret behind in memory", () => expect.assertSecrets(part("secrets")));
  it("keeps verifiers apart from what they were made from", () => expect.assertVerifier(part("verifier")));
  it("goes on after traps", () => expect.assertRecovery(part("recovery")));
}
