/**
 * The whole flow on fixed input, in whatever runtime this is imported into. It judges nothing: the report is plain JSON
 * (bytes as `hex:…`), and the test that asked for it compares.
 */

import { contentKey, counting, KEY_ID, NOW, OTHER_KEY_ID, restriction, ROOT } from "./inputs.mjs";

/** An answer printed in the REST documentation. */
const CREATED =
  '{"odata.metadata":"https://wamsbayclus001rest-hs.cloudapp.net/api/$metadata#ContentKeyAuthorizationPolicies/@Element",' +
  '"Id":"nb:ckpid:UUID:db4593da-f4d1-4cc5-a92a-d20eacbabee4","Name":"Open Authorization Policy"}';

export function runFlow(keywicket, fixtures) {
  return plain({
    versions: keywicket.versions(),
    create: create(keywicket, fixtures),
    link: link(keywicket),
    jwt: authorize(keywicket, "JWT"),
    swt: authorize(keywicket, "SWT"),
    deliver: deliver(keywicket),
    fresh: fresh(keywicket, fixtures),
  });
}

function create(keywicket, { rsaCertificate, rsaPem }) {
  const named = keywicket.wrapContentKey(contentKey(), rsaCertificate, {
    name: "episode 1",
    trackIdentifiers: ["a", "b"],
  });
  return {
    forms: keywicket.describeKeyId(KEY_ID.toUpperCase()),
    imported: keywicket.importContentKey({ ...contentKey(), id: KEY_ID.slice(-36).toUpperCase() }),
    checksum16: keywicket.computeChecksum(KEY_ID, counting(16)),
    checksum32: keywicket.computeChecksum(KEY_ID, counting(32)),
    certificate: keywicket.readProtectionCertificate(rsaCertificate, { now: NOW }),
    samePem: keywicket.readProtectionCertificate(rsaPem, { now: NOW }).thumbprint,
    expired: keywicket
      .readProtectionCertificate(rsaCertificate, { now: 4_948_972_370 })
      .findings.map(({ code }) => code),
    named,
    memberOrder: Object.keys(named),
  };
}

function link(keywicket) {
  const xml = keywicket.buildTokenRestriction(restriction("JWT"));
  const asset = { set: "Assets", id: "nb:cid:UUID:0d1f5d6a-0d7e-4f0c-9b4f-6b3c5b6f6c11" };
  const key = { set: "ContentKeys", id: KEY_ID };
  return {
    xml,
    xml2015: keywicket.buildTokenRestriction(restriction("JWT"), { form: "2015" }),
    read: keywicket.readTokenRestriction(xml),
    policy: keywicket.createEntityRequest(ROOT, "ContentKeyAuthorizationPolicies", { Name: "Grüße" }),
    linked: keywicket.linkEntitiesRequest(ROOT, asset, "ContentKeys", key),
    updated: keywicket.updateEntityRequest(ROOT, key, {
      AuthorizationPolicyId: "nb:ckpid:UUID:aa6ab8d1-5f4b-4a5a-9d3d-0d6c0d6f0a01",
    }),
    created: [CREATED, JSON.parse(CREATED)].map((body) => keywicket.readCreatedResponse(body)),
    addresses: [
      keywicket.keyDeliveryUrl("https://keys.example/", 1, KEY_ID, { type: "CommonEncryption" }),
      keywicket.keyDeliveryUrl("https://keys.example/", 2, KEY_ID.slice(-36).toUpperCase()),
      keywicket.keyDeliveryUrl("https://keys.example/a/", 3, KEY_ID, { type: "CommonEncryption" }),
      keywicket.keyDeliveryUrl("https://keys.example/", 4, KEY_ID, { type: "CommonEncryptionCbcs" }),
    ],
    named: [
      `https://keys.example/HlsHandler.ashx?token=a&kid=${KEY_ID.slice(-36)}`,
      `skd://keys.example/FairPlay/?KID=${KEY_ID.slice(-36).toUpperCase()}`,
    ].map((url) => keywicket.keyIdOfUrl(url)),
  };
}

function authorize(keywicket, tokenType) {
  const policy = restriction(tokenType);
  const xml = keywicket.buildTokenRestriction(policy);
  const mint = (changes) => keywicket.mintToken(xml, { keyId: KEY_ID, now: NOW, ...changes });
  const gate = new keywicket.TokenVerifier(xml);
  const exact = new keywicket.TokenVerifier(policy, { tolerance: 0 });
  const request = { keyId: KEY_ID, now: NOW };
  const token = mint({});
  const decide = (text, changes) => gate.check(text, { ...request, ...changes });
  return {
    token,
    // `notBefore: null` leaves nothing in the token that the published one lacks.
    published: keywicket.mintToken(policy, {
      keyId: OTHER_KEY_ID,
      now: 1_451_606_000,
      expiresAt: 1_451_606_400,
      notBefore: null,
    }),
    allowed: decide(token),
    explained: gate.explain(token, request),
    refusals: {
      missing: decide(""),
      malformed: decide("this is not a token"),
      otherKey: decide(token, { keyId: OTHER_KEY_ID }),
      expired: decide(token, { now: NOW + 600 + 61 }),
      wrongKey: decide(mint({ signingKey: counting(64) })),
      audience: decide(mint({ audience: "http://other.example" })),
      issuer: decide(mint({ issuer: "http://other.example" })),
    },
    // The clock may be off by a minute, unless the caller says otherwise.
    lastSecond: decide(token, { now: NOW + 600 + 59 }).code,
    withoutTolerance: exact.check(token, { ...request, now: NOW + 600 + 1 }).code,
    why: gate.explain(mint({ audience: "http://other.example" }), request),
  };
}

function deliver(keywicket) {
  const policy = restriction("JWT");
  const gate = new keywicket.TokenVerifier(policy);
  const token = keywicket.mintToken(policy, { keyId: KEY_ID, now: NOW });
  return {
    allowed: keywicket.deliverKey(gate, token, contentKey(), { now: NOW }),
    otherKey: keywicket.deliverKey(gate, token, { ...contentKey(), id: OTHER_KEY_ID }, { now: NOW }),
    expired: keywicket.deliverKey(gate, token, contentKey(), { now: NOW + 3600 }),
  };
}

/** What is random, or depends on the clock. */
function fresh(keywicket, { rsaCertificate }) {
  const keys = [keywicket.generateContentKey(), keywicket.generateContentKey({ type: "StorageEncryption" })];
  const verificationKeys = [keywicket.generateVerificationKey(), keywicket.generateVerificationKey(16)];
  const key = keywicket.generateContentKey({ type: "EnvelopeEncryption", id: KEY_ID });
  const policy = { ...restriction("JWT"), primaryVerificationKey: { kind: "symmetric", key: verificationKeys[0] } };
  const token = keywicket.mintToken(policy, { keyId: key.id });
  const gate = new keywicket.TokenVerifier(policy);
  return {
    keys: [...keys, key],
    verificationKeys,
    wrapped: keywicket.wrapContentKey(key, rsaCertificate),
    checkedByTheClock: gate.check(token, { keyId: key.id }),
    deliveredByTheClock: keywicket.deliverKey(gate, token, key),
    clock: Math.floor(Date.now() / 1000),
  };
}

/** JSON of anything, with bytes as text and absent members left out. */
export function plain(value) {
  return JSON.parse(
    JSON.stringify(value, (_, member) => (member instanceof Uint8Array ? `hex:${hex(member)}` : member)),
  );
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
