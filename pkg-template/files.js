/** Encrypting files: storage encryption (AES-256-CTR) and envelope encryption (AES-128-CBC), as streams. */

import { bytesOf, outOfRange, readOptions } from "./arguments.js";
import { disposable } from "./disposable.js";
import { call } from "./engine.js";
import { KeywicketError } from "./error.js";
import { Handle } from "./handle.js";
import { cipherStream } from "./stream.js";

const PACE = ["onProgress", "signal"];

export class StorageFiles {
  /** A copy, because each new instance of the core asks for it again. */
  #key;
  /** Initialization vectors so far: what the core remembers of them ends with its instance. */
  #used = new Set();
  #files;

  constructor(key) {
    const bytes = bytesOf(key, "key");
    this.#files = new Handle(call((core) => new core.StorageEncryption(bytes)));
    this.#key = new Uint8Array(bytes);
  }

  encrypt(source, options) {
    const { iv, ...pace } = readOptions(options, ["iv", ...PACE]);
    const file = this.#newFile(iv);
    return { iv: file.iv, stream: cipherStream(source, storage(file.cipher), pace) };
  }

  decrypt(source, options) {
    const { iv, offset = 0, ...pace } = readOptions(options, ["iv", "offset", ...PACE]);
    const key = this.#openKey();
    const cipher = new Handle(call((core) => new core.StorageCipher(key, iv)));
    try {
      cipher.use((raw) => raw.seek(offset));
    } catch (error) {
      cipher.free();
      throw error;
    }
    return cipherStream(source, storage(cipher), pace);
  }

  dispose() {
    if (this.#key === undefined) return;
    this.#key.fill(0);
    this.#key = undefined;
    this.#files.free();
  }

  #openKey() {
    if (this.#key !== undefined) return this.#key;
    throw outOfRange("key", "this StorageFiles has been disposed of and its key is gone; make a new one");
  }

  /** A cipher with an initialization vector that no other file of this object has. */
  #newFile(wanted) {
    const key = this.#openKey();
    if (!this.#files.isAlive) this.#files = new Handle(call((core) => new core.StorageEncryption(key)));
    for (;;) {
      const file = this.#files.use((raw) =>
        wanted === undefined ? raw.newFile() : { iv: wanted, cipher: raw.fileWithIv(wanted) },
      );
      const cipher = new Handle(file.cipher);
      // 7 and 007 are one number.
      const iv = BigInt(file.iv).toString();
      if (!this.#used.has(iv)) {
        this.#used.add(iv);
        return { iv, cipher };
      }
      cipher.free();
      if (wanted !== undefined) throw reused();
    }
  }

  static {
    disposable(this);
  }
}

export function encryptEnvelope(source, options) {
  return envelope("EnvelopeEncryptor", source, options);
}

export function decryptEnvelope(source, options) {
  return envelope("EnvelopeDecryptor", source, options);
}

function envelope(direction, source, options) {
  const { key, iv, ...pace } = readOptions(options, ["key", "iv", ...PACE]);
  const cipher = new Handle(call((core) => new core[direction](key, iv)));
  return cipherStream(
    source,
    {
      update: (piece) => cipher.use((raw) => raw.update(piece)),
      finish: () => cipher.use((raw) => raw.finish()),
      free: () => cipher.free(),
    },
    pace,
  );
}

const storage = (cipher) => ({
  update: (piece) => cipher.use((raw) => raw.apply(piece)),
  free: () => cipher.free(),
});

/** As the core says it of files since its own start. */
const reused = () =>
  new KeywicketError(
    "file.iv_reused",
    "another file of this key has the same initialization vector: use a new one (at iv)",
    { path: "iv" },
  );
