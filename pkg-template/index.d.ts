/// <reference lib="esnext.disposable" />
/**
 * Keywicket: content keys, the policies that guard them, and the token checks that say why.
 *
 * Functions are synchronous unless they say otherwise, and throw {@link KeywicketError} for a bad *argument*. A bad *token* never
 * throws: it is a {@link Decision}. Time is seconds since 1970-01-01T00:00:00Z; where `now` is left out, the
 * clock of the runtime is read. Key bytes are `Uint8Array`; a string in their place is refused.
 */

import type { Decision, TokenRequest, TokenVerifier } from "./token.js";
import type { OaepHash } from "./webcrypto.js";

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
  | "unwrap.checksum_mismatch" | "rebind.empty_certificate" | "webcrypto.unavailable"
  | "pfx.wrong_password_or_damaged" | "pfx.unsupported" | "pfx.no_private_key"
  | "random.unavailable"
  | "xml.empty" | "xml.malformed" | "xml.dtd_refused" | "xml.too_large" | "xml.too_deep" | "xml.too_many_attributes"
  | "xml.too_many_elements" | "xml.unknown_entity" | "xml.bad_character"
  | "token_restriction.wrong_root" | "token_restriction.missing_element" | "token_restriction.empty_value"
  | "token_restriction.unknown_key_type" | "token_restriction.bad_value" | "token_restriction.unknown_token_type"
  | "token_restriction.no_key_and_no_discovery" | "token_restriction.not_an_absolute_uri"
  | "playready.wrong_root" | "playready.https_schema_instance" | "playready.missing_element"
  | "playready.no_license_templates" | "playready.nil_license" | "playready.missing_content_key"
  | "playready.unknown_content_key_type" | "playready.all_zero_key_identifier" | "playready.missing_play_right"
  | "playready.bad_value" | "playready.bad_date" | "playready.bad_duration" | "playready.bad_opl"
  | "playready.bad_two_bit" | "playready.unknown_name" | "playready.unknown_output_with_digital_video_only"
  | "playready.two_begin_dates" | "playready.two_expiration_dates" | "playready.first_play_on_nonpersistent"
  | "playready.grace_period_on_nonpersistent" | "playready.begin_date_on_nonpersistent"
  | "playready.expiration_date_on_nonpersistent" | "playready.bad_unknown_element"
  | "verification_key.invalid" | "verification_key.not_symmetric" | "verification_key.unsupported_jwk"
  | "verification_key.token_unreadable" | "verification_key.unsupported_here" | "compiled_policy.invalid"
  | "openid.unreachable" | "openid.refused" | "openid.invalid" | "openid.too_large" | "ip_restriction.bad_network" | "policy.bad_option"
  | "rollover.bad_times" | "rollover.incomplete" | "rollover.refuses_valid_tokens"
  | "widevine.not_json" | "widevine.not_an_object" | "widevine.bad_value"
  | "fairplay.not_json" | "fairplay.missing_member" | "fairplay.bad_value" | "fairplay.bad_iv"
  | "asset_delivery.not_json" | "asset_delivery.bad_value" | "asset_delivery.unknown_key" | "asset_delivery.duplicate_key"
  | "asset_delivery.missing_content_key"
  | "v3.not_json" | "v3.missing_member" | "v3.bad_value" | "v3.unknown_type" | "v3.secret_missing" | "v3.no_counterpart"
  | "v3.several_restrictions" | "v3.no_restriction" | "v3.missing_configuration" | "v3.fairplay_secrets_missing"
  | "v3.fairplay_keys_missing"
  | "mint.key_id_required" | "mint.bad_lifetime" | "mint.bad_claims" | "inspect.unreadable"
  | "entity.unknown_set" | "entity.not_json" | "entity.invalid" | "entity.bad_root" | "entity.unknown_navigation"
  | "deliver.not_allowed" | "deliver.wrong_key" | "deliver.not_deliverable"
  | "deliver.bad_request" | "deliver.method_not_allowed" | "deliver.too_large" | "deliver.unknown_key" | "deliver.no_policy"
  | "deliver.policy_unusable" | "deliver.unwrap_failed" | "deliver.checksum_mismatch" | "deliver.not_admin"
  | "clearkey.bad_request" | "playlist.not_a_playlist" | "playlist.too_large" | "playlist.not_allowed"
  | "deliver.no_delivery_type"
  | "deliver.wrong_key_type" | "deliver.no_key_id" | "deliver.bad_root"
  | "query.bad_option" | "query.bad_filter" | "query.too_broad"
  | "function.bad_parameter" | "function.no_protection_key" | "unwrap.no_private_key"
  | "store.unavailable" | "store.corrupt" | "upstream.unavailable"
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

export type EntityKind =
  | "ContentKey" | "ContentKeyAuthorizationPolicy" | "ContentKeyAuthorizationPolicyOption" | "Asset" | "AssetDeliveryPolicy";

