/**
 * Bad arguments, and what each must be answered with: one table for every runtime. `path` is the argument and member as
 * the types name them; `says` is what the sentence must mention for its reader to be able to act.
 */

import { contentKey, counting, KEY_ID, NOW, restriction, ROOT } from "./inputs.mjs";

const request = { keyId: KEY_ID, now: NOW };
const asset = { set: "Assets", id: "nb:cid:UUID:0d1f5d6a-0d7e-4f0c-9b4f-6b3c5b6f6c11" };
const template = (inside) => `<TokenRestrictionTemplate${inside}`;

export const cases = [
  // ids
  refuse("id.empty", "id", /GUID|empty/, "an empty id", (k) => k.describeKeyId("")),
  refuse("id.not_a_guid", "id", /GUID/, "an id without GUID", (k) => k.describeKeyId("nb:kid:UUID:zz")),
  refuse("id.wrong_prefix", "id", /nb:kid:UUID:/, "another entity's id", (k) => k.describeKeyId(asset.id)),
  refuse("id.not_a_guid", "key.id", /GUID/, "a key with a bad id", (k) =>
    k.importContentKey({ ...contentKey(), id: "zz" }),
  ),
  refuse("id.all_zero", "key.id", /zero/, "the id of all zeros", (k) =>
    k.importContentKey({ ...contentKey(), id: "00000000-0000-0000-0000-000000000000" }),
  ),
  refuse("argument.wrong_type", "id", /string|text/, "a number as id", (k) => k.describeKeyId(7)),
  refuse("argument.missing", "id", /id/, "no id at all", (k) => k.describeKeyId()),

  // key lengths and types
  refuse("key.wrong_length", "key", /16/, "a checksum key of 15 bytes", (k) => k.computeChecksum(KEY_ID, counting(15))),
  refuse("key.wrong_length", "key", /16/, "an empty checksum key", (k) => k.computeChecksum(KEY_ID, new Uint8Array())),
  refuse("key.wrong_length", "key.key", /16/, "an envelope key of 32 bytes", (k) =>
    k.importContentKey({ ...contentKey(), key: counting(32) }),
  ),
  refuse("key.wrong_length", "key.key", /32/, "a storage key of 16 bytes", (k) =>
    k.importContentKey({ ...contentKey(), type: "StorageEncryption" }),
  ),
  refuse("key.wrong_length", "key.key", /16/, "wrapping a key of 17 bytes", (k, f) =>
    k.wrapContentKey({ ...contentKey(), key: counting(17) }, f.rsaCertificate),
  ),
  refuse("key.unknown_type", "key.type", /EnvelopeEncryption/, "a key type that is none", (k) =>
    k.importContentKey({ ...contentKey(), type: "Envelope" }),
  ),
  refuse("key.unknown_type", "spec.type", /EnvelopeEncryption/, "generating a type that is none", (k) =>
    k.generateContentKey({ type: "aes" }),
  ),
  refuse("argument.out_of_range", "length", /16.*1024/, "a verification key of 15 bytes", (k) =>
    k.generateVerificationKey(15),
  ),
  refuse("argument.out_of_range", "length", /16.*1024/, "a verification key of a gigabyte", (k) =>
    k.generateVerificationKey(1e9),
  ),
  refuse("argument.wrong_type", "length", /number/, "a length in words", (k) => k.generateVerificationKey("64")),

  // certificates
  refuse("certificate.not_a_certificate", "certificate", /certificate/, "bytes that are no DER", (k) =>
    k.readProtectionCertificate(counting(3)),
  ),
  refuse("certificate.not_a_certificate", "certificate", /certificate/, "base64 of something else", (k) =>
    k.readProtectionCertificate("bm90IGEgY2VydGlmaWNhdGU="),
  ),
  refuse("certificate.not_a_certificate", "certificate", /base64/, "a certificate in no known form", (k) =>
    k.readProtectionCertificate("§§§§"),
  ),
  refuse("certificate.not_rsa", "certificate", /RSA/, "an EC certificate, read", (k, f) =>
    k.readProtectionCertificate(f.ecCertificate),
  ),
  refuse("certificate.not_rsa", "certificate", /RSA/, "an EC certificate, wrapped to", (k, f) =>
    k.wrapContentKey(contentKey(), f.ecCertificate),
  ),
  refuse("certificate.not_a_certificate", "certificate", /certificate/, "half a certificate", (k, f) =>
    k.readProtectionCertificate(f.rsaCertificate.slice(0, 400)),
  ),
  ...noBytes("certificate", (k, value) => k.readProtectionCertificate(value), { textIsFine: true }),

  // bytes, wherever they are asked for
  ...noBytes("key", (k, value) => k.computeChecksum(KEY_ID, value)),
  ...noBytes("key.key", (k, value) => k.importContentKey({ ...contentKey(), key: value })),
  ...noBytes("key.key", (k, value, f) => k.wrapContentKey({ ...contentKey(), key: value }, f.rsaCertificate)),
  ...noBytes("restriction.primaryVerificationKey.key", (k, value) => k.buildTokenRestriction(withKey(value))),
  ...noBytes("policy.primaryVerificationKey.key", (k, value) => new k.TokenVerifier(withKey(value))),
  ...noBytes("policy.alternateVerificationKeys[1].key", (k, value) => new k.TokenVerifier(withAlternate(value))),
  ...noBytes("options.signingKey", (k, value) => k.mintToken(restriction("JWT"), { ...request, signingKey: value })),
  ...noBytes("key.key", (k, value) =>
    k.deliverKey(new k.TokenVerifier(restriction("JWT")), "", { ...contentKey(), key: value }),
  ),

  // members nobody reads
  ...unknownMembers("spec", (k, extra) => k.generateContentKey({ type: "EnvelopeEncryption", ...extra })),
  ...unknownMembers("key", (k, extra) => k.importContentKey({ ...contentKey(), ...extra })),
  ...unknownMembers("options", (k, extra, f) => k.readProtectionCertificate(f.rsaCertificate, { ...extra })),
  ...unknownMembers("options", (k, extra, f) => k.wrapContentKey(contentKey(), f.rsaCertificate, { ...extra })),
  ...unknownMembers("restriction", (k, extra) => k.buildTokenRestriction({ ...restriction("JWT"), ...extra })),
  ...unknownMembers("options", (k, extra) => k.buildTokenRestriction(restriction("JWT"), { ...extra })),
  ...unknownMembers(
    "policy.requiredClaims[0]",
    (k, extra) => new k.TokenVerifier({ ...restriction("JWT"), requiredClaims: [{ type: "a", ...extra }] }),
  ),
  ...unknownMembers("options", (k, extra) => new k.TokenVerifier(restriction("JWT"), { ...extra })),
  ...unknownMembers("request", (k, extra) =>
    new k.TokenVerifier(restriction("JWT")).check("", { ...request, ...extra }),
  ),
  ...unknownMembers("request", (k, extra) =>
    new k.TokenVerifier(restriction("JWT")).explain("", { ...request, ...extra }),
  ),
  ...unknownMembers("options", (k, extra) => k.mintToken(restriction("JWT"), { ...request, ...extra })),
  ...unknownMembers("options", (k, extra) =>
    k.deliverKey(new k.TokenVerifier(restriction("JWT")), "", contentKey(), { ...extra }),
  ),
  ...unknownMembers("from", (k, extra) =>
    k.linkEntitiesRequest(ROOT, { ...asset, ...extra }, "ContentKeys", { set: "ContentKeys", id: KEY_ID }),
  ),

  // templates
  refuse("xml.malformed", undefined, /XML/, "a template that is not XML", (k) =>
    k.readTokenRestriction("no angle bracket"),
  ),
  refuse("xml.empty", undefined, /empty/, "an empty template", (k) => k.readTokenRestriction("")),
  refuse("xml.dtd_refused", undefined, /DTD|DOCTYPE|document type/i, "a template with a DTD", (k) =>
    k.readTokenRestriction(`<!DOCTYPE x>${template("/>")}`),
  ),
  refuse("token_restriction.wrong_root", "a", /TokenRestrictionTemplate/, "another document", (k) =>
    k.readTokenRestriction("<a/>"),
  ),
  refuse("xml.malformed", undefined, /XML/, "a policy that is not XML", (k) => new k.TokenVerifier("no angle bracket")),
  refuse("xml.too_large", undefined, /262144|256/, "a template of half a megabyte", (k) =>
    k.readTokenRestriction(template(`>${" ".repeat(500_000)}</TokenRestrictionTemplate>`)),
  ),
  refuse("argument.too_long", "xml", /1048576/, "a template of 8 MB", (k) =>
    k.readTokenRestriction(template(`>${" ".repeat(8_000_000)}</TokenRestrictionTemplate>`)),
  ),
  refuse(
    "token_restriction.no_key_and_no_discovery",
    "restriction.primaryVerificationKey",
    /verification key/,
    "a policy without a key",
    (k) => k.buildTokenRestriction({ ...restriction("JWT"), primaryVerificationKey: undefined }),
  ),
  refuse("token_restriction.not_an_absolute_uri", "restriction.issuer", /URI/, "an SWT issuer that is no URI", (k) =>
    k.buildTokenRestriction({ ...restriction("SWT"), issuer: "me" }),
  ),
  refuse("argument.out_of_range", "restriction.tokenType", /JWT/, "a token type that is none", (k) =>
    k.buildTokenRestriction({ ...restriction("JWT"), tokenType: "SAML" }),
  ),
  refuse("argument.missing", "restriction.issuer", /issuer/, "a policy without an issuer", (k) =>
    k.buildTokenRestriction({ ...restriction("JWT"), issuer: undefined }),
  ),

  // numbers
  refuse(
    "argument.out_of_range",
    "options.tolerance",
    /900/,
    "a tolerance of 901 seconds",
    (k) => new k.TokenVerifier(restriction("JWT"), { tolerance: 901 }),
  ),
  refuse(
    "argument.out_of_range",
    "options.tolerance",
    /0 to/,
    "a negative tolerance",
    (k) => new k.TokenVerifier(restriction("JWT"), { tolerance: -1 }),
  ),
  refuse("argument.out_of_range", "request.now", /seconds|number/, "a time that is not a number", (k) =>
    new k.TokenVerifier(restriction("JWT")).check("", { ...request, now: Number.NaN }),
  ),
  refuse("argument.wrong_type", "request.now", /number/, "a time as a date", (k) =>
    new k.TokenVerifier(restriction("JWT")).check("", { ...request, now: new Date(0) }),
  ),
  refuse("argument.wrong_type", "request.now", /number/, "a time of null", (k) =>
    new k.TokenVerifier(restriction("JWT")).check("", { ...request, now: null }),
  ),
  refuse("mint.bad_lifetime", "options.expiresAt", /seconds/, "a token that outlives all numbers", (k) =>
    k.mintToken(restriction("JWT"), { ...request, lifetime: 2 ** 53 - 1 }),
  ),
  refuse("mint.key_id_required", "options.keyId", /keyId/, "a token for no key", (k) =>
    k.mintToken(restriction("JWT"), { now: NOW }),
  ),

  // objects of the wrong kind
  refuse("argument.wrong_type", "token", /string|text/, "a token of bytes", (k) =>
    new k.TokenVerifier(restriction("JWT")).check(counting(4), request),
  ),
  refuse("argument.wrong_type", "request", /object/, "a list in place of the request", (k) =>
    new k.TokenVerifier(restriction("JWT")).check("", []),
  ),
  refuse("argument.missing", "request.keyId", /keyId/, "a check for no key", (k) =>
    new k.TokenVerifier(restriction("JWT")).check(""),
  ),
  refuse("argument.missing", "policy", /policy/, "a verifier of nothing", (k) => new k.TokenVerifier()),
  refuse("argument.missing", "policy", /missing/, "a verifier of null", (k) => new k.TokenVerifier(null)),
  refuse("argument.wrong_type", "gate", /TokenVerifier/, "a policy in place of a verifier", (k) =>
    k.deliverKey(restriction("JWT"), "", contentKey()),
  ),
  refuse("argument.out_of_range", "gate", /disposed/, "a verifier after dispose()", (k) => {
    const gate = new k.TokenVerifier(restriction("JWT"));
    gate.dispose();
    gate.check("", request);
  }),

  // REST requests
  refuse("entity.bad_root", "root", /\/api\/|slash|http/, "a root that is no address", (k) =>
    k.createEntityRequest("media.example", "ContentKeyAuthorizationPolicies", { Name: "n" }),
  ),
  refuse("entity.unknown_set", "set", /ContentKeys/, "a set that is none", (k) =>
    k.createEntityRequest(ROOT, "Keys", {}),
  ),
  refuse("argument.wrong_type", "entity", /object/, "an entity of text", (k) =>
    k.createEntityRequest(ROOT, "ContentKeys", "{}"),
  ),
  refuse("argument.wrong_type", "changes", /object/, "a list of changes", (k) =>
    k.updateEntityRequest(ROOT, asset, []),
  ),
  refuse("entity.not_json", "entity", /JSON/, "an entity with a BigInt", (k) =>
    k.createEntityRequest(ROOT, "ContentKeys", { Id: 1n }),
  ),
  refuse("entity.not_json", "entity", /JSON/, "an entity that holds itself", (k) => {
    const entity = {};
    k.createEntityRequest(ROOT, "ContentKeys", Object.assign(entity, { Name: entity }));
  }),
  refuse("entity.not_json", "entity", /toJSON/, "an entity that writes itself as nothing", (k) =>
    k.createEntityRequest(ROOT, "ContentKeys", { toJSON: () => undefined }),
  ),
  refuse("entity.not_json", "changes", /base64/, "bytes in an entity", (k) =>
    k.updateEntityRequest(ROOT, { set: "ContentKeys", id: KEY_ID }, { EncryptedContentKey: counting(256) }),
  ),
  refuse("argument.too_long", "entity", /10000/, "an entity of a hundred thousand members", (k) =>
    k.createEntityRequest(ROOT, "ContentKeys", { Name: new Array(100_000).fill(0) }),
  ),
  refuse("entity.not_json", "body", /JSON/, "an answer that is no JSON", (k) => k.readCreatedResponse("<html>")),
  refuse("entity.invalid", "body.odata.metadata", /missing/, "an answer that names no set", (k) =>
    k.readCreatedResponse({ Id: KEY_ID }),
  ),
  refuse("deliver.bad_root", "root", /slash/, "addresses below no root", (k) =>
    k.keyDeliveryUrl("https://keys.example", 2, KEY_ID),
  ),
  refuse("argument.out_of_range", "delivery", /1 to 4/, "half a delivery type", (k) =>
    k.keyDeliveryUrl(ROOT, 1.5, KEY_ID),
  ),
  refuse("deliver.wrong_key_type", "keyDeliveryType", /EnvelopeEncryption/, "a DRM key in the clear", (k) =>
    k.keyDeliveryUrl(ROOT, 2, KEY_ID, { type: "CommonEncryption" }),
  ),
  refuse("deliver.no_key_id", "url", /KID/, "an address without a key", (k) => k.keyIdOfUrl(`${ROOT}PlayReady/`)),
  refuse("entity.unknown_navigation", "navigation", /ContentKeys/, "a link that the entity does not have", (k) =>
    k.linkEntitiesRequest(ROOT, asset, "Options", { set: "ContentKeys", id: KEY_ID }),
  ),
];

