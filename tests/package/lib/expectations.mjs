/**
 * What a report of the suite must say. Every expected value comes from outside the package: written by hand from the
 * REST documentation, printed by openssl, published by the old SDKs, or computed here by node:crypto.
 */

import assert from "node:assert/strict";
import { constants, createHash, createHmac, privateDecrypt } from "node:crypto";
import { GUID, KEY_ID, NOW, OTHER_KEY_ID, SDK_SIGNING_KEY } from "../in-runtime/inputs.mjs";
import { cases } from "../in-runtime/refusals.mjs";
import { rsaPrivateKey } from "./fixtures.mjs";

const KEY_CLAIM = "urn:microsoft:azure:mediaservices:contentkeyidentifier";
const KEY_HEX = "hex:000102030405060708090a0b0c0d0e0f";
const UUID = /^nb:kid:UUID:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TEMPLATE = "http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/TokenRestrictionTemplate/v1";

/** `openssl x509 -noout -text -fingerprint` of the fixture. */
const CERTIFICATE = {
  thumbprint: "CB871303AE3E25E39C131E531483169C1FE66802",
  thumbprintSha256: "EBC63E0CC7327C3A6B375C1ABBC8B0B59D433E104A05DCA1F74CCF7214221C0B",
  subject: "CN=keywicket test protection certificate",
  issuer: "CN=keywicket test protection certificate",
  serialNumber: "3147FEE15F823EE1F2BB7FFEE4703A33AC590EAE",
  notBefore: 1_795_372_369,
  notAfter: 4_948_972_369,
  keyBits: 2048,
  exponent: 65537,
  signatureAlgorithmOid: "1.2.840.113549.1.1.11",
  signatureAlgorithm: "sha256WithRSAEncryption",
  findings: [],
};

export function assertCreate({ create }) {
  assert.deepEqual(create.forms, {
    id: KEY_ID,
    guid: GUID,
    uriEncoded: `nb%3Akid%3AUUID%3A${GUID}`,
    cenc: { hex: "339c45b5fb6d4bd9994ceabd9d41c95b", base64: "M5xFtfttS9mZTOq9nUHJWw==" },
    playready: { hex: "b5459c336dfbd94b994ceabd9d41c95b", base64: "tUWcM2372UuZTOq9nUHJWw==" },
  });
  assert.deepEqual(create.imported, { id: KEY_ID, type: "EnvelopeEncryption", key: KEY_HEX });
  assert.equal(create.checksum16, "YXXn5SwesfA=");
  assert.equal(create.checksum32, "/PUvzVMtX6Y=");
  assert.deepEqual(create.certificate, CERTIFICATE);
  assert.equal(create.samePem, CERTIFICATE.thumbprint);
  assert.deepEqual(create.expired, ["certificate.expired"]);

  const { EncryptedContentKey, ...rest } = create.named;
  assert.deepEqual(rest, {
    Id: KEY_ID,
    ContentKeyType: 4,
    Name: "episode 1",
    ProtectionKeyId: CERTIFICATE.thumbprint,
    ProtectionKeyType: 0,
    Checksum: "YXXn5SwesfA=",
    TrackIdentifiers: "a,b",
  });
  assert.deepEqual(create.memberOrder, [
    "Id",
    "ContentKeyType",
    "EncryptedContentKey",
    "Name",
    "ProtectionKeyId",
    "ProtectionKeyType",
    "Checksum",
    "TrackIdentifiers",
  ]);
  assert.equal(unwrap(EncryptedContentKey), KEY_HEX);
}

