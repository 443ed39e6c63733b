/**
 * The facade: one thin function per public function. The core checks every argument; what is done here is only what
 * the core must not do (read the clock) or cannot (hold on to JavaScript objects). Code of the caller's objects is
 * run before the call where that is possible: an exception inside it costs a fresh instance.
 */

import { wrongType } from "./arguments.js";
import { withNow } from "./clock.js";
import { call } from "./engine.js";
import { jsonText } from "./json.js";
import { inspected } from "./mint.js";
import { deliverThrough } from "./verifier.js";

export { computeChecksumsInChunks, deriveContentKeysInChunks } from "./batch.js";
export {
  buildDeliveryConfiguration,
  buildFairPlayConfiguration,
  buildWidevineMessage,
  checkDeliveryPolicy,
  diffPolicies,
  encryptionState,
  fromV3,
  readDeliveryConfiguration,
  readFairPlayConfiguration,
  readWidevineMessage,
  toV3,
} from "./drm.js";
export { KeywicketError } from "./error.js";
export { decryptEnvelope, encryptEnvelope, StorageFiles } from "./files.js";
export { mintToken, mintTokenAsync } from "./mint.js";
export { OpenIdKeys } from "./openid.js";
export { appendAudit } from "./service/audit-rows.js";
export { IndexedDbStore } from "./service/indexeddb-store.js";
export { KeyService } from "./service/key-service.js";
export { MemoryStore } from "./service/memory-store.js";
export { compilePolicy, TokenVerifier } from "./verifier.js";
export { importPrivateKey, rebindContentKey, unwrapContentKey } from "./webcrypto.js";

export const CONTENT_KEY_IDENTIFIER_CLAIM = "urn:microsoft:azure:mediaservices:contentkeyidentifier";

export function versions() {
  return call((core) => ({ keywicket: core.crateVersion(), wasmBindgen: core.wasmBindgenVersion() }));
}

// ------------------------------------------------------------------------------------------------- create

export function describeKeyId(id) {
  return call((core) => core.describeKeyId(id));
}

export function describeEntityId(id) {
  return call((core) => core.describeEntityId(id));
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

export function diagnoseChecksum(stored) {
  return call((core) => core.diagnoseChecksum(stored));
}

export function computeChecksums(ids, keys, options) {
  return call((core) => core.computeChecksums(ids, keys, options));
}

export function generateKeySeed() {
  return call((core) => core.generateKeySeed());
}

export function deriveContentKey(seed, id) {
  return call((core) => core.deriveContentKey(seed, id));
}

export function deriveContentKeys(seed, ids) {
  return call((core) => core.deriveContentKeys(seed, ids));
}

export function readProtectionCertificate(certificate, options) {
  const timed = withNow(options);
  return call((core) => core.readProtectionCertificate(certificate, timed));
}

export function certificatePublicKey(certificate) {
  return call((core) => core.certificatePublicKey(certificate));
}

export function wrapContentKey(key, certificate, options) {
  return call((core) => core.wrapContentKey(key, certificate, options));
}

export function lintContentKeyEntity(entity) {
  const json = typeof entity === "string" ? entity : jsonText(entity, "entity");
  return call((core) => core.lintContentKeyEntity(json));
}

export function encryptConfiguration(input) {
  return call((core) => core.encryptConfiguration(input));
}

export function decryptConfiguration(input) {
  return call((core) => core.decryptConfiguration(input));
}

// --------------------------------------------------------------------------------------------------- link

export function generateVerificationKey(length) {
  return call((core) => core.generateVerificationKey(length));
}

export function buildTokenRestriction(restriction, options) {
  return call((core) => core.buildTokenRestriction(restriction, options));
}

export function readTokenRestriction(xml, options) {
  return call((core) => core.readTokenRestriction(xml, options));
}

export function lintTokenRestriction(restriction) {
  return call((core) => core.lintTokenRestriction(restriction));
}

export function verificationKeyFromJwk(jwk) {
  const json = jsonText(jwk, "jwk");
  return call((core) => core.verificationKeyFromJwk(json));
}

export function diagnoseVerificationKey(input) {
  return call((core) => core.diagnoseVerificationKey(input));
}

export function planRollover(times) {
  const timed = withNow(times);
  return call((core) => core.planRollover(timed));
}

export function checkRollover(steps, times) {
  call((core) => core.checkRollover(steps, times));
}

export function buildPlayReadyLicenseTemplate(template) {
  return call((core) => core.buildPlayReadyLicenseTemplate(template));
}

export function readPlayReadyLicenseTemplate(xml, options) {
  return call((core) => core.readPlayReadyLicenseTemplate(xml, options));
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

export function readCreatedResponse(body) {
  // As it came: the members of an entity keep their order, and a member that stands twice is seen.
  const json = typeof body === "string" ? body : jsonText(body, "body");
  return call((core) => core.readCreatedResponse(json));
}

// ---------------------------------------------------------------------------------------------- authorize

export function extractToken(source) {
  // Its headers are not looked at, and a second token in them would go unseen.
  if (typeof Request !== "undefined" && source instanceof Request) {
    throw wrongType("source", "{ authorization, url, playReadyCustomData }, not a Request");
  }
  return call((core) => core.extractToken(source));
}

export function inspectToken(token) {
  return inspected(call((core) => core.inspectToken(token)));
}

export function lintKeySet(jwks) {
  const json = typeof jwks === "string" ? jwks : jsonText(jwks, "jwks");
  return call((core) => core.lintKeySet(json));
}

// ------------------------------------------------------------------------------------------------ deliver

export function keyDeliveryUrl(root, delivery, keyId, options) {
  return call((core) => core.keyDeliveryUrl(root, delivery, keyId, options));
}

export function keyIdOfUrl(url) {
  return call((core) => core.keyIdOfUrl(url));
}

export function deliverKey(gate, token, key, options) {
  return deliverThrough(gate, token, key, options);
}

export function rewritePlaylist(text, options) {
  return call((core) => core.rewritePlaylist(text, options));
}
