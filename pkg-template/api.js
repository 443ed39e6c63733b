/**
 * The facade: one thin function per public function. The core checks every argument; what is done here is only what
 * the core must not do (read the clock) or cannot (hold on to JavaScript objects). Code of the caller's objects is
 * run before the call where that is possible: an exception inside it costs a fresh instance.
 */

import { withNow } from "./clock.js";
import { call } from "./engine.js";
import { jsonText } from "./json.js";
import { deliverThrough } from "./verifier.js";

export { KeywicketError } from "./error.js";
export { TokenVerifier } from "./verifier.js";

export const CONTENT_KEY_IDENTIFIER_CLAIM = "urn:microsoft:azure:mediaservices:contentkeyidentifier";

export function versions() {
  return call((core) => ({ keywicket: core.crateVersion(), wasmBindgen: core.wasmBindgenVersion() }));
}

// ------------------------------------------------------------------------------------------------- create

export function describeKeyId(id) {
  return call((core) => core.describeKeyId(id));
}

export function generateContentKey(spec) {
  return call((core) => core.generateContentKey(spec));
}

export function importContentKey(key) {
  return call((core) => core.importContentKey(key));
}

export function computeChecksum(id, key) {
  return call((core) => core.computeChecksum(id, key));
}

export function readProtectionCertificate(certificate, options) {
  const timed = withNow(options);
  return call((core) => core.readProtectionCertificate(certificate, timed));
}

export function wrapContentKey(key, certificate, options) {
  return call((core) => core.wrapContentKey(key, certificate, options));
}

// --------------------------------------------------------------------------------------------------- link

export function generateVerificationKey(length) {
  return call((core) => core.generateVerificationKey(length));
}

export function buildTokenRestriction(restriction, options) {
  return call((core) => core.buildTokenRestriction(restriction, options));
}

export function readTokenRestriction(xml) {
  return call((core) => core.readTokenRestriction(xml));
}

export function createEntityRequest(root, set, entity) {
  // Entities cross as text, so that their members keep their order.
  const json = jsonText(entity, "entity");
  return call((core) => core.createEntityRequest(root, set, json));
}

export function linkEntitiesRequest(root, from, navigation, to) {
  return call((core) => core.linkEntitiesRequest(root, from, navigation, to));
}

export function updateEntityRequest(root, entity, changes) {
  const json = jsonText(changes, "changes");
  return call((core) => core.updateEntityRequest(root, entity, json));
}

// ---------------------------------------------------------------------------------------------- authorize

export function mintToken(policy, options) {
  const timed = withNow(options);
  return call((core) => core.mintToken(policy, timed));
}

// ------------------------------------------------------------------------------------------------ deliver

export function deliverKey(gate, token, key, options) {
  return deliverThrough(gate, token, key, options);
}
