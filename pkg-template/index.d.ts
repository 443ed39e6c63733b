/// <reference lib="esnext.disposable" />
/**
 * Keywicket: content keys, the policies that guard them, and the token checks that say why.
 *
 * Every function is synchronous and throws {@link KeywicketError} for a bad *argument*. A bad *token* never
 * throws: it is a {@link Decision}. Time is seconds since 1970-01-01T00:00:00Z; where `now` is left out, the
 * clock of the runtime is read. Key bytes are `Uint8Array`; a string in their place is refused.
 */

// ---------------------------------------------------------------------------------------------- start-up

// Classes of the platform, looked up so that these types need neither the DOM library nor Node's types.
type PlatformURL = typeof globalThis extends { URL: { prototype: infer Instance } } ? Instance : never;
type PlatformResponse = typeof globalThis extends { Response: { prototype: infer Instance } } ? Instance : never;
type PlatformModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Instance } } } ? Instance : never;

/** An address, a response on its way or here, the bytes, or a compiled `WebAssembly.Module`. */
export type WasmSource =
  | string | PlatformURL
  | PlatformResponse | Promise<PlatformResponse>
  | ArrayBuffer | ArrayBufferView
  | PlatformModule;

/**
 * Loads the WebAssembly module, from `core.wasm` beside the package's own files unless told otherwise. Browsers must
 * await it once before any other call; in Node, Deno, Bun and Cloudflare Workers the module is ready on import and
 * `init()` resolves at once. Calling it again is free; after a failure it may be called again.
 */
export function init(source?: WasmSource): Promise<void>;

/** Versions of what is running, for bug reports. */
export function versions(): { keywicket: string; wasmBindgen: string };

// ------------------------------------------------------------------------------------- what everyone shares

/** Stable machine-readable reason of a {@link KeywicketError}: `<room>.<reason>`. */
export type KeywicketErrorCode =
  | "argument.missing" | "argument.wrong_type" | "argument.unknown_member" | "argument.out_of_range" | "argument.too_long"
  | "id.empty" | "id.wrong_prefix" | "id.not_a_guid" | "id.all_zero"
  | "key.wrong_length" | "key.unknown_type" | "key.not_importable" | "key.seed_too_short"
  | "base64.invalid"
  | "certificate.not_a_certificate" | "certificate.not_rsa" | "certificate.unsupported_key_size"
  | "wrap.key_too_long" | "wrap.failed" | "unwrap.failed" | "unwrap.bad_private_key"
  | "file.wrong_key_length" | "file.bad_iv" | "file.bad_offset" | "file.iv_reused" | "file.empty" | "file.decrypt_failed"
  | "file.finished"
  | "random.unavailable"
  | "xml.empty" | "xml.malformed" | "xml.dtd_refused" | "xml.too_large" | "xml.too_deep" | "xml.too_many_attributes"
  | "xml.too_many_elements" | "xml.unknown_entity" | "xml.bad_character"
  | "token_restriction.wrong_root" | "token_restriction.missing_element" | "token_restriction.empty_value"
  | "token_restriction.unknown_key_type" | "token_restriction.bad_value" | "token_restriction.unknown_token_type"
  | "token_restriction.no_key_and_no_discovery" | "token_restriction.not_an_absolute_uri"
  | "verification_key.invalid" | "verification_key.not_symmetric"
  | "mint.key_id_required" | "mint.bad_lifetime"
  | "entity.unknown_set" | "entity.not_json" | "entity.invalid" | "entity.bad_root" | "entity.unknown_navigation"
  | "deliver.not_allowed" | "deliver.wrong_key"
  | "not_initialized" | "internal";

/** Thrown for every bad argument. The message says what to do, and where, and never contains a secret. */
export class KeywicketError extends Error {
  readonly name: "KeywicketError";
  readonly code: KeywicketErrorCode;
  /** Which argument or member, e.g. `restriction.requiredClaims[0].type`. */
  readonly path?: string;
  /** 1-based position in a text input, where there is one. */
  readonly line?: number;
  readonly column?: number;
  constructor(code: KeywicketErrorCode, message: string, details?: { path?: string; line?: number; column?: number; cause?: unknown });
}

export type Severity = "error" | "warning" | "info";

/** Something a reader noticed and either mended or only mentions. */
export interface Finding {
  code: string;
  severity: Severity;
  path: string;
  line?: number;
  column?: number;
  why: string;
  fix?: string;
  mended?: string;
}

// ------------------------------------------------------------------------------------------------- create

/** Content key types of Azure Media Services v2, by name. Key length in bytes: Storage 32, FairPlayPfxPassword any, all others 16. */
export type ContentKeyType =
  | "CommonEncryption" | "StorageEncryption" | "EnvelopeEncryption"
  | "CommonEncryptionCbcs" | "FairPlayASk" | "FairPlayPfxPassword";

/** A clear content key. Keep it no longer than you must: `key.fill(0)` when done. */
export interface ContentKey {
  /** `nb:kid:UUID:<lower-case GUID>` */
  id: string;
  type: ContentKeyType;
  key: Uint8Array;
}

