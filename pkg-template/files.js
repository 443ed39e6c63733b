/** Encrypting files: storage encryption (AES-256-CTR) and envelope encryption (AES-128-CBC), as streams. */

import { outOfRange, readOptions, wrongType } from "./arguments.js";
import { disposable } from "./disposable.js";
import { call } from "./engine.js";
import { KeywicketError } from "./error.js";
import { Handle } from "./handle.js";
import { cipherStream } from "./stream.js";

export class StorageFiles {
  /** A copy, because each replacement of the instance asks for it again. */
  #key;
  /** Kept here as well as in the core, whose memory of them ends with its instance. */
  #used = new Set();
  #core;

  constructor(key) {
    if (!(key instanceof Uint8Array)) throw wrongType("key", "a Uint8Array");
    this.#key = key.length === 32 ? new Uint8Array(key) : key;
    this.#core = new Handle((core) => new core.StorageEncryption(this.#key));
  }

  encrypt(source, options) {
    const { iv: wanted, ...rest } = readOptions(options, ["iv", "onProgress", "signal"]);
    const { iv, cipher } = this.#newFile(wanted);
    return { iv, stream: cipherStream(source, storageCipher(cipher), rest) };
  }

  decrypt(source, options) {
    const { iv, offset = 0, ...rest } = readOptions(options, ["iv", "offset", "onProgress", "signal"]);
    const key = this.#openKey();
    const cipher = new Handle((core) => new core.StorageCipher(key, iv));
    try {
      cipher.use((raw) => raw.seek(offset));
    } catch (error) {
      cipher.free();
      throw error;
    }
    return cipherStream(source, storageCipher(cipher), rest);
  }

  dispose() {
    if (this.#key === undefined) return;
    this.#key.fill(0);
    this.#key = undefined;
    this.#core.free();
  }

  #openKey() {
    if (this.#key !== undefined) return this.#key;
    throw outOfRange("key", "this StorageFiles has been disposed of and its key is gone; make a new one");
  }

  /** A cipher whose initialization vector no other file of this object has. */
  #newFile(wanted) {
    const key = this.#openKey();
    if (!this.#core.isAlive()) this.#core = new Handle((core) => new core.StorageEncryption(key));
    for (;;) {
      let iv = wanted;
      const cipher = new Handle(() => {
        if (wanted !== undefined) return this.#core.fileWithIv(wanted);
        const made = this.#core.newFile();
        iv = made.iv;
        return made.cipher;
      });
      iv = BigInt(iv).toString();
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
