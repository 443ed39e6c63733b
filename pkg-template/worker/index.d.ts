import type { KeyServiceOptions, KeyStore, Batch, KeyRange, Versioned } from "../service/key-service.js";
import type { HttpRequest, HttpResponse } from "../platform.js";

/** What a Worker is handed beside the request. */
export interface WorkerContext {
  waitUntil(promise: Promise<unknown>): void;
}

/** The binding to the namespace of {@link KeyAccount}. */
export interface AccountNamespace {
  idFromName(name: string): unknown;
  get(id: never): unknown;
}

/** Variables, secrets and bindings of the Worker. Lists are separated by commas or spaces; what is missing or empty is off. */
export interface KeyServerEnvironment {
  /** the Durable Objects, one for each account */
  KEYS: AccountNamespace;
  /** secret: who may manage, as token restriction XML or v3 JSON; without it the management API answers 401 to everybody */
  ADMIN_POLICY?: string;
  /** what content keys are wrapped to: PEM or base64 */
  PROTECTION_CERTIFICATE?: string;
  /** secret: its private key, PKCS#8 as PEM or base64; without it keys are kept, but not delivered */
  PROTECTION_KEY?: string;
  /** the certificate before, to which older keys are wrapped */
  PREVIOUS_PROTECTION_CERTIFICATE?: string;
  /** secret: its private key */
  PREVIOUS_PROTECTION_KEY?: string;
  /** the public root of the API, such as `https://media.example/api/` */
  API_ROOT?: string;
  /** what key delivery URLs begin with, such as `https://keys.example/` */
  DELIVERY_ROOT?: string;
  /** hosts that send clients on to `API_ROOT` */
  ENTRY_HOSTS?: string;
  /** hosts that serve the management API; all if there are none */
  ADMIN_HOSTS?: string;
  /** hosts that deliver keys; all if there are none */
  DELIVERY_HOSTS?: string;
  /** origins of pages that may ask for keys */
  ALLOWED_ORIGINS?: string;
  /** origins whose playlists may be rewritten */
  PLAYLIST_ORIGINS?: string;
  /** hosts of OpenID providers whose keys policies may name; none are asked without it */
  OPENID_HOSTS?: string;
  /** seconds for which policies and unwrapped keys are remembered, at most 900 */
  CACHE_SECONDS?: string;
  /** rows that a query may look at */
  SCAN_LIMIT?: string;
  /** `cf-connecting-ip`, or `none`, which is the default: then options with an IP restriction are refused */
  CLIENT_ADDRESS?: string;
}

export interface WorkerOptions {
  /** Whose keys a request is about: each account has a Durable Object and a service of its own. No name is answered with 404. */
  account?: (request: HttpRequest, env: KeyServerEnvironment) => string | undefined;
  /** What an account's service is made with, once per isolate; {@link settingsFromEnvironment} by default. */
  settings?: (
    account: string,
    env: KeyServerEnvironment,
  ) => Omit<KeyServiceOptions, "store"> | Promise<Omit<KeyServiceOptions, "store">>;
  /** Where the client's address is found; `none` by default. */
  clientAddress?: "none" | "cf-connecting-ip" | ((request: HttpRequest, env: KeyServerEnvironment) => string | undefined);
}

export interface KeyServer {
  fetch(request: HttpRequest, env: KeyServerEnvironment, context: WorkerContext): HttpResponse | Promise<HttpResponse>;
}

/** A key server with accounts or settings of your own. */
export function createWorker(options?: WorkerOptions): KeyServer;

/** One account, set up by the variables of {@link KeyServerEnvironment}. */
declare const server: KeyServer;
export default server;

/** What the variables say. Throws an error that names the variable, never its value. */
export function settingsFromEnvironment(
  account: string,
  env: KeyServerEnvironment,
): Promise<Omit<KeyServiceOptions, "store">>;

/** The Durable Object of an account: to be exported from your Worker, and named in its configuration. */
export class KeyAccount {
  constructor(context: object, env: object);
  /** What stands under the first of the keys, as many as fit into an answer. */
  get(keys: string[]): (Versioned | undefined)[];
  /** As many of the first rows as fit into an answer, and whether they are all. */
  list(range: KeyRange): { rows: (Versioned & { key: string })[]; isWhole: boolean };
  count(range: KeyRange): number;
  commit(batch: Batch): boolean;
}

/** An account's rows in its Durable Object. */
export class RemoteStore implements KeyStore {
  constructor(namespace: AccountNamespace, account: string);
  get(keys: string[]): Promise<(Versioned | undefined)[]>;
  list(range: KeyRange): Promise<(Versioned & { key: string })[]>;
  count(range: KeyRange): Promise<number>;
  commit(batch: Batch): Promise<boolean>;
}