/** One key id in every spelling; GUID bytes exist in two orders, and mixing them up is the classic mistake. */
export interface KeyIdForms {
  /** `nb:kid:UUID:…`: the Media Services entity id */
  id: string;
  /** lower-case, hyphenated: token claim, key-delivery URL */
  guid: string;
  /** `…nb%3Akid%3AUUID%3A…`: in entity URIs */
  uriEncoded: string;
  /** CENC / RFC 4122 order, as written: MP4 `tenc` and `pssh`, CPIX, DASH, Widevine */
  cenc: { hex: string; base64: string };
  /** .NET / PlayReady little-endian order: checksum, key-seed derivation, PlayReady header KID */
  playready: { hex: string; base64: string };
}

/** Accepts `nb:kid:UUID:<guid>` (any case) or a bare GUID in any .NET spelling, surrounded by white space or not. */
export function describeKeyId(id: string): KeyIdForms;

/** A new key from the platform's CSPRNG. Type defaults to `CommonEncryption`; id to a random one. */
export function generateContentKey(spec?: { type?: ContentKeyType; id?: string }): ContentKey;

/** Checks length and id of a key made elsewhere and returns it in canonical form (a copy). */
export function importContentKey(key: { type: ContentKeyType; id: string; key: Uint8Array }): ContentKey;

/**
 * The content key checksum: AES-ECB of the 16 GUID bytes (.NET order) under the key, first 8 bytes, base64 (12 characters).
 * `key` is 16 or 32 bytes (24 is accepted, as the reference SDK does).
 */
export function computeChecksum(id: string, key: Uint8Array): string;

/** A protection certificate as read: nothing is refused that can still wrap a key; oddities are in `findings`. */
export interface ProtectionCertificate {
  /** SHA-1 of the DER, 40 upper-case hex digits: the `ProtectionKeyId` */
  thumbprint: string;
  /** SHA-256 of the DER, 64 upper-case hex digits */
  thumbprintSha256: string;
  /** e.g. `CN=example` */
  subject: string;
  issuer: string;
  /** hexadecimal with a leading `-` where the certificate's serial number is negative */
  serialNumber: string;
  /** seconds since 1970 */
  notBefore: number;
  notAfter: number;
  keyBits: number;
  /** RSA public exponent */
  exponent: number;
  /** e.g. `1.2.840.113549.1.1.4` */
  signatureAlgorithmOid: string;
  /** e.g. `md5WithRSAEncryption`; the OID where the name is unknown */
  signatureAlgorithm: string;
  /** `certificate.md5_signature`, `certificate.sha1_signature`, `certificate.negative_serial`, `certificate.expired`,
   * `certificate.not_yet_valid`, `certificate.weak_key` */
  findings: Finding[];
}

/** DER bytes, base64 of them, or PEM (wrapped anywhere, stray white space allowed). RSA keys only. */
export function readProtectionCertificate(certificate: string | Uint8Array, options?: { now?: number }): ProtectionCertificate;

/** The ContentKey entity of the REST API, ready to POST. Wire names and wire order. */
export interface ContentKeyEntity {
  Id: string;
  ContentKeyType: number;
  /** RSA-OAEP (SHA-1, MGF1-SHA-1, empty label), base64 */
  EncryptedContentKey: string;
  Name: string;
  /** thumbprint of the certificate */
  ProtectionKeyId: string;
  ProtectionKeyType: number;
  /** `null` for FairPlayPfxPassword, which has none */
  Checksum: string | null;
  /** only when track names were given, joined with commas */
  TrackIdentifiers?: string;
}

export function wrapContentKey(
  key: ContentKey,
  certificate: string | Uint8Array,
  options?: { name?: string; trackIdentifiers?: string[] },
): ContentKeyEntity;

// --------------------------------------------------------------------------------------------------- link

/** A key that verifies token signatures. */
export type VerificationKey =
  /** HMAC key, any length; 64 bytes by convention, fewer than 32 is weak */
  | { kind: "symmetric"; key: Uint8Array }
  /** DER certificate */
  | { kind: "x509"; certificate: Uint8Array }
  /** big-endian numbers without leading zeros */
  | { kind: "rsa"; exponent: Uint8Array; modulus: Uint8Array };

/**
 * A claim a token must carry. `value: null` (or left out) asks for presence only, except for
 * `urn:microsoft:azure:mediaservices:contentkeyidentifier`, whose value must then be the requested key's GUID.
 */
export interface RequiredClaim {
  type: string;
  value?: string | null;
}

export interface TokenRestriction {
  tokenType: "SWT" | "JWT";
  issuer: string;
  audience: string;
  primaryVerificationKey?: VerificationKey;
  alternateVerificationKeys?: VerificationKey[];
  requiredClaims?: RequiredClaim[];
  openIdDiscoveryUri?: string;
}

/** The claim that ties a token to one content key. */
export const CONTENT_KEY_IDENTIFIER_CLAIM: "urn:microsoft:azure:mediaservices:contentkeyidentifier";

/** Random bytes for a symmetric verification key. 64 by default, 16 to 1024 allowed. */
export function generateVerificationKey(length?: number): Uint8Array;

