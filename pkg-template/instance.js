/**
 * A WebAssembly instance: loading it, calling into it, and replacing it after a trap.
 *
 * A trap leaves an instance whose memory nobody can trust, so it is thrown away and the generation goes up; whoever
 * holds a handle into the old instance compares generations and builds a new one.
 */

import { KeywicketError } from "./error.js";

export class Instance {
  #glue;
  #loaded = false;
  /** The load under way, so that concurrent callers share it. */
  #loading;
  /** Appended to `not_initialized`: what this entry point wants from its user. */
  #remedy = "call `await init()` once, before anything else";
  #generation = 0;
  /** Calls under way: more than one when a getter of the caller's object calls back into the package. */
  #depth = 0;
  /** The instance must be replaced before it is used again. */
  #spoilt = false;

  /** @param {object} glue as wasm-bindgen generated it; nobody else imports it */
  constructor(glue) {
    this.#glue = glue;
  }

  /** Goes up each time the instance is replaced; handles made under another number are dead. */
  get generation() {
    return this.#generation;
  }

  /** Tells users of this entry point what to do when nothing is loaded. */
  advise(sentence) {
    this.#remedy = sentence;
  }

  /** Starts synchronously, from a compiled module or its bytes. */
  start(source) {
    if (this.#loaded) return;
    this.#glue.initSync({ module: source });
    this.#loaded = true;
  }

  /**
   * Starts asynchronously. Calls share one load while it is under way; a failed load may be tried again.
   *
   * @param {() => import("./index.js").WasmSource} source asked only if there is something to load
   * @returns {Promise<void>}
   */
  startAsync(source) {
    if (this.#loaded) return Promise.resolve();
    this.#loading ??= this.#load(source).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(source) {
    try {
      this.start(await compile(await source()));
    } catch (cause) {
      throw new KeywicketError(
        "not_initialized",
        `The WebAssembly module could not be loaded (${cause?.message ?? cause}). Serve core.wasm where init() looks ` +
          "for it, pass init() its URL, bytes or compiled module, or import keywicket/inline, which needs no file.",
        { cause },
      );
    }
  }

  /**
   * Runs `use` with the exports of the core, and turns what comes out of it into what callers may see. Afterwards it wipes
   * the stack: whatever moved through it may have been a key, and the next call need not cover all of it.
   *
   * @template T
   * @param {(core: object) => T} use
   * @returns {T}
   */
  call(use) {
    return this.#run(use, true);
  }

  /**
   * The same for functions of the core that wipe what they used themselves; it hands arguments on.
   *
   * @template T
   * @param {(core: object, ...args: unknown[]) => T} use
   * @returns {T}
   */
  quickCall(use, first, second, third, fourth) {
    return this.#run(use, false, first, second, third, fourth);
  }

  #run(use, wipes, first, second, third, fourth) {
    if (!this.#loaded) {
      throw new KeywicketError("not_initialized", `Keywicket's WebAssembly module is not loaded yet: ${this.#remedy}.`);
    }
    if (this.#spoilt) {
      if (this.#depth > 0) throw trapped();
      this.#replace();
    }
    let result;
    let failure;
    this.#depth += 1;
    try {
      result = use(this.#glue, first, second, third, fourth);
    } catch (thrown) {
      // Whatever is no refusal has cut through the frames of the core without unwinding them: a trap, or an exception of
      // the caller's own object (a getter that throws), which is theirs and goes back to them as it is. That is assumed
      // before anything is called, because there may be no stack left to call anything.
      const before = this.#spoilt;
      this.#spoilt = true;
      if (isRefusal(thrown)) {
        this.#spoilt = before;
        failure = { error: new KeywicketError(thrown.code, thrown.message + place(thrown), thrown) };
      } else {
        failure = { error: isTrap(thrown) ? trapped(thrown) : thrown };
      }
    } finally {
      this.#depth -= 1;
    }
    if (wipes && this.#depth === 0 && !this.#spoilt) this.#glue.wipeStack();
    if (this.#spoilt) {
      failure ??= { error: trapped() };
      if (this.#depth === 0) this.#replace();
    }
    if (failure) throw failure.error;
    return result;
  }

  #replace() {
    // The dead instance's memory lives until it is collected, and it may hold keys. Once started, initSync ignores its
    // argument and returns the exports of the current instance.
    new Uint8Array(this.#glue.initSync().memory.buffer).fill(0);
    this.#glue.__wbg_reset_state();
    this.#spoilt = false;
    this.#generation += 1;
  }
}

async function compile(source) {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source === "string" || source instanceof URL) source = await fetch(source);
  if (typeof Response === "undefined" || !(source instanceof Response)) return WebAssembly.compile(source);

  if (!source.ok) throw new Error(`HTTP status ${source.status} for ${withoutQuery(source.url)}`);
  const type = source.headers.get("content-type") ?? "";
  if (/^application\/wasm\b/i.test(type)) return WebAssembly.compileStreaming(source);
  if (/^text\/html\b/i.test(type)) throw new Error(`a web page instead of WebAssembly at ${withoutQuery(source.url)}`);
  return WebAssembly.compile(await source.arrayBuffer());
}

/** An address fit for a message: its query may carry a signature. */
const withoutQuery = (url) => url.replace(/[?#].*/s, "");

/** Where, for whoever sees nothing but the message. */
function place({ path, line, column }) {
  const inText = line === undefined ? "" : ` (line ${line}, column ${column})`;
  return (path === undefined ? "" : ` (at ${path})`) + inText;
}

/** What the core itself throws for a bad argument: a plain object with a code and a message. */
function isRefusal(thrown) {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    Object.getPrototypeOf(thrown) === Object.prototype &&
    typeof thrown.code === "string" &&
    typeof thrown.message === "string"
  );
}

/** Running out of stack inside the core is a trap as well; engines report it as an error of JavaScript. */
function isTrap(thrown) {
  return (
    thrown instanceof WebAssembly.RuntimeError ||
    (thrown instanceof RangeError && thrown.message.includes("call stack")) ||
    (thrown instanceof Error && thrown.name === "InternalError")
  );
}

function trapped(cause) {
  return new KeywicketError(
    "internal",
    "Keywicket failed inside and has started afresh; nothing was decided by this call. " +
      "The next call works. Please report the call that did this, without its keys and tokens.",
    { cause },
  );
}