/** Any entity's id, told apart by its prefix (`nb:kid:UUID:`, `nb:ckpid:UUID:`, `nb:ckpoid:UUID:`, `nb:cid:UUID:`, `nb:adpid:UUID:`). */
export function describeEntityId(id: string): { kind: EntityKind; id: string; guid: string; uriEncoded: string };

/** A new key from the platform's CSPRNG. Type defaults to `CommonEncryption`; id to a random one. */
export function generateContentKey(spec?: { type?: ContentKeyType; id?: string }): ContentKey;

/** Checks length and id of a key made elsewhere and returns it in canonical form (a copy). */
export function importContentKey(key: { type: ContentKeyType; id: string; key: Uint8Array }): ContentKey;

/**
 * The content key checksum: AES-ECB of the 16 GUID bytes (.NET order) under the key, first 8 bytes, base64 (12 characters).
 * `key` is 16 or 32 bytes (24 is accepted, as the reference SDK does).
 */
export function computeChecksum(id: string, key: Uint8Array): string;

/** Which known mistake made a stored checksum. */
export type ChecksumVerdict =
  | "match" | "big_endian_guid" | "php_sdk" | "java_sdk" | "entity_id_text" | "reversed" | "all_zero_id" | "unknown";

/** Whether a stored checksum belongs to a key and an id (as it is stored), or which known mistake made it. */
export function diagnoseChecksum(stored: { id: string; key: Uint8Array; checksum: string }): { verdict: ChecksumVerdict; why: string };

/**
 * Checksums of many keys at once: `ids` are 16 bytes each, as written (CENC order), `keys` are `keyLength` bytes each.
 * The result has 8 bytes for each. Columns of up to 16 MiB; {@link computeChecksumsInChunks} takes longer ones.
 */
export function computeChecksums(ids: Uint8Array, keys: Uint8Array, options: { keyLength: 16 | 32 }): Uint8Array;

/** A PlayReady key seed: 30 random bytes. */
export function generateKeySeed(): Uint8Array;

/** The content key (16 bytes) of a key id under a PlayReady key seed, whose first 30 bytes count. */
export function deriveContentKey(seed: Uint8Array, id: string): Uint8Array;

/** Content keys of many ids, 16 bytes each as for {@link computeChecksums}. The result has 16 bytes for each. */
export function deriveContentKeys(seed: Uint8Array, ids: Uint8Array): Uint8Array;

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

/** The certificate's public key, which WebCrypto imports as `spki`, and its SHA-1 thumbprint. */
export function certificatePublicKey(certificate: string | Uint8Array): { spki: Uint8Array; thumbprint: string };

/** The ContentKey entity of the REST API, ready to POST. Wire names and wire order. */
export interface ContentKeyEntity {
  Id: string;
  ContentKeyType: number;
  /** RSA-OAEP (SHA-1 unless another hash was asked for, the same in MGF1, empty label), base64 */
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
  options?: { name?: string; trackIdentifiers?: string[]; hash?: OaepHash },
): ContentKeyEntity;

/** What is odd about a ContentKey entity, from an object or its JSON text. */
export function lintContentKeyEntity(entity: object | string): Finding[];

/** AES-256-CBC of a text as UTF-8, base64. `key`: 32 bytes, `iv`: 16 bytes. */
export function encryptConfiguration(input: { key: Uint8Array; iv: Uint8Array; text: string }): string;

export function decryptConfiguration(input: { key: Uint8Array; iv: Uint8Array; encrypted: string }): string;

export * from "./batch.js";
export * from "./files.js";
export * from "./webcrypto.js";

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
 * The TokenRestrictionTemplate XML, as a release of the .NET SDK wrote it. `form`: `"current"` (default) the last ones;
 * `"2015"` what the REST documentation prints (no OpenIdConnectDiscoveryDocument element); `"3.1"` and `"3.0"` the earlier
 * ones, which wrote issuer and audience as normalised URIs (`http://a` becomes `http://a/`), 3.0 without TokenType (SWT only).
 */
export function buildTokenRestriction(restriction: TokenRestriction, options?: { form?: "current" | "2015" | "3.1" | "3.0" }): string;

/** Reads a TokenRestrictionTemplate of any writer. What had to be mended is in `findings`. */
export function readTokenRestriction(
  xml: string,
  options?: {
    /** what the old .NET SDK read, and nothing else: order counts, slips of the documentation are refused */
    strict?: boolean;
  },
): { restriction: TokenRestriction; findings: Finding[] };

/** What is risky or unusual about a valid restriction: weak keys, tokens that open every key, slips in texts. */
export function lintTokenRestriction(restriction: string | TokenRestriction): Finding[];

/** A verification key from a JSON Web Key (RSA): the first certificate of `x5c`, else `n` and `e`. */
export function verificationKeyFromJwk(jwk: object): VerificationKey;

/**
 * Why a token does not verify although "it is the right key": tries the known mis-encodings of a symmetric key on a token
 * signed with HMAC-SHA-256. For people at a console; never part of a decision.
 */
