/** A compiled policy and its two ways of checking: in WebAssembly, or with somebody else verifying signatures. */

import { unpack } from "./decision.js";
import { KeywicketError } from "./error.js";
import { Rebuildable } from "./rebuildable.js";
import { readRequest, readToken, Scratch } from "./request.js";

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
  #instance;
  #core;
  #signatures;
  /** Public keys made ready, by number. */
  #keys = [];

  /**
   * @param {import("./instance.js").Instance} instance
   * @param {Uint8Array} compiled a policy; nobody else holds it
   * @param {Signatures} signatures
   */
  constructor(instance, compiled, signatures) {
    const build = (core, bytes) => {
      const gate = new core.Gate(bytes);
      gate.scratch = new Scratch(core);
      return gate;
    };
    this.#core = new Rebuildable(instance, "TokenVerifier", compiled, build, (bytes) => bytes.fill(0));
    this.#instance = instance;
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
    return this.#core.quickUse(check, this.#instance, asked, readToken(token));
  }

  /** Not an `async` function, and none inside: each takes a turn of its own, a fifteenth of a check of RS256 in all. */
  checkAsync(token, request) {
    try {
      // Once: what the time was, and what the caller's object said, must not change while signatures are verified.
      return this.#decide(readRequest(request, "request"), readToken(token), NO_ANSWERS);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #decide(asked, text, answers) {
    const { decision, open, verified } = this.#begin(asked, text, answers);
    if (open === undefined) return Promise.resolve(decision);
    const conclude = (signed) => {
      if (signed.every(Boolean)) return decision;
      const found = open.map((number, index) => number * 2 + signed[index]);
      return this.#decide(asked, text, Uint16Array.from([...answers, ...found]));
    };
    if (open.length > 1) return Promise.all(verified).then(conclude);
    const only = verified[0];
    return typeof only === "boolean" ? Promise.resolve(conclude(verified)) : only.then((signed) => conclude([signed]));
  }

  /** Decides as far as it is known, and starts verifying what is not. */
  #begin(asked, text, answers) {
    return this.#core.quickUse((gate, core) => {
      gate.scratch.write(asked, text, written);
      const { length, head, start } = written;
      try {
        const packed = gate.checkWith(length, head, asked.now, asked.uses, answers);
        if (packed === IS_ERROR) gate.throwError();
        const decision = unpack(this.#instance, core, gate, packed, asked.keyId, text);
        return (packed & IS_OPEN) === 0 ? { decision } : this.#verifyOpen(gate, decision, start);
      } finally {
        core.wipeScratch(length);
      }
    });
  }

  #verifyOpen(gate, decision, start) {
    const signature = gate.signature();
    const signed = gate.scratch.part(start, start + gate.signedLength());
    const [open, verified] = [[], []];
    for (let place = 0; place < gate.openCount(); place += 1) {
      open[place] = gate.openKey(place);
      verified[place] = this.#verify(gate, open[place], signature, signed);
    }
    return { decision, open, verified };
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
   * @param {(gate: object, input: unknown[], decided: (packed: number) => object, asked: object) => T} use `input` are the
   *   arguments of the core
   * @returns {T}
   */
  with(token, request, path, use) {
    const asked = readRequest(request, path);
    const text = readToken(token);
    return this.#core.use((gate, core) => {
      gate.scratch.write(asked, text, written);
      const decided = (packed, keyId = asked.keyId) => unpack(this.#instance, core, gate, packed, keyId, text);
      return use(gate, [written.length, written.head, asked.now, asked.uses], decided, asked);
    });
  }

  /** For what asks about no single request. */
  use(operation) {
    return this.#core.use(operation);
  }

  dispose() {
    this.#keys = [];
    this.#core.dispose();
  }
}

/** Filled in for each call, and read before anything else is written. */
const written = { length: 0, head: 0, start: 0 };

/** Outside the class, so that a check makes no function: they cost a tenth of it. */
function check(gate, core, instance, asked, text) {
  gate.scratch.write(asked, text, written);
  const packed = gate.check(written.length, written.head, asked.now, asked.uses);
  if (packed === IS_ERROR) gate.throwError();
  return unpack(instance, core, gate, packed, asked.keyId, text);
}
