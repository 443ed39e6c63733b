import type { V3Policy, V3Typed } from "./drm.js";
import type { AuthorizationPolicyOption, Finding, TokenRestriction } from "./index.js";
import type { OpenIdKeys } from "./openid.js";
import type { PrivateKey } from "./platform.js";

/**
 * Why a token was accepted or refused. When several things are wrong, the first check that fails is reported, in this order;
 * among required claims, the first in the policy's order.
 */
export type DecisionCode =
  | "token.allowed"
  | "policy.no_option" | "policy.address_unknown" | "policy.address_not_allowed"
  | "token.missing" | "token.ambiguous" | "token.too_large" | "token.malformed" | "token.duplicate_member"
  | "token.too_complex" | "token.unsupported" | "token.wrong_type" | "token.algorithm_not_allowed"
  | "token.no_usable_key" | "token.unknown_key" | "token.bad_signature"
  | "token.missing_expiry" | "token.time_not_a_number" | "token.time_not_whole" | "token.time_out_of_range"
  | "token.expired" | "token.not_yet_valid"
  | "token.missing_issuer" | "token.wrong_issuer" | "token.missing_audience" | "token.wrong_audience"
  | "token.missing_claim" | "token.wrong_claim" | "token.wrong_key_id"
  | "token.bad_max_uses" | "token.lifetime_too_long" | "token.uses_unknown" | "token.uses_exhausted";

/** Algorithms of symmetric keys (RFC 7518): whoever can verify can also sign. */
export type SymmetricAlgorithm = "HS256" | "HS384" | "HS512";
/** Algorithms of RSA keys and certificates. */
export type RsaAlgorithm = "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512";
/** Algorithms that sign with a private key; `EdDSA` is Ed25519. */
export type PublicKeyAlgorithm = RsaAlgorithm | "ES256" | "ES384" | "EdDSA";

/** One thing that was looked at, in this order: where from, the token as a text, its signature, what it says. */
export interface Check {
  /** which option of the policy, from 0; where the policy has options */
  option?: number;
  rule:
    | "address" | "transport" | "parse" | "algorithm" | "keys" | "signature"
    | "time" | "issuer" | "audience" | "claim" | "uses";
  /** `skip`: could not be looked at, because an earlier one failed */
  outcome: "pass" | "fail" | "skip";
  observed?: string;
  expected?: string;
  why?: string;
  fix?: string;
}

/** Its `tokenDigest` is a getter, worked out when asked for: `JSON.stringify` and `toJSON()` have it, a spread copy has not. */
export interface Decision {
  allowed: boolean;
  code: DecisionCode;
  /** GUID of the requested key, lower-case with hyphens */
  keyId: string;
  /** which option of the policy decided, from 0; where the policy has options */
  option?: number;
  /** which key verified the signature: `primary`, `alternate[0]`, `jwks[0]`, … */
  verificationKey?: string;
  /** seconds since 1970; like what follows, only where the signature was verified */
  expiresAt?: number;
  /**
   * names the token without revealing it, however its text was spelt: SHA-256 in hex, over the MAC (HS algorithms, SWT) or
   * over the signed text (the others, whose signatures can be re-spelt). Uses are counted under it.
   */
  readonly tokenDigest?: string;
  /** how often the token may be used, where it says so (`urn:microsoft:azure:mediaservices:maxuses`) */
  usesLimit?: number;
  /** from `explain` only */
  checks?: Check[];
  /** all of it as a plain object */
  toJSON(): Omit<Decision, "toJSON">;
}

export interface TokenRequest {
  /** the content key that is asked for */
  keyId: string;
  /** seconds since 1970; left out, the runtime's clock */
  now?: number;
  /** the viewer's IPv4 or IPv6 address; without it, an option restricted by address does not open */
  clientAddress?: string;
  /** look at options of this delivery type only: 1 PlayReady, 2 the key itself, 3 Widevine, 4 FairPlay */
  keyDeliveryType?: number;
  /**
   * how often this token was used before. Needed for tokens that limit their uses: without it they are refused with
   * `token.uses_unknown`, and the decision's `tokenDigest` says what to count. Count and ask in one step.
   */
  uses?: number;
}

/**
 * A policy: TokenRestrictionTemplate XML or the same as an object; a v3 content key policy, an option of one or an
 * option's restriction, as an object or as JSON; or the options of a v2 authorization policy.
 */
export type Policy =
  | string
  | TokenRestriction
  | AuthorizationPolicyOption[]
  | V3Policy
  | V3Policy["properties"]
  | V3Policy["properties"]["options"][number]
  | V3Typed;

export interface VerifierOptions {
  /** clock skew that is forgiven at both ends of a token's life, in seconds: 0 to 900, default 60 */
  tolerance?: number;
  /** what the policy's symmetric keys are for, default HS256; a SWT has HMAC-SHA-256 always */
  symmetricAlgorithm?: SymmetricAlgorithm;
  /** what the policy's RSA keys and certificates are for, default RS256 */
  rsaAlgorithm?: RsaAlgorithm;
  /** the key set behind the policy's discovery document: a JSON Web Key Set (RFC 7517), as an object or as JSON */
  jwks?: string | { keys: object[] };
}