export function diagnoseVerificationKey(input: { key: Uint8Array; token: string }): {
  encoding:
    | "as_is" | "base64_text" | "base64_text_unpadded" | "base64url_text" | "hex_text" | "hex_text_upper"
    | "decoded_base64" | "decoded_base64url" | "decoded_hex" | "trailing_line_feed" | "trailing_cr_lf"
    | "policy_trailing_white_space" | "utf16_le" | "utf16_be" | "base64_text_line_feed" | "unknown";
  why: string;
};

/** What decides how long a change of the verification key takes; seconds. */
export interface RolloverTimes {
  /** how long a changed policy may go unnoticed where tokens are checked */
  policyCache: number;
  longestTokenLife: number;
  /** clock skew that verifiers forgive; 60 if left out */
  tolerance?: number;
}

export interface RolloverStep {
  action: "add_as_alternate" | "sign_with_new_key" | "promote" | "drop_old_key";
  /** not before this time; seconds since 1970 */
  at: number;
  why?: string;
}

/** A plan for changing a verification key in which no valid token is refused: each step waits until the one before is known everywhere. */
export function planRollover(times: RolloverTimes & { now?: number }): RolloverStep[];

/** Throws `rollover.refuses_valid_tokens`, naming the step and the earliest safe time, if a plan would refuse a valid token. */
export function checkRollover(steps: RolloverStep[], times: RolloverTimes): void;

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

/** What the answer to a create says. */
export interface CreatedResponse {
  status: 201;
  entitySet: EntitySet;
  id: string;
  /** the entity's address, as the `Location` header has it */
  location: string;
}

/** Reads the body of the answer to a create: JSON text, or what it was parsed into. */
export function readCreatedResponse(body: string | object): CreatedResponse;

export * from "./drm.js";
export * from "./playready.js";

// ---------------------------------------------------------------------------------------------- authorize

export * from "./openid.js";
export * from "./token.js";

/** An option of an authorization policy, as the REST API has it. */
export interface AuthorizationPolicyOption {
  Id?: string;
  Name?: string;
  /** 1 PlayReady licence, 2 the key itself over HTTPS, 3 Widevine, 4 FairPlay */
  KeyDeliveryType: number;
  KeyDeliveryConfiguration?: string | null;
  /** all of them must hold; at least one */
  Restrictions: {
    Name?: string;
    /** 0 open, 1 token (Requirements: the XML), 2 client address (Requirements: networks such as `192.0.2.0/24, 2001:db8::/32`; an extension) */
    KeyRestrictionType: number;
    Requirements?: string | null;
  }[];
}

// ------------------------------------------------------------------------------------------------ deliver

/**
 * The address at which a key is delivered: below `root` (an http(s) URL that ends with a slash), by delivery type 1 (PlayReady),
 * 2 (the key itself), 3 (Widevine) or 4 (FairPlay). A PlayReady address names no key. With the `type` of the key, one that
 * is not delivered so is refused (`deliver.wrong_key_type`).
 */
export function keyDeliveryUrl(
  root: string,
  delivery: 1 | 2 | 3 | 4,
  keyId: string,
  options?: { type?: ContentKeyType },
): string;

/** The key (`nb:kid:UUID:…`) that a key delivery address is about: its parameter `kid` in any letter case, whatever the scheme. */
export function keyIdOfUrl(url: string): string;

/**
 * Checks the token and, only if it is allowed for this very key, releases the key bytes.
 * `body` is exactly what the AES-128 key endpoint answers: 16 raw bytes. Keys of another type than EnvelopeEncryption are
 * refused with `deliver.not_deliverable`.
 */
export function deliverKey(
  gate: TokenVerifier,
  token: string | null | undefined,
  key: ContentKey,
  options?: Omit<TokenRequest, "keyId">,
): { decision: Decision; body?: Uint8Array };

/**
 * Puts the viewer's token on the key addresses of an HLS playlist, for native players, which send no headers: on keys
 * (`EXT-X-KEY`, `EXT-X-SESSION-KEY`) at the listed servers, and on nothing else. Relative addresses become absolute; all the
 * rest stays as it is, byte for byte. Answer the result with `Cache-Control: no-store`: it is for this viewer alone.
 */
export function rewritePlaylist(
  text: string,
  options: {
    /** where the playlist came from: an http or https URL */
    url: string;
    /** the viewer's token, as it is: it is percent-encoded here */
    token: string;
    /** key servers that may see the token, by origin (`https://keys.example`) or any address there */
    keyServers: string[];
    /**
     * in a master playlist, lead the addresses of other playlists through this one, as its parameters `url` and `token`: such
     * as `https://keys.example/playlist` of a {@link KeyService}. Without it, they come from their own server, unrewritten.
     */
    route?: string;
    /** origins whose playlists go through the route, beside that of `url` */
    routeOrigins?: string[];
  },
): string;

export * from "./service/key-service.js";
