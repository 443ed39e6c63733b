/**
 * Every function with every kind of value in every place. Whatever it is given, a function answers, or throws a
 * KeywicketError that is not `internal`; only an exception of the caller's own object comes back as it was.
 */

import { contentKey, counting, KEY_ID, NOW, restriction, ROOT } from "./inputs.mjs";

export const OWN = "an exception of the caller";

export const values = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  zero: () => 0,
  "minus one": () => -1,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  "1e300": () => 1e300,
  "2^53": () => 2 ** 53,
  bigint: () => 10n,
  symbol: () => Symbol("s"),
  "empty text": () => "",
  "half a surrogate pair": () => "\ud800",
  "NUL and emoji": () => "\0\u{1f511}",
  "long text": () => "x".repeat(200_000),
  "text object": () => new String("text"),
  function: () => () => 1,
  list: () => [],
  "sparse list": () => new Array(4_000_000_000),
  "list of null": () => [null],
  "array-like": () => ({ length: 2e9 }),
  "negative length": () => ({ length: -1, byteLength: Number.NaN }),
  "empty object": () => ({}),
  "no prototype": () => Object.create(null),
  frozen: () => Object.freeze({ type: null, id: null, key: null }),
  circle: () => {
    const circle = {};
    circle.primaryVerificationKey = circle.key = circle.policy = circle.requiredClaims = circle;
    return circle;
  },
  "deep nesting": () => {
    let deep = [];
    for (let level = 0; level < 5_000; level += 1) deep = [deep];
    return deep;
  },
  map: () => new Map([["id", KEY_ID]]),
  "invalid date": () => new Date(Number.NaN),
  promise: () => Promise.resolve(1),
  "empty bytes": () => new Uint8Array(),
  "many bytes": () => new Uint8Array(1_100_000),
  "detached bytes": () => {
    const bytes = new Uint8Array(16);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    return bytes;
  },
  "other view": () => new Float64Array(2),
  "data view": () => new DataView(new ArrayBuffer(16)),
  "false bytes": () => Object.setPrototypeOf({ length: 16 }, Uint8Array.prototype),
  "proxied bytes": () => new Proxy(new Uint8Array(16), {}),
  "bytes that lie": () => Object.defineProperty(new Uint8Array(16), "length", { value: 4_000_000_000 }),
  ...throwingGetters([
    "id",
    "issuer",
    "key",
    "keyId",
    "kind",
    "name",
    "now",
    "set",
    "tokenType",
    "tolerance",
    "type",
    "value",
  ]),
  "traps that throw": () =>
    new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail }),
};

