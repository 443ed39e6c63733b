import type { ChecksumVerdict, ContentKey, ContentKeyEntity } from "./index.js";
import type { PrivateKey } from "./platform.js";

export type { PrivateKey } from "./platform.js";

/** Hash of RSA-OAEP and its MGF1. Azure Media Services and CPIX use SHA-1; SHA-256 is for those who ask for it. */
export type OaepHash = "SHA-1" | "SHA-256";

/**
 * The private key of a protection certificate, as a non-extractable `CryptoKey` for the functions below. `source` is
 * PKCS#8, as DER or as PEM (`BEGIN PRIVATE KEY`), or a PFX file (PKCS#12) with its password. What is copied on the way
 * is overwritten; your own bytes are yours to wipe. `hash` is that of the wrapped keys, default SHA-1.
 */
export function importPrivateKey(
  source: string | Uint8Array | { pfx: Uint8Array; password: string },
  options?: { hash?: OaepHash },
): Promise<PrivateKey>;

/**
 * Unwraps the key of a ContentKey entity and compares it with the entity's checksum, where it has one. What does not
 * unwrap fails with `unwrap.failed`, whatever the reason. A checksum that does not fit fails with
 * `unwrap.checksum_mismatch`, whose `cause` is the `{ verdict, why }` of {@link diagnoseChecksum}, unless its verdict
 * is among `acceptChecksums`: entities of the old PHP and Java SDKs need that.
 */
export function unwrapContentKey(
  entity: WrappedContentKey,
  privateKey: PrivateKey,
  options?: { acceptChecksums?: ChecksumVerdict[] },
): Promise<ContentKey>;

/**
 * Wraps the key of a ContentKey entity to another certificate: the entity with all its members, and another
 * `EncryptedContentKey` and `ProtectionKeyId`. The clear key stays inside WebCrypto. `hash` is that of the new wrapping.
 */
export function rebindContentKey<Entity extends WrappedContentKey>(
  entity: Entity,
  privateKey: PrivateKey,
  certificate: string | Uint8Array,
  options?: { hash?: OaepHash; allowClearKey?: false },
): Promise<Omit<Entity, keyof WrappedContentKey> & ContentKeyEntity>;

/**
 * An empty certificate is refused (`rebind.empty_certificate`) unless `allowClearKey` is set: then the answer is that of
 * the old service, the clear key as base64.
 */
export function rebindContentKey(
  entity: WrappedContentKey,
  privateKey: PrivateKey,
  certificate: "",
  options: { hash?: OaepHash; allowClearKey: true },
): Promise<string>;

/** The members of a ContentKey entity that unwrapping needs; others may be there. Types may be numbers in quotation marks. */
export interface WrappedContentKey {
  Id: string;
  ContentKeyType: number | string;
  EncryptedContentKey: string;
  Checksum?: string | null;
}
