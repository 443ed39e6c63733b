/// <reference lib="esnext.disposable" />
import type { OpenIdKeys } from "../openid.js";
import type { HttpRequest, HttpResponse, PlatformFetch, PrivateKey } from "../platform.js";
import type { Policy } from "../token.js";

/** A value and the version it was written with; versions only grow, over the whole store. */
export interface Versioned {
  version: number;
  value: Uint8Array;
}

/** Rows between two keys, `from` included and `to` not, in the order of their bytes. */
export interface KeyRange {
  from: string;
  to: string;
  reverse: boolean;
  /** rows to pass over first */
  skip: number;
  limit: number;
}

/** What is written together, or not at all. */
export interface Batch {
  /** keys and the version they must have; 0 for one that must not be there */
  expect: [key: string, version: number][];
  put: [key: string, value: Uint8Array][];
  delete: string[];
  /** entries for the audit log, to be chained by `appendAudit` in the same transaction */
  audit: string[];
}

/** Where a KeyService keeps things: an ordered map from printable ASCII to bytes. */
export interface KeyStore {
  get(keys: string[]): Promise<(Versioned | undefined)[]>;
  list(range: KeyRange): Promise<(Versioned & { key: string })[]>;
  count(range: KeyRange): Promise<number>;
  /** false if a version was another than expected: then nothing was written */
  commit(batch: Batch): Promise<boolean>;
}

/** A store that lives as long as its process: for tests, and for trying things out. */
export class MemoryStore implements KeyStore {
  get(keys: string[]): Promise<(Versioned | undefined)[]>;
  list(range: KeyRange): Promise<(Versioned & { key: string })[]>;
  count(range: KeyRange): Promise<number>;
  commit(batch: Batch): Promise<boolean>;
}

/** A store in the browser, in pages and workers: one IndexedDB database. */
export class IndexedDbStore implements KeyStore {
  private constructor(name: string);
  /** Opens the database, `keywicket` by default, and makes it if there is none. */
  static open(name?: string): Promise<IndexedDbStore>;
  /** Deletes a database and all that is in it. */
  static remove(name?: string): Promise<void>;
  get(keys: string[]): Promise<(Versioned | undefined)[]>;
  list(range: KeyRange): Promise<(Versioned & { key: string })[]>;
  count(range: KeyRange): Promise<number>;
  commit(batch: Batch): Promise<boolean>;
  /** Ends the connection to the database. The store opens a new one if it is used again. */
  close(): void;
}

/**
 * The rows that append entries to an audit log: for stores, inside their transactions.
 * @param head what stands under the key `m/audit`
 */
export function appendAudit(head: Uint8Array | undefined, entries: string[]): [key: string, value: Uint8Array][];

/** How a key service is set up. Everything is off or closed unless it is said. */
export interface KeyServiceOptions {
  store: KeyStore;
  /** Who may manage: bearer tokens are checked against this policy. Without it the management API answers 401 to everybody. */
  adminPolicy?: Policy;
  /** What content keys are wrapped to; the first is the one that new keys are to be wrapped to. Without a private key, keys are kept but not delivered. */
  protectionKeys?: { certificate: string; privateKey?: PrivateKey }[];
  /** the public root of the API, such as `https://media.example/api/`; by default that of each request */
  root?: string;
  /** hosts whose requests for the API are sent on to `root` with 301, as the old service's entry host did */
  entryHosts?: string[];
  /** hosts that serve the management API; every host if there are none */
  adminHosts?: string[];
  /** hosts that deliver keys; every host if there are none */
  deliveryHosts?: string[];
  /** what key delivery URLs begin with, such as `https://keys.example/`; by default the origin of the request */
  deliveryRoot?: string;
  /** origins of pages that may ask for keys, such as `https://player.example` */
  allowedOrigins?: string[];
  /** origins whose playlists `/playlist` may fetch and rewrite */
  playlistOrigins?: string[];
  /** seconds for which policies and unwrapped keys are remembered: 60 by default, at most 900; 0 asks the store every time */
  cacheSeconds?: number;
  /** rows that a query may look at before it is refused; 5000 by default */
  scanLimit?: number;
  /** fetches playlists; the runtime's own by default */
  fetch?: PlatformFetch;
  /** the keys behind a discovery document that a policy names; without it, such keys verify nothing */
  openIdKeys?: (discoveryUri: string) => OpenIdKeys | undefined;
}

/** The key service: the management API under `/api`, and delivery beside it. */
export class KeyService {
  constructor(options: KeyServiceOptions);
  /** Answers every request, and never rejects: what fails inside is a 500 with the code `internal`. */
  fetch(
    request: HttpRequest,
    context?: { clientAddress?: string; waitUntil?: (promise: Promise<unknown>) => void },
  ): Promise<HttpResponse>;
  /** Writes what the audit log still lacks: deliveries are logged in batches, at most two seconds later. */
  flush(): Promise<void>;
  /** Ends the service; requests under way are still answered. */
  dispose(): void;
  [Symbol.dispose](): void;
}