/**
 * The TokenRestrictionTemplate XML. `form: "current"` (default) is what the last .NET SDK wrote, `"2015"` what the
 * REST documentation prints (no OpenIdConnectDiscoveryDocument element).
 */
export function buildTokenRestriction(restriction: TokenRestriction, options?: { form?: "current" | "2015" }): string;

/** Reads a TokenRestrictionTemplate of any writer. What had to be mended is in `findings`. */
export function readTokenRestriction(xml: string): { restriction: TokenRestriction; findings: Finding[] };

/** One REST call, ready to send or to show. `Authorization` and `Host` are the sender's to add. */
export interface RestRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: string;
  headers: Record<string, string>;
  /** JSON text, or "" */
  body: string;
  /** UTF-8 length of `body` */
  contentLength: number;
}

export type EntitySet =
  | "Assets" | "ContentKeys" | "ContentKeyAuthorizationPolicies" | "ContentKeyAuthorizationPolicyOptions" | "AssetDeliveryPolicies";

/** POST of a new entity. `root` is an http(s) URL that ends with a slash, such as `https://media.example/api/`. Members are checked and written in wire order. */
export function createEntityRequest(root: string, set: EntitySet, entity: object): RestRequest;

/** POST `{set}('id')/$links/{navigation}` pointing at another entity. */
export function linkEntitiesRequest(
  root: string,
  from: { set: EntitySet; id: string },
  navigation: "ContentKeys" | "Options" | "DeliveryPolicies",
  to: { set: EntitySet; id: string },
): RestRequest;

/** PUT of some members of an entity; the service merges. */
export function updateEntityRequest(root: string, entity: { set: EntitySet; id: string }, changes: object): RestRequest;

// ---------------------------------------------------------------------------------------------- authorize

/** Why a token was accepted or refused. When several things are wrong, the first in this order is reported. */
export type DecisionCode =
  | "token.allowed"
  | "token.missing" | "token.too_large" | "token.malformed" | "token.wrong_type" | "token.algorithm_not_allowed"
  | "token.no_usable_key" | "token.bad_signature"
  | "token.missing_expiry" | "token.bad_time" | "token.expired" | "token.not_yet_valid"
  | "token.missing_issuer" | "token.wrong_issuer" | "token.missing_audience" | "token.wrong_audience"
  | "token.missing_claim" | "token.wrong_claim" | "token.wrong_key_id";

export interface Check {
  rule: "transport" | "parse" | "algorithm" | "signature" | "time" | "issuer" | "audience" | "claim";
  outcome: "pass" | "fail" | "skip";
  observed?: string;
  expected?: string;
  why?: string;
  fix?: string;
}

export interface Decision {
  allowed: boolean;
  code: DecisionCode;
  /** GUID of the requested key */
  keyId: string;
  /** which key verified the signature: `primary`, `alternate[0]`, … */
  verificationKey?: string;
  /** seconds since 1970 */
  expiresAt?: number;
  /** SHA-256 of the signed bytes, a zero byte and the decoded signature, hex: names the token without revealing it */
  tokenDigest?: string;
  /** from `explain` only */
  checks?: Check[];
}

export interface TokenRequest {
  /** the content key that is asked for */
  keyId: string;
  now?: number;
}

/**
 * Parsed once, checks many tokens. It copies what it is made from, and keeps the policy's keys in memory until
 * `using` or `dispose()` wipes them; a call after that throws `argument.out_of_range`.
 */
export class TokenVerifier {
  /** `policy`: TokenRestrictionTemplate XML or a {@link TokenRestriction}. `tolerance`: clock skew in seconds, 0 to 900, default 60. */
  constructor(policy: string | TokenRestriction, options?: { tolerance?: number });
  check(token: string, request: TokenRequest): Decision;
  /** The same decision, with every check in order. For engineers; an anonymous viewer should see only the code. */
  explain(token: string, request: TokenRequest): Decision & { checks: Check[] };
  dispose(): void;
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void;
}

/** What to put in a test token. Left out, a member is what the policy asks for. */
export interface MintOptions {
  keyId?: string;
  now?: number;
  /** seconds from `now`, default 600 */
  lifetime?: number;
  /** seconds since 1970; wins over `lifetime` */
  expiresAt?: number;
  /** seconds since 1970; JWT only; left out: `now` - 300; `null`: no `nbf` */
  notBefore?: number | null;
  tokenType?: "SWT" | "JWT";
  issuer?: string;
  audience?: string;
  /** symmetric; left out: the policy's primary key */
  signingKey?: Uint8Array;
}

/** Mints a test token from the policy itself, signed with its primary symmetric key (HS256 for JWT). */
export function mintToken(policy: string | TokenRestriction, options?: MintOptions): string;

// ------------------------------------------------------------------------------------------------ deliver

/**
 * Checks the token and, only if it is allowed for this very key, releases the key bytes.
 * `body` is exactly what the AES-128 key endpoint answers: 16 raw bytes.
 */
export function deliverKey(
  gate: TokenVerifier,
  token: string,
  key: ContentKey,
  options?: { now?: number },
): { decision: Decision; body?: Uint8Array };
