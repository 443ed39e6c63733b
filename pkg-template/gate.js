/** A compiled policy and its two ways of checking: in WebAssembly, or with somebody else verifying signatures. */

import { unpack } from "./decision.js";
import { KeywicketError } from "./error.js";
import { Rebuildable } from "./rebuildable.js";
import { encoded, readRequest, readToken } from "./request.js";

/** The core's mark for a wrong argument, in place of a decision. */
const IS_ERROR = 0xff;
/** The core's mark for a decision that depends on signatures of public keys. */
const IS_OPEN = 1 << 31;
const NO_ANSWERS = new Uint16Array();

/**
 * Verifies signatures of public keys: WebCrypto, or Node's own.
 *
 * @typedef {object} Signatures
 * @property {(algorithm: string, info: Uint8Array) => object | Promise<object>} prepare a SubjectPublicKeyInfo for `verify`
 * @property {(algorithm: string, key: object, signature: Uint8Array, signed: Uint8Array) => boolean | Promise<boolean>} verify
 *   takes what it needs of the bytes before it returns
 */

export class Gate {
  #core;
  #signatures;
  /** Public keys made ready, by number. */
  #keys = [];
  /** Asynchronous checks under way. */
  #running = 0;
  #isRetired = false;

  /**
   * @param {import("./instance.js").Instance} instance
   * @param {Uint8Array} compiled a policy; nobody else holds it
   * @param {Signatures} signatures
   */
  constructor(instance, compiled, signatures) {
    const build = (core, bytes) => new core.Gate(bytes);
    this.#core = new Rebuildable(instance, "TokenVerifier", compiled, build, (bytes) => bytes.fill(0));
    this.#signatures = signatures;
  }

  /** Whether there are public keys in the policy. */
  hasPublicKeys() {
    return this.#core.use((gate) => {
      for (let number = 0; number < gate.keyCount(); number += 1) {
        if (gate.publicKeyAlgorithm(number) !== undefined) return true;
      }
      return false;
    });
  }

  check(token, request) {
    const asked = readRequest(request, "request");
    const text = readToken(token);
    return this.#core.quickUse((gate, core) =>
      encoded(asked, text, (input, head) => {
        const packed = gate.check(input, head, asked.now, asked.uses);
        if (packed === IS_ERROR) gate.throwError();
        return unpack(core, gate, packed, asked.keyId);
      }),
    );
  }

  async checkAsync(token, request) {
    // Once: what the time was, and what the caller's object said, must not change while signatures are verified.
    const asked = readRequest(request, "request");
    const text = readToken(token);
    this.#running += 1;
    try {
      return await this.#decide(asked, text);
    } finally {
      this.#running -= 1;
      if (this.#isRetired) this.retire();
    }
  }

  async #decide(asked, text) {
    let answers = NO_ANSWERS;
    for (;;) {
      const step = this.#step(asked, text, answers);
      if (step.open === undefined) return step.decision;
      const signed = step.open.length === 1 ? [await step.verified[0]] : await Promise.all(step.verified);
      if (signed.every(Boolean)) return step.decision;
      answers = Uint16Array.from([...answers, ...Array.from(step.open, (number, index) => number * 2 + signed[index])]);
    }
  }

  /** Decides as far as it is known, and starts verifying what is not. */
  #step(asked, text, answers) {
    return this.#core.quickUse((gate, core) =>
      encoded(asked, text, (input, head, start) => {
        const packed = gate.checkWith(input, head, asked.now, asked.uses, answers);
        if (packed === IS_ERROR) gate.throwError();
        const decision = unpack(core, gate, packed, asked.keyId);
        if ((packed & IS_OPEN) === 0) return { decision };
        const open = gate.open();
        const signature = gate.signature();
        const signed = input.subarray(start, start + gate.signedLength());
        return { decision, open, verified: Array.from(open, (number) => this.#verify(gate, number, signature, signed)) };
      }),
    );
  }

  #verify(gate, number, signature, signed) {
    const known = this.#keys[number];
    if (known !== undefined && !(known.key instanceof Promise)) {
      return this.#signatures.verify(known.algorithm, known.key, signature, signed);
    }
    return this.#prepareAndVerify(known ?? this.#prepare(gate, number), signature, signed.slice());
  }

  #prepare(gate, number) {
    const algorithm = gate.publicKeyAlgorithm(number);
    const prepared = { algorithm, key: this.#signatures.prepare(algorithm, gate.publicKey(number)) };
    this.#keys[number] = prepared;
    return prepared;
  }

  async #prepareAndVerify(prepared, signature, signed) {
    try {
      prepared.key = await prepared.key;
    } catch (cause) {
      // The core found the key good, so this runtime does not know the algorithm.
      const message = `This runtime's cryptography cannot verify ${prepared.algorithm} (${cause?.message ?? cause}).`;
      throw new KeywicketError("verification_key.unsupported_here", message, { cause });
    }
    return this.#signatures.verify(prepared.algorithm, prepared.key, signature, signed);
  }

  /**
   * For what only the whole module does: hands over a request.
   *
   * @template T
   * @param {(gate: object, core: object, input: unknown[], asked: object) => T} use `input` are the arguments of the core
   * @returns {T}
   */
  with(token, request, path, use) {
    const asked = readRequest(request, path);
    const text = readToken(token);
    return this.#core.use((gate, core) =>
      encoded(asked, text, (input, head) => use(gate, core, [input, head, asked.now, asked.uses], asked)),
    );
  }

  /** For what asks about no single request. */
  use(operation) {
    return this.#core.use(operation);
  }

  /** Disposes of it as soon as no check is under way. */
  retire() {
    this.#isRetired = true;
    if (this.#running === 0) this.dispose();
  }

  dispose() {
    this.#keys = [];
    this.#core.dispose();
  }
}
