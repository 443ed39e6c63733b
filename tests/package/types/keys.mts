import {
  certificatePublicKey,
  computeChecksums,
  computeChecksumsInChunks,
  decryptConfiguration,
  decryptEnvelope,
  deriveContentKey,
  deriveContentKeysInChunks,
  describeEntityId,
  diagnoseChecksum,
  encryptEnvelope,
  generateContentKey,
  generateKeySeed,
  importPrivateKey,
  lintContentKeyEntity,
  rebindContentKey,
  StorageFiles,
  unwrapContentKey,
  wrapContentKey,
} from "keywicket";
import type * as Types from "keywicket";

type Equal<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;
type IsAny<T> = 0 extends 1 & T ? true : false;
const proven = <_Claim extends true>(): void => undefined;
const bytes = new Uint8Array(32);
const abort = new AbortController();

// ------------------------------------------------------------------------------------------- what is allowed

const key = generateContentKey();
const entity = wrapContentKey(key, "base64", { hash: "SHA-256" });
const privateKey = await importPrivateKey("pem", { hash: "SHA-256" });
await importPrivateKey({ pfx: bytes, password: "secret" });
const unwrapped = await unwrapContentKey(entity, privateKey, { acceptChecksums: ["php_sdk"] });
await unwrapContentKey({ Id: "id", ContentKeyType: "1", EncryptedContentKey: "" }, privateKey);
const rebound = await rebindContentKey({ ...entity, Created: "now" }, privateKey, bytes);
const clear = await rebindContentKey(entity, privateKey, "", { allowClearKey: true });
await crypto.subtle.decrypt({ name: "RSA-OAEP" }, privateKey, bytes);

using files = new StorageFiles(bytes);
const { iv, stream } = files.encrypt(new Blob([]), { onProgress: ({ done, total }) => done + (total ?? 0) });
for (const source of [bytes, [bytes], new File([], "f"), stream, new Response("").body!]) {
  files.decrypt(source, { iv, offset: 5, signal: abort.signal });
}
const segment = encryptEnvelope(stream, { key: bytes, iv: bytes });
await new Response(decryptEnvelope(segment, { key: bytes, iv: bytes })).arrayBuffer();
await segment.pipeTo(new WritableStream<Uint8Array>());
for await (const piece of stream) piece.length;
const { value } = await stream.getReader().read();

const sums = await computeChecksumsInChunks(bytes, bytes, { keyLength: 16, chunkSize: 9, signal: abort.signal });
computeChecksums(bytes, bytes, { keyLength: 32 });
await deriveContentKeysInChunks(generateKeySeed(), bytes, { onProgress: ({ done, total }) => done / total });
lintContentKeyEntity("{}");

// ------------------------------------------------------------------------------------- and comes out as this

proven<Equal<typeof unwrapped, Types.ContentKey>>();
proven<Equal<typeof rebound.EncryptedContentKey, string>>();
proven<Equal<typeof rebound.Created, string>>();
proven<Equal<typeof clear, string>>();
proven<Equal<typeof iv, string>>();
proven<Equal<typeof value, Uint8Array | undefined>>();
proven<Equal<typeof sums, Uint8Array>>();
proven<Equal<IsAny<typeof privateKey>, false>>();
proven<Equal<ReturnType<typeof deriveContentKey>, Uint8Array>>();
proven<Equal<ReturnType<typeof certificatePublicKey>, { spki: Uint8Array; thumbprint: string }>>();
proven<Equal<ReturnType<typeof diagnoseChecksum>["verdict"], Types.ChecksumVerdict>>();
proven<Equal<ReturnType<typeof describeEntityId>["kind"], Types.EntityKind>>();
proven<Equal<ReturnType<typeof decryptConfiguration>, string>>();

// --------------------------------------------------------------------------------------- what is not allowed

// @ts-expect-error the clear key for whoever did not ask for it
await rebindContentKey(entity, privateKey, "", { allowClearKey: false } as { allowClearKey: true | false });
// @ts-expect-error a hash that is none of the two
await importPrivateKey("pem", { hash: "SHA-512" });
// @ts-expect-error PEM in place of an imported key
await unwrapContentKey(entity, "pem");
// @ts-expect-error a verdict that is none
await unwrapContentKey(entity, privateKey, { acceptChecksums: ["any"] });
// @ts-expect-error a number in place of decimal text: it would not be exact
files.decrypt(stream, { iv: 7 });
// @ts-expect-error no initialization vector
files.decrypt(stream, {});
// @ts-expect-error text in place of a source
files.encrypt("text");
// @ts-expect-error numbers in place of chunks
files.encrypt([1, 2, 3]);
// @ts-expect-error a length that no column has
computeChecksums(bytes, bytes, { keyLength: 24 });