/**
 * A policy as bytes for `keywicket/edge`: parsed, checked and flattened once. They hold the policy's symmetric keys, so
 * store them as a secret.
 */
export function compilePolicy(policy: Policy, options?: VerifierOptions): Uint8Array;

/**
 * Parsed once, checks many tokens. The kind of the policy's key decides the algorithm, never the token's header. It keeps
 * the policy's keys in memory until `using` or `dispose()` wipes them; a call after that throws `argument.out_of_range`.
 */
export class TokenVerifier {
  constructor(
    policy: Policy,
    options?: VerifierOptions & {
      /**
       * where the keys of the policy's discovery document come from: `checkAsync` fetches and refreshes them. What is
       * synchronous waits for nothing, and has the keys that the last `checkAsync` had; before the first one, none.
       */
      openIdKeys?: OpenIdKeys;
    },
  );
  /**
   * Decides, synchronously. A request that carries no token has `undefined` or `null`: options that are open need none. When
   * no option opens, the refusal is that of the option that came furthest.
   */
  check(token: string | null | undefined, request: TokenRequest): Decision;
  /** The same decision, with signatures of public keys verified by WebCrypto, or Node's own, which are faster at it. */
  checkAsync(token: string | null | undefined, request: TokenRequest): Promise<Decision>;
  /** The same decision, with every check in order. For engineers; an anonymous viewer should see only the code. */
  explain(token: string | null | undefined, request: TokenRequest): Decision & { checks: Check[] };
  /** The same decision with all that it depended on, by digest: to be stored, and replayed elsewhere. */
  record(token: string | null | undefined, request: TokenRequest): DecisionRecord;
  /** Decides again what a record tells of. `differences` are members of the record; none: everything is the same. */
  replay(record: DecisionRecord, token: string | null | undefined): { same: boolean; differences: (keyof DecisionRecord)[]; record: DecisionRecord };
  /** Codes for every token × key × time, `matrix[token][key][time]`; at most 100,000 in one call. The rest is as for `check`. */
  simulate(
    input: { tokens: string[]; keyIds: string[]; times: number[] } & Omit<TokenRequest, "keyId" | "now">,
  ): DecisionCode[][][];
  dispose(): void;
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void;
}

/** What a decision depended on. It holds no token and no key. */
export interface DecisionRecord {
  version: 1;
  /** SHA-256 in hex over the compiled policy without its symmetric keys */
  policyDigest: string;
  /** SHA-256 in hex over the token's text as it came */
  tokenTextDigest: string;
  request: TokenRequest & { now: number };
  decision: Omit<Decision, "toJSON">;
  checks: Check[];
}

/** The places of a request that may carry a token. */
export interface TokenSource {
  /** the `Authorization` header: `Bearer <token>`, also with `=`, `%3D` or `%20` in between */
  authorization?: string | null;
  /** the URL of the request, for its parameter `token` */
  url?: string | null;
  /** the custom data of a PlayReady challenge: XML */
  playReadyCustomData?: string | null;
  /** a `Request` is refused: name its parts */
  headers?: never;
}

/** The one token of a request, or why there is none to be had: it must stand in exactly one place. */
export function extractToken(
  source: TokenSource,
):
  | { token: string; source: "authorization" | "query" | "playready_custom_data"; code?: undefined }
  | { token?: undefined; code: "token.missing" | "token.ambiguous" | "token.malformed"; why: string; fix: string };

export interface InspectedToken {
  tokenType: "SWT" | "JWT";
  /** of a JWT */
  header?: Record<string, unknown>;
  claims: Record<string, unknown>;
  /** how many bytes of the token are signed, from its beginning */
  signedLength: number;
  signature: Uint8Array;
}

/** What a token of either type says, for reading: nothing of it is verified. Throws `inspect.unreadable`, saying why. */
export function inspectToken(token: string): InspectedToken;

/** Which keys of a JSON Web Key Set are not used, and why. */
export function lintKeySet(jwks: string | { keys: object[] }): Finding[];

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
  /** claims beside, or in place of, those that the policy requires; `null` leaves one out */
  claims?: Record<string, unknown>;
  /** `kid` of a JWT's header */
  kid?: string;
  /** symmetric; left out: the policy's primary key */
  signingKey?: Uint8Array;
  /** of a JWT, default HS256 */
  algorithm?: SymmetricAlgorithm;
}

/** Mints a test token from the policy itself, signed with its primary symmetric key. */
export function mintToken(policy: string | TokenRestriction, options?: MintOptions): string;

/** Mints a JWT signed by WebCrypto with a private key: a `CryptoKey`, or PKCS#8 as DER. `algorithm` is RS256 by default. */
export function mintTokenAsync(
  policy: string | TokenRestriction,
  options: Omit<MintOptions, "signingKey" | "algorithm"> & {
    privateKey: PrivateKey | Uint8Array;
    algorithm?: PublicKeyAlgorithm;
  },
): Promise<string>;
