/**
 * Licence templates, delivery policies and v3 policies. What is JSON on the wire crosses as text, so that its members keep
 * their order, and comes back parsed.
 */

import { wrongType } from "./arguments.js";
import { call } from "./engine.js";
import { KeywicketError } from "./error.js";
import { jsonText } from "./json.js";

const MOST_OPTIONS = 4096;

export function buildWidevineMessage(message) {
  const json = jsonText(message, "message");
  return call((core) => core.buildWidevineMessage(json));
}

export function readWidevineMessage(json) {
  const { message, findings } = call((core) => core.readWidevineMessage(json));
  return { message: JSON.parse(message), findings };
}

export function buildFairPlayConfiguration(configuration) {
  return call((core) => core.buildFairPlayConfiguration(configuration));
}

export function readFairPlayConfiguration(json) {
  return call((core) => core.readFairPlayConfiguration(json));
}

export function buildDeliveryConfiguration(configuration) {
  if (typeof configuration !== "object" || configuration === null || Array.isArray(configuration)) {
    throw wrongType("configuration", "an object");
  }
  const entries = Object.entries(configuration).filter(([, value]) => value !== undefined);
  return call((core) => core.buildDeliveryConfiguration(entries));
}

export function readDeliveryConfiguration(json) {
  return call((core) => core.readDeliveryConfiguration(json));
}

export function checkDeliveryPolicy(policy) {
  call((core) => core.checkDeliveryPolicy(policy));
}

export function encryptionState(asset) {
  return call((core) => core.encryptionState(asset));
}

export function toV3(policyOptions, options) {
  const json = policyText(policyOptions, "policyOptions");
  const { policy, findings } = call((core) => core.toV3(json, options));
  return { policy: JSON.parse(policy), findings };
}

export function fromV3(policy, options) {
  const json = policyText(policy, "policy");
  const converted = call((core) => core.fromV3(json, options));
  converted.options = converted.options.map((option) => JSON.parse(option));
  return converted;
}

export function diffPolicies(before, after) {
  const texts = [policyText(before, "before"), policyText(after, "after")];
  return call((core) => core.diffPolicies(...texts));
}

/** JSON text as it is, an object as its text, a list as the texts of its objects. */
function policyText(value, path) {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return jsonText(value, path);
  if (value.length > MOST_OPTIONS) {
    const message = `${value.length} items; at most ${MOST_OPTIONS} are read (at ${path})`;
    throw new KeywicketError("argument.too_long", message, { path });
  }
  const items = value.map((item, index) => jsonText(item, `${path}[${index}]`));
  return `[${items.join(",")}]`;
}