/** Runs the table, and asks after each case whether the module is still alive. */
export function runRefusals(keywicket, fixtures) {
  return cases.map(({ name, call }) => {
    const report = { name };
    try {
      call(keywicket, fixtures);
    } catch (error) {
      report.thrown = {
        name: error?.name,
        code: error?.code,
        path: error?.path,
        message: error?.message,
        isError: error instanceof Error,
        isOurs: error instanceof keywicket.KeywicketError,
      };
    }
    report.checksumAfter = keywicket.computeChecksum(KEY_ID, counting(16));
    return report;
  });
}

function refuse(code, path, says, name, call) {
  return { code, path, says, name, call };
}

/** What wasm-bindgen would take for bytes, and what a user may pass by mistake. */
function noBytes(path, call, { textIsFine = false } = {}) {
  const values = {
    ...(textIsFine ? {} : { text: () => "0123456789abcdef" }),
    "an ArrayBuffer": () => new ArrayBuffer(16),
    "an object with a length of 2e9": () => ({ length: 2e9 }),
    "a list of numbers": () => [1, 2, 3],
    "an object dressed up as bytes": () => Object.setPrototypeOf({ length: 16 }, Uint8Array.prototype),
  };
  return Object.entries(values).map(([what, value]) =>
    refuse("argument.wrong_type", path, /Uint8Array/, `${path} given ${what} (${call})`, (k, f) => call(k, value(), f)),
  );
}

function unknownMembers(path, call) {
  const name = `${path} with an unknown member (${call})`;
  return [refuse("argument.unknown_member", `${path}.nwo`, /nwo/, name, (k, f) => call(k, { nwo: 1 }, f))];
}

function withKey(key) {
  return { ...restriction("JWT"), primaryVerificationKey: { kind: "symmetric", key } };
}

function withAlternate(key) {
  const alternateVerificationKeys = [
    { kind: "symmetric", key: counting(32) },
    { kind: "symmetric", key },
  ];
  return { ...restriction("JWT"), alternateVerificationKeys };
}
