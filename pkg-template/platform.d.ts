/** Classes of the platform, looked up so that these types need neither the DOM library nor Node's types. */

/** A stream that can be read, piped, iterated and answered with. */
export type ByteStream = {
  getReader(): {
    read(): Promise<{ done: false; value: Uint8Array } | { done: true; value?: undefined }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array>;
} & (typeof globalThis extends { ReadableStream: { prototype: infer Instance } } ? Instance : unknown);

/** Where a file comes from: a stream, a `Blob` or `File`, its bytes, or chunks of them. Chunks may be of any size. */
export type ByteSource =
  | { getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> } }
  | { readonly size: number; stream(): object }
  | Uint8Array
  | Iterable<Uint8Array>
  | AsyncIterable<Uint8Array>;

/** An `AbortSignal`. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** A private key inside WebCrypto: a `CryptoKey` where that type is known. */
export type PrivateKey = typeof globalThis extends { CryptoKey: { prototype: infer Instance } } ? Instance : OpaqueKey;

interface OpaqueKey {
  readonly type: string;
  readonly extractable: boolean;
  readonly algorithm: { name: string };
  readonly usages: string[];
}

/** A `Request`. */
export type HttpRequest = typeof globalThis extends { Request: { prototype: infer Instance } } ? Instance : OpaqueRequest;

interface OpaqueRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: OpaqueHeaders;
  readonly body: ByteStream | null;
}

/** A `Response`. */
export type HttpResponse = typeof globalThis extends { Response: { prototype: infer Instance } } ? Instance : OpaqueResponse;

interface OpaqueResponse {
  readonly status: number;
  readonly headers: OpaqueHeaders;
  readonly body: ByteStream | null;
  arrayBuffer(): Promise<ArrayBuffer>;
  text(): Promise<string>;
}

interface OpaqueHeaders extends Iterable<[string, string]> {
  get(name: string): string | null;
}

/** A `fetch`: the type of the platform's own where that is known. */
export type PlatformFetch = typeof globalThis extends { fetch: infer Fetch }
  ? Fetch
  : (url: string, init: { redirect: "manual"; signal: Signal }) => Promise<HttpResponse>;