/** Good arguments, so that each bad one gets as far as it can. */
const functions = (k, { rsaCertificate }) => {
  const policy = restriction("JWT");
  const gate = new k.TokenVerifier(policy);
  const files = new k.StorageFiles(counting(32));
  const key = { set: "ContentKeys", id: KEY_ID };
  const asset = { set: "Assets", id: "nb:cid:UUID:0d1f5d6a-0d7e-4f0c-9b4f-6b3c5b6f6c11" };
  const request = { keyId: KEY_ID, now: NOW };
  const token = k.mintToken(policy, request);
  return {
    describeKeyId: [k.describeKeyId, [KEY_ID]],
    generateContentKey: [k.generateContentKey, [{ type: "EnvelopeEncryption", id: KEY_ID }]],
    importContentKey: [k.importContentKey, [contentKey()]],
    computeChecksum: [k.computeChecksum, [KEY_ID, counting(16)]],
    readProtectionCertificate: [k.readProtectionCertificate, [rsaCertificate, { now: NOW }]],
    wrapContentKey: [k.wrapContentKey, [contentKey(), rsaCertificate, { name: "n", trackIdentifiers: ["a"] }]],
    describeEntityId: [k.describeEntityId, [KEY_ID]],
    diagnoseChecksum: [k.diagnoseChecksum, [{ id: KEY_ID, key: counting(16), checksum: "YXXn5SwesfA=" }]],
    computeChecksums: [k.computeChecksums, [counting(32), counting(32), { keyLength: 16 }]],
    deriveContentKey: [k.deriveContentKey, [counting(30), KEY_ID]],
    deriveContentKeys: [k.deriveContentKeys, [counting(30), counting(32)]],
    certificatePublicKey: [k.certificatePublicKey, [rsaCertificate]],
    lintContentKeyEntity: [k.lintContentKeyEntity, [{ Id: KEY_ID, ContentKeyType: 0, ProtectionKeyType: 1 }]],
    encryptConfiguration: [k.encryptConfiguration, [{ key: counting(32), iv: counting(16), text: "text" }]],
    decryptConfiguration: [k.decryptConfiguration, [{ key: counting(32), iv: counting(16), encrypted: "AAAA" }]],
    StorageFiles: [(...given) => new k.StorageFiles(...given).dispose(), [counting(32)]],
    encrypt: [(source, options) => new k.StorageFiles(counting(32)).encrypt(source, options), [[], { iv: "1" }]],
    decrypt: [(...given) => files.decrypt(...given), [[], { iv: "1", offset: 0 }]],
    encryptEnvelope: [k.encryptEnvelope, [[], { key: counting(16), iv: counting(16) }]],
    decryptEnvelope: [k.decryptEnvelope, [[], { key: counting(16), iv: counting(16) }]],
    generateVerificationKey: [k.generateVerificationKey, [64]],
    buildTokenRestriction: [k.buildTokenRestriction, [policy, { form: "2015" }]],
    readTokenRestriction: [k.readTokenRestriction, [k.buildTokenRestriction(policy)]],
    createEntityRequest: [k.createEntityRequest, [ROOT, "ContentKeys", { Name: "n" }]],
    linkEntitiesRequest: [k.linkEntitiesRequest, [ROOT, asset, "ContentKeys", key]],
    updateEntityRequest: [k.updateEntityRequest, [ROOT, key, { Name: "n" }]],
    readCreatedResponse: [k.readCreatedResponse, ['{"odata.metadata":"","Id":""}']],
    keyDeliveryUrl: [k.keyDeliveryUrl, [ROOT, 2, KEY_ID, { type: "EnvelopeEncryption" }]],
    keyIdOfUrl: [k.keyIdOfUrl, [`${ROOT}?kid=${KEY_ID}`]],
    TokenVerifier: [(...given) => new k.TokenVerifier(...given).dispose(), [policy, { tolerance: 0 }]],
    check: [(...given) => gate.check(...given), [token, request]],
    explain: [(...given) => gate.explain(...given), [token, request]],
    mintToken: [k.mintToken, [policy, { ...request, lifetime: 60, notBefore: NOW, signingKey: counting(64) }]],
    deliverKey: [(...given) => k.deliverKey(gate, ...given), [token, contentKey(), { now: NOW }]],
    "deliverKey gate": [k.deliverKey, [gate]],
  };
};

/** @returns {{ calls: number, faults: string[], checksumAfter: string }} */
export function runHostile(keywicket, fixtures) {
  const faults = [];
  let calls = 0;
  for (const [name, [call, good]] of Object.entries(functions(keywicket, fixtures))) {
    for (const [where, place] of places(good)) {
      for (const [what, value] of Object.entries(values)) {
        calls += 1;
        const fault = attempt(keywicket, call, place(value()));
        if (fault) faults.push(`${name}, ${where} = ${what}: ${fault}`);
      }
    }
  }
  return { calls, faults, checksumAfter: keywicket.computeChecksum(KEY_ID, counting(16)) };
}

/** Each argument, and each member of each argument that is an object, one at a time. */
export function places(good) {
  return good.flatMap((argument, index) => [
    [`argument ${index}`, (value) => good.with(index, value)],
    ...members(argument).map(([path, replace]) => [
      `argument ${index}${path}`,
      (value) => good.with(index, replace(value)),
    ]),
  ]);
}

function members(value) {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => [
      [`[${index}]`, (bad) => value.with(index, bad)],
      ...members(item).map(([path, replace]) => [`[${index}]${path}`, (bad) => value.with(index, replace(bad))]),
    ]);
  }
  if (Object.prototype.toString.call(value) !== "[object Object]" || Object.keys(value).length === 0) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    [`.${name}`, (bad) => ({ ...value, [name]: bad })],
    ...members(member).map(([path, replace]) => [`.${name}${path}`, (bad) => ({ ...value, [name]: replace(bad) })]),
  ]);
}

function attempt({ KeywicketError }, call, given) {
  const start = Date.now();
  try {
    call(...given);
  } catch (error) {
    if (error?.message === OWN) return undefined;
    if (!(error instanceof KeywicketError)) return `threw ${error?.name}: ${error?.message}`;
    if (error.code === "internal") return `trapped: ${error.cause?.message}`;
    if (typeof error.message !== "string" || error.message.length < 10) return `said only "${error.message}"`;
  }
  const seconds = (Date.now() - start) / 1000;
  return seconds > 5 ? `took ${seconds} s` : undefined;
}

function fail() {
  throw new Error(OWN);
}

function throwingGetters(names) {
  const object = (name) => Object.defineProperty({}, name, { get: fail, enumerable: true });
  return Object.fromEntries(names.map((name) => [`a ${name} that throws`, () => object(name)]));
}
