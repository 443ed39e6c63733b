import type { ByteSource, ByteStream, Signal } from "./platform.js";

export type { ByteSource, ByteStream } from "./platform.js";

export interface StreamOptions {
  /** called after each piece of the source; `total` is there where the source knows its size */
  onProgress?: (progress: { done: number; total?: number }) => void;
  /** fails the stream with its reason and lets go of the source */
  signal?: Signal;
}

/**
 * The files of one storage key: AES-256-CTR with 8 bytes of initialization vector for each file, as Media Services
 * stores them. Nothing is authenticated: a changed file decrypts to something.
 *
 * Streams read their source as they are read themselves and hold one piece of at most 1 MiB. They outlive the object;
 * it keeps a copy of the key until `using` or `dispose()` wipes it.
 */
export class StorageFiles {
  /** `key`: 32 bytes */
  constructor(key: Uint8Array);
  /**
   * `iv` is what goes to `AssetFile.InitializationVector`: decimal text, random unless given. One that another file of
   * this object has is refused (`file.iv_reused`), because two such files give each other away.
   */
  encrypt(source: ByteSource, options?: { iv?: string } & StreamOptions): { iv: string; stream: ByteStream };
  /** `offset`: where in the file the source begins, in bytes, default 0; it may lie inside a block. */
  decrypt(source: ByteSource, options: { iv: string; offset?: number } & StreamOptions): ByteStream;
  dispose(): void;
  /** The same as `dispose()`, for `using`. */
  [Symbol.dispose](): void;
}

/** AES-128-CBC with PKCS#7 over a whole segment, as HLS `METHOD=AES-128` has it. `key` and `iv`: 16 bytes each. */
export function encryptEnvelope(source: ByteSource, options: { key: Uint8Array; iv: Uint8Array } & StreamOptions): ByteStream;

/** The reverse. A segment that is cut short, or of another key, fails at its end with `file.decrypt_failed`, or decrypts to something. */
export function decryptEnvelope(source: ByteSource, options: { key: Uint8Array; iv: Uint8Array } & StreamOptions): ByteStream;
