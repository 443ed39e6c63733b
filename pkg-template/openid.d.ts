import type { KeywicketError } from "./index.js";
import type { Signal } from "./platform.js";

/** As the platform's `fetch` takes it, which is where the types of each platform have it. */
type AbortSignalOfFetch = typeof globalThis extends { fetch: (uri: string, init?: infer Init) => unknown }
  ? NonNullable<Init> extends { signal?: infer Instance }
    ? NonNullable<Instance>
    : Signal
  : Signal;

/** What is asked of a `fetch`. Members that the platform's `Request` does not know are left out. */
export interface OpenIdRequest {
  redirect: "manual";
  headers: { accept: string };
  signal: AbortSignalOfFetch;
  credentials?: "omit";
  referrerPolicy?: "no-referrer";
  cache?: "no-store";
}

/** What is read of its answer; a `Response` has it. */
export interface OpenIdResponse {
  readonly status: number;
  readonly type?: string;
  readonly redirected?: boolean;
  /** a `ReadableStream` of `Uint8Array` */
  readonly body: object | null;
}

export interface OpenIdKeysOptions {
  /** address of the discovery document, as in `https://login.example.com/.well-known/openid-configuration` */
  discoveryUri: string;
  /** what the document must name as `issuer`, to the letter */
  issuer: string;
  /** default the platform's; called as a plain function */
  fetch?: (uri: string, init: OpenIdRequest) => Promise<OpenIdResponse>;
  /** seconds for which keys are used without asking again, default 3600 */
  maxAge?: number;
  /** seconds in which nothing is asked again after a failure, or for a key id that nobody knows, default 60 */
  cooldown?: number;
  /** milliseconds for both documents together, from the connection to the last byte, at most 60000, default 5000 */
  timeout?: number;
  /** of each document, at most 1048576, default 65536 */
  maxBytes?: number;
  /** seconds for which keys are used while newer ones cannot be had, at least `maxAge`, at most 31 days, default 86400 */
  staleFor?: number;
  /** the only hosts that are asked: `login.example.com`, or `login.example.com:8443` for another port than 443 */
  allowedHosts?: string[];
  /** seconds since 1970-01-01T00:00:00Z, default the clock of the runtime */
  now?: () => number;
}

/**
 * The verification keys of the provider that an OpenID Connect discovery document describes. One object serves many
 * requests: it asks once for all of them, and remembers the answer. Making it asks nothing, so it may stand at the top of
 * a module.
 *
 * Both documents are fetched by https from public host names alone, and from nowhere that they redirect to. Which address
 * a name resolves to cannot be seen from JavaScript: where a server can reach a network that must stay closed, list
 * `allowedHosts`, and in Workers set the compatibility flag `global_fetch_strictly_public`.
 *
 * Bad options throw `argument.*` or `openid.refused`, at once. Later failures are `openid.unreachable` (network, time,
 * status), `openid.refused` (an address or a redirect), `openid.too_large` and `openid.invalid` (another issuer, no such
 * document, no usable key).
 */
export class OpenIdKeys {
  constructor(options: OpenIdKeysOptions);
  /**
   * The key set as JSON text (RFC 7517), with nothing in it but public signing keys. Asks at the first call and, in the
   * background, when `maxAge` has passed; waits when `staleFor` has passed as well. Rejected while there are no keys to
   * be had: within `cooldown` of a failure at once.
   */
  current(): Promise<string>;
  /**
   * To be called after a token named a key id that the set does not have. Asks again, unless somebody did so less than
   * `cooldown` seconds ago, and says whether the set is another one now. A failure is `false`, and in `status()`.
   *
   * `now` is the time that the caller decides for, in seconds, where that is not the clock's: for a time before the last
   * attempt and its `cooldown` nothing is asked.
   */
  refresh(now?: number): Promise<boolean>;
  /** For consoles; never throws. Times are seconds since 1970-01-01T00:00:00Z, and absent if there was no such thing. */
  status(): OpenIdKeysStatus;
}

export interface OpenIdKeysStatus {
  /** when the attempt began that got the keys */
  fetchedAt?: number;
  lastAttemptAt?: number;
  /** why the last attempt failed, if it did */
  lastError?: KeywicketError;
  /** no keys, or older than `maxAge` */
  isStale: boolean;
}