export function assertLink({ link }) {
  const xml = (discovery) =>
    `<TokenRestrictionTemplate xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="${TEMPLATE}">` +
    "<AlternateVerificationKeys /><Audience>http://audience.com</Audience><Issuer>http://issuer.com</Issuer>" +
    `${discovery}<PrimaryVerificationKey i:type="SymmetricVerificationKey"><KeyValue>` +
    `${Buffer.from(SDK_SIGNING_KEY).toString("base64")}</KeyValue></PrimaryVerificationKey><RequiredClaims><TokenClaim>` +
    `<ClaimType>${KEY_CLAIM}</ClaimType><ClaimValue i:nil="true" /></TokenClaim></RequiredClaims><TokenType>JWT</TokenType>` +
    "</TokenRestrictionTemplate>";
  assert.equal(link.xml, xml('<OpenIdConnectDiscoveryDocument i:nil="true" />'));
  assert.equal(link.xml2015, xml(""));
  assert.deepEqual(link.read.findings, []);
  assert.equal(link.read.restriction.issuer, "http://issuer.com");
  assert.deepEqual(link.read.restriction.primaryVerificationKey, {
    kind: "symmetric",
    key: `hex:${Buffer.from(SDK_SIGNING_KEY).toString("hex")}`,
  });

  assert.equal(link.policy.method, "POST");
  assert.equal(link.policy.url, "https://media.example/api/ContentKeyAuthorizationPolicies");
  assert.deepEqual(JSON.parse(link.policy.body), { Name: "Grüße" });
  assert.equal(link.policy.contentLength, Buffer.byteLength(link.policy.body));
  assert.equal(link.linked.method, "POST");
  assert.match(
    link.linked.url,
    /^https:\/\/media\.example\/api\/Assets\('nb%3Acid%3AUUID%3A0d1f5d6a-0d7e-4f0c-9b4f-6b3c5b6f6c11'\)\/\$links\/ContentKeys$/,
  );
  assert.deepEqual(JSON.parse(link.linked.body), {
    uri: `https://media.example/api/ContentKeys('nb%3Akid%3AUUID%3A${GUID}')`,
  });
  assert.equal(link.updated.method, "PUT");
  assert.equal(link.updated.url, `https://media.example/api/ContentKeys('nb%3Akid%3AUUID%3A${GUID}')`);
  assert.deepEqual(JSON.parse(link.updated.body), {
    AuthorizationPolicyId: "nb:ckpid:UUID:aa6ab8d1-5f4b-4a5a-9d3d-0d6c0d6f0a01",
  });
  const created = {
    status: 201,
    entitySet: "ContentKeyAuthorizationPolicies",
    id: "nb:ckpid:UUID:db4593da-f4d1-4cc5-a92a-d20eacbabee4",
    // The Location header printed beside it.
    location:
      "https://wamsbayclus001rest-hs.cloudapp.net/api/ContentKeyAuthorizationPolicies('nb%3Ackpid%3AUUID%3Adb4593da-f4d1-4cc5-a92a-d20eacbabee4')",
  };
  assert.deepEqual(link.created, [created, created]);
  assert.deepEqual(link.addresses, [
    "https://keys.example/PlayReady/",
    `https://keys.example/?KID=${GUID}`,
    `https://keys.example/a/Widevine/?KID=${GUID}`,
    `https://keys.example/FairPlay/?KID=${GUID}`,
  ]);
  assert.deepEqual(link.named, [`nb:kid:UUID:${GUID}`, `nb:kid:UUID:${GUID}`]);
}

export function assertAuthorize({ jwt, swt }) {
  assertJwt(jwt.token, {
    iss: "http://issuer.com",
    aud: "http://audience.com",
    exp: NOW + 600,
    nbf: NOW - 300,
    [KEY_CLAIM]: GUID,
  });
  assertJwt(jwt.published, {
    iss: "http://issuer.com",
    aud: "http://audience.com",
    exp: 1_451_606_400,
    [KEY_CLAIM]: OTHER_KEY_ID.slice(-36),
  });
  // The signature that the .NET, PHP and Java SDKs publish for this very token.
  const published = decodeURIComponent(swt.published.split("&HMACSHA256=")[1]);
  assert.equal(published, "2XrNjMo1EIZflJOovHxt9dekEhb2DhqG9fU5MjQy9vI=");
  assertDecisions(jwt, digestOfJwt(jwt.token));
  assertDecisions(swt, digestOfSwt(swt.token));
}

function assertDecisions(answers, tokenDigest) {
  const allowed = {
    allowed: true,
    code: "token.allowed",
    keyId: GUID,
    verificationKey: "primary",
    expiresAt: NOW + 600,
    tokenDigest,
  };
  assert.deepEqual(answers.allowed, allowed);
  const { checks, ...decision } = answers.explained;
  assert.deepEqual(decision, allowed);
  assert.ok(checks.length >= 6 && checks.every(({ outcome }) => outcome !== "fail"), JSON.stringify(checks));

  const refusals = Object.entries(answers.refusals).map(([name, { allowed, code }]) => [name, allowed, code]);
  assert.deepEqual(refusals, [
    ["missing", false, "token.missing"],
    ["malformed", false, "token.malformed"],
    ["otherKey", false, "token.wrong_key_id"],
    ["expired", false, "token.expired"],
    ["wrongKey", false, "token.bad_signature"],
    ["audience", false, "token.wrong_audience"],
    ["issuer", false, "token.wrong_issuer"],
  ]);
  assert.equal(answers.lastSecond, "token.allowed");
  assert.equal(answers.withoutTolerance, "token.expired");

  assert.equal(answers.why.code, "token.wrong_audience");
  const failed = answers.why.checks.filter(({ outcome }) => outcome === "fail");
  assert.deepEqual(
    failed.map(({ rule, observed, expected }) => [rule, observed, expected]),
    [["audience", "http://other.example", "http://audience.com"]],
  );
  assert.ok(failed[0].why && failed[0].fix, "a failed check says why, and what to do");
}

function assertJwt(token, payload) {
  const [header, body, signature] = token.split(".");
  const decode = (part) => JSON.parse(Buffer.from(part, "base64url").toString());
  assert.deepEqual(decode(header), { typ: "JWT", alg: "HS256" });
  assert.deepEqual(decode(body), payload);
  assert.equal(signature, createHmac("sha256", SDK_SIGNING_KEY).update(`${header}.${body}`).digest("base64url"));
}

