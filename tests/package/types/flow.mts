import * as keywicket from "keywicket";
import {
  buildTokenRestriction,
  computeChecksum,
  createEntityRequest,
  deliverKey,
  describeKeyId,
  generateContentKey,
  generateVerificationKey,
  importContentKey,
  init,
  KeywicketError,
  linkEntitiesRequest,
  mintToken,
  readProtectionCertificate,
  readTokenRestriction,
  TokenVerifier,
  updateEntityRequest,
  versions,
  wrapContentKey,
} from "keywicket";
import type * as Types from "keywicket";
import type * as Inline from "keywicket/inline";

type Equal<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;
type IsAny<T> = 0 extends 1 & T ? true : false;
const proven = <_Claim extends true>(): void => undefined;

// ------------------------------------------------------------------------------------------- what is allowed

await init();
await init(new URL("https://cdn.example/core.wasm"));
await init(fetch("https://cdn.example/core.wasm"));

const key = generateContentKey({ type: "EnvelopeEncryption" });
generateContentKey();
importContentKey(key);
const sum = computeChecksum(key.id, key.key);
const certificate = readProtectionCertificate(new Uint8Array(8), { now: 0 });
const entity = wrapContentKey(key, "base64", { name: "episode 1", trackIdentifiers: ["a"] });

const policy: Types.TokenRestriction = {
  tokenType: "JWT",
  issuer: "https://issuer.example",
  audience: "urn:player",
  primaryVerificationKey: { kind: "symmetric", key: generateVerificationKey() },
  alternateVerificationKeys: [
    { kind: "x509", certificate: new Uint8Array(8) },
    { kind: "rsa", exponent: new Uint8Array(3), modulus: new Uint8Array(256) },
  ],
  requiredClaims: [{ type: keywicket.CONTENT_KEY_IDENTIFIER_CLAIM, value: null }, { type: "role" }],
};
const xml = buildTokenRestriction(policy, { form: "2015" });
const { restriction, findings } = readTokenRestriction(xml);
createEntityRequest("https://media.example/api/", "ContentKeys", entity);
linkEntitiesRequest("https://media.example/api/", { set: "Assets", id: "a" }, "ContentKeys", {
  set: "ContentKeys",
  id: "b",
});
updateEntityRequest("https://media.example/api/", { set: "ContentKeys", id: "a" }, { Name: "n" });

const address: string = keywicket.keyDeliveryUrl("https://keys.example/", 2, key.id, { type: key.type });
// @ts-expect-error delivery types are numbers
keywicket.keyDeliveryUrl("https://keys.example/", "BaselineHttp", key.id);
const created: Types.CreatedResponse = keywicket.readCreatedResponse(keywicket.keyIdOfUrl(address));
void created;

const gate = new TokenVerifier(xml, { tolerance: 0 });
const token = mintToken(restriction, { keyId: key.id, notBefore: null });
const decision = gate.check(token, { keyId: key.id });
const delivered = deliverKey(gate, token, key, { now: 0 });

// ------------------------------------------------------------------------------------- and comes out as this

proven<Equal<typeof sum, string>>();
proven<Equal<typeof key.key, Uint8Array>>();
proven<Equal<typeof entity.Checksum, string | null>>();
proven<Equal<typeof findings, Types.Finding[]>>();
proven<Equal<typeof certificate.findings, Types.Finding[]>>();
proven<Equal<typeof decision.checks, Types.Check[] | undefined>>();
proven<Equal<typeof delivered.body, Uint8Array | undefined>>();
proven<Equal<ReturnType<typeof versions>, { keywicket: string; wasmBindgen: string }>>();
proven<Equal<ReturnType<typeof gate.explain>["checks"], Types.Check[]>>();
proven<Equal<IsAny<ReturnType<typeof describeKeyId>>, false>>();
proven<Equal<IsAny<Types.DecisionCode>, false>>();
proven<Equal<keyof typeof Inline, keyof typeof Types>>();

// A switch over the codes is checked for spelling, and for being complete.
function remedy(code: Types.DecisionCode): "let in" | "ask for another" {
  if (code === "token.allowed") return "let in";
  // @ts-expect-error no such code
  if (code === "token.late") return "let in";
  return "ask for another";
}
remedy(decision.code);

try {
  describeKeyId("");
} catch (error) {
  if (error instanceof KeywicketError) {
    proven<Equal<typeof error.code, Types.KeywicketErrorCode>>();
    proven<Equal<typeof error.name, "KeywicketError">>();
    proven<Equal<typeof error.path, string | undefined>>();
  }
}

// --------------------------------------------------------------------------------------- what is not allowed

// @ts-expect-error text in place of bytes
computeChecksum(key.id, "0123456789abcdef");
// @ts-expect-error a buffer in place of bytes
computeChecksum(key.id, new ArrayBuffer(16));
// @ts-expect-error a list in place of bytes
computeChecksum(key.id, [1, 2, 3]);
// @ts-expect-error a misspelt member
generateContentKey({ typ: "EnvelopeEncryption" });
// @ts-expect-error a type that is none
generateContentKey({ type: "Envelope" });
// @ts-expect-error a key without an id
wrapContentKey({ type: "EnvelopeEncryption", key: new Uint8Array(16) }, "base64");
// @ts-expect-error a policy without an issuer
new TokenVerifier({ tokenType: "JWT", audience: "a" });
// @ts-expect-error a certificate in place of a symmetric key
new TokenVerifier({ ...policy, primaryVerificationKey: { kind: "symmetric", certificate: new Uint8Array(8) } });
// @ts-expect-error a check for no key
gate.check(token, {});
// @ts-expect-error a date in place of seconds
gate.check(token, { keyId: key.id, now: new Date() });
// @ts-expect-error a policy in place of a verifier
deliverKey(policy, token, key);
// @ts-expect-error a set that is none
createEntityRequest("https://media.example/api/", "Keys", {});
// @ts-expect-error text in place of an entity
createEntityRequest("https://media.example/api/", "ContentKeys", "{}");
// @ts-expect-error codes cannot be changed
new KeywicketError("internal", "").code = "not_initialized";
// @ts-expect-error the engine is internal
await import("keywicket/dist/engine.js");
