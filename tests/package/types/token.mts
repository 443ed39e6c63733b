import {
  compilePolicy,
  extractToken,
  inspectToken,
  lintKeySet,
  mintToken,
  mintTokenAsync,
  OpenIdKeys,
  toV3,
  TokenVerifier,
} from "keywicket";
import type * as Types from "keywicket";
import * as edge from "keywicket/edge";
import type * as Edge from "keywicket/edge";

type Equal<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;
type IsAny<T> = 0 extends 1 & T ? true : false;
const proven = <_Claim extends true>(): void => undefined;

// ------------------------------------------------------------------------------------------- what is allowed

const policy: Types.TokenRestriction = {
  tokenType: "JWT",
  issuer: "https://issuer.example",
  audience: "urn:player",
  openIdDiscoveryUri: "https://login.example.com/.well-known/openid-configuration",
};
const option: Types.AuthorizationPolicyOption = {
  KeyDeliveryType: 2,
  Restrictions: [{ KeyRestrictionType: 2, Requirements: "192.0.2.0/24" }, { KeyRestrictionType: 0, Requirements: null }],
};
const v3 = toV3([]).policy;
const jwks = { keys: [{ kty: "OKP", crv: "Ed25519", x: "AA" }] };
const openIdKeys = new OpenIdKeys({ discoveryUri: "https://login.example.com/", issuer: "https://login.example.com/" });

const policies: Types.Policy[] = ["<xml/>", policy, [option], v3, v3.properties, ...v3.properties.options, { "@odata.type": "#x" }];
for (const any of policies) compilePolicy(any, { tolerance: 0, symmetricAlgorithm: "HS512", rsaAlgorithm: "PS256", jwks });
const compiled = compilePolicy(policy, { jwks: JSON.stringify(jwks) });

using gate = new TokenVerifier(policy, { openIdKeys });
const request: Types.TokenRequest = { keyId: "id", now: 0, clientAddress: "::1", keyDeliveryType: 2, uses: 0 };
const decision = await gate.checkAsync(null, request);
const explained = gate.explain(undefined, request);
const record = gate.record("token", request);
const replayed = gate.replay(JSON.parse(JSON.stringify(record)) as Types.DecisionRecord, "token");
gate.replay(record, null);
const matrix = gate.simulate({ tokens: [""], keyIds: ["id"], times: [0] });

await edge.init();
await edge.init(new Uint8Array(8));
using small = new edge.TokenVerifier(compiled);
const there = small.check(undefined, request);
const later = small.checkAsync("token", { keyId: "id" });

const { publicKey: _, privateKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
const minted = mintTokenAsync(policy, { privateKey, algorithm: "ES256", keyId: "id", kid: "k", claims: { a: [1] } });
await mintTokenAsync("<xml/>", { privateKey: new Uint8Array(8) });
mintToken(policy, { algorithm: "HS384", signingKey: compiled, claims: { tier: null }, expiresAt: 0, tokenType: "SWT" });

const extracted = extractToken({ authorization: null, url: new Request("https://a.example").url });
const inspected = inspectToken("token");
const findings = lintKeySet(jwks);

// ------------------------------------------------------------------------------------- and comes out as this

proven<Equal<typeof compiled, Uint8Array>>();
proven<Equal<typeof decision, Types.Decision>>();
proven<Equal<typeof explained.checks, Types.Check[]>>();
proven<Equal<typeof record, Types.DecisionRecord>>();
proven<Equal<typeof record.request.now, number>>();
proven<Equal<typeof replayed.differences, (keyof Types.DecisionRecord)[]>>();
proven<Equal<typeof matrix, Types.DecisionCode[][][]>>();
proven<Equal<typeof there, Edge.Decision>>();
proven<Equal<Edge.Decision, Types.Decision>>();
proven<Equal<Edge.DecisionCode, Types.DecisionCode>>();
proven<Equal<Edge.TokenRequest, Types.TokenRequest>>();
proven<Equal<typeof Edge.KeywicketError, typeof Types.KeywicketError>>();
proven<Equal<typeof later, Promise<Types.Decision>>>();
proven<Equal<typeof minted, Promise<string>>>();
proven<Equal<typeof inspected.claims, Record<string, unknown>>>();
proven<Equal<typeof inspected.signature, Uint8Array>>();
proven<Equal<typeof findings, Types.Finding[]>>();
proven<Equal<IsAny<typeof extracted>, false>>();
proven<Equal<IsAny<Types.Check["rule"]>, false>>();
proven<Equal<keyof typeof Edge, "init" | "KeywicketError" | "TokenVerifier">>();

// Either a token or the reason why there is none: one look tells which.
if (extracted.code === undefined) {
  proven<Equal<typeof extracted.token, string>>();
  proven<Equal<typeof extracted.source, "authorization" | "query" | "playready_custom_data">>();
} else {
  proven<Equal<typeof extracted.token, undefined>>();
  proven<Equal<typeof extracted.why, string>>();
}

// --------------------------------------------------------------------------------------- what is not allowed

// @ts-expect-error an algorithm of public keys for symmetric ones
compilePolicy(policy, { symmetricAlgorithm: "RS256" });
// @ts-expect-error keys that are fetched cannot be compiled in
compilePolicy(policy, { openIdKeys });
// @ts-expect-error a compiled policy in place of a policy
new TokenVerifier(compiled);
// @ts-expect-error a policy in place of a compiled one
new edge.TokenVerifier(policy);
// @ts-expect-error text in place of bytes
new edge.TokenVerifier("compiled");
// @ts-expect-error the edge explains nothing
small.explain("token", request);
// @ts-expect-error nor has it settings: they are compiled in
new edge.TokenVerifier(compiled, { tolerance: 0 });
// @ts-expect-error a check for no key
small.check("token", {});
// @ts-expect-error a promise is no decision
if (gate.checkAsync("token", request).allowed) throw new Error();
// @ts-expect-error a misspelt member
gate.check("token", { keyId: "id", clientAdress: "::1" });
// @ts-expect-error a list of options is a list
new TokenVerifier(option);
// @ts-expect-error a matrix needs times
gate.simulate({ tokens: [], keyIds: [] });
// @ts-expect-error one token is not a list of them
gate.simulate({ tokens: "token", keyIds: [], times: [] });
// @ts-expect-error a decision is no record
gate.replay(decision, "token");
// @ts-expect-error private keys sign asynchronously
mintToken(policy, { privateKey });
// @ts-expect-error an algorithm of symmetric keys
await mintTokenAsync(policy, { privateKey, algorithm: "HS256" });
// @ts-expect-error nothing to sign with
await mintTokenAsync(policy, { keyId: "id" });
// @ts-expect-error a Request in place of its parts
extractToken(new Request("https://a.example"));
// @ts-expect-error headers in place of the one that counts
extractToken({ authorization: new Headers() });
// @ts-expect-error key sets have keys
lintKeySet({});