/** Both are signed with an HMAC, and it is the MAC that names them. */
const digest = (mac) => createHash("sha256").update(mac).digest("hex");

const digestOfJwt = (token) => digest(Buffer.from(token.split(".").at(-1), "base64url"));

const digestOfSwt = (token) => digest(Buffer.from(decodeURIComponent(token.split("&HMACSHA256=").at(-1)), "base64"));

export function assertDeliver({ deliver }) {
  assert.equal(deliver.allowed.decision.code, "token.allowed");
  assert.equal(deliver.allowed.body, KEY_HEX);
  assert.equal(deliver.otherKey.decision.code, "token.wrong_key_id");
  assert.equal(deliver.expired.decision.code, "token.expired");
  assert.ok(!("body" in deliver.otherKey) && !("body" in deliver.expired), "a refusal carries no key");
}

export function assertFresh({ fresh }) {
  assert.deepEqual(
    fresh.keys.map(({ type, key }) => [type, key.length]),
    [
      ["CommonEncryption", 4 + 32],
      ["StorageEncryption", 4 + 64],
      ["EnvelopeEncryption", 4 + 32],
    ],
  );
  assert.deepEqual(
    fresh.verificationKeys.map((key) => key.length),
    [4 + 128, 4 + 32],
  );
  const random = [...fresh.keys.map(({ key }) => key), ...fresh.verificationKeys].map((key) => key.slice(4, 36));
  assert.equal(new Set(random).size, random.length, "random keys that are equal");
  assert.match(fresh.keys[0].id, UUID);
  assert.notEqual(fresh.keys[0].id, fresh.keys[1].id);
  assert.equal(unwrap(fresh.wrapped.EncryptedContentKey), fresh.keys[2].key);
  assert.equal(fresh.wrapped.Name, "");
  assert.ok(!("TrackIdentifiers" in fresh.wrapped));
  assert.equal(fresh.checkedByTheClock.code, "token.allowed");
  assert.equal(fresh.deliveredByTheClock.body, fresh.keys[2].key);
  assert.ok(
    Math.abs(fresh.checkedByTheClock.expiresAt - 600 - fresh.clock) <= 2,
    "the token was not minted by the clock",
  );
}

function unwrap(encrypted) {
  const wrapped = Buffer.from(encrypted, "base64");
  assert.equal(wrapped.length, 256);
  const key = { key: rsaPrivateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" };
  return `hex:${privateDecrypt(key, wrapped).toString("hex")}`;
}

export function assertRefusals(reports) {
  assert.equal(reports.length, cases.length);
  const wrong = cases.flatMap(({ name, code, path, says }, index) => {
    const { thrown, checksumAfter } = reports[index];
    const complaint = refusalComplaint(thrown, checksumAfter, { code, path, says });
    return complaint ? [`${name}: ${complaint}`] : [];
  });
  assert.deepEqual(wrong, []);
}

function refusalComplaint(thrown, checksumAfter, { code, path, says }) {
  if (checksumAfter !== "YXXn5SwesfA=") return `afterwards the module computes ${checksumAfter}`;
  if (!thrown) return `was accepted, expected ${code}`;
  const { message } = thrown;
  if (!thrown.isError || !thrown.isOurs || thrown.name !== "KeywicketError") return `threw ${thrown.name}: ${message}`;
  if (thrown.code !== code) return `code ${thrown.code}, expected ${code}: ${message}`;
  if (thrown.path !== path) return `path ${thrown.path}, expected ${path}: ${message}`;
  if (!says.test(message)) return `says "${message}", expected ${says}`;
  const isSentence = message.split(" ").length >= 4 && !/\[object|JsValue|\bOption<|panicked|\w::\w/.test(message);
  return isSentence ? undefined : `"${message}" is no sentence to act on`;
}

export function assertHostile({ calls, faults, checksumAfter }) {
  assert.deepEqual(faults, []);
  assert.ok(calls > 2000, `only ${calls} calls`);
  assert.equal(checksumAfter, "YXXn5SwesfA=");
}

export function assertSecrets({ looks, leaks }) {
  assert.deepEqual(leaks, []);
  assert.equal(looks, 18);
}

export function assertVerifier(looks) {
  assert.equal(looks, 4);
}

export function assertRecovery({ answers, generation }) {
  assert.equal(answers, 300, "20 users with 15 rounds each");
  assert.ok(generation >= 8, `${generation} traps, expected one for each that was set`);
}

/** What must be equal wherever it was computed. */
export function deterministic({ create, link, jwt, swt, deliver }) {
  const {
    named: { EncryptedContentKey: _, ...named },
    ...rest
  } = create;
  return { create: { ...rest, named }, link, jwt, swt, deliver };
}
