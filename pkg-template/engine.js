/**
 * The WebAssembly instance: loading it, calling into it, and replacing it after a trap.
 *
 * The only importer of the generated glue. A trap leaves an instance whose memory nobody can trust, so the engine
 * throws it away and raises its generation; whoever holds a handle into the old instance compares generations and
 * builds a new one.
 */

import { KeywicketError } from "./error.js";
import * as glue from "./glue.js";

let loaded = false;
/** The load under way, so that concurrent callers share it. */
let loading;
/** Appended to `not_initialized`: what this entry point wants from its user. */
let remedy = "call `await init()` once, before anything else";
let generation_ = 0;
/** Calls under way: more than one when a getter of the caller's object calls back into the package. */
let depth = 0;
/** The instance must be replaced before it is used again. */
let spoilt = false;

/** Whether calls can be made. */
export const ready = () => loaded;

/** Goes up each time the instance is replaced; handles made under another number are dead. */
export const generation = () => generation_;

/** Tells users of this entry point what to do when nothing is loaded. */
export function advise(sentence) {
  remedy = sentence;
}

/** Starts synchronously, from a compiled module or its bytes. */
export function start(source) {
  if (loaded) return;
  glue.initSync({ module: source });
  loaded = true;
}

/**
 * Starts asynchronously. Calls share one load while it is under way; a failed load may be tried again.
 *
 * @param {() => import("./index.js").WasmSource} source asked only if there is something to load
 * @returns {Promise<void>}
 */
export function startAsync(source) {
  if (loaded) return Promise.resolve();
  loading ??= load(source).finally(() => {
    loading = undefined;
  });
  return loading;
}

async function load(source) {
  try {
    start(await compile(await source()));
  } catch (cause) {
    throw new KeywicketError(
      "not_initialized",
      `The WebAssembly module could not be loaded (${cause?.message ?? cause}). Serve core.wasm where init() looks ` +
        "for it, pass init() its URL, bytes or compiled module, or import keywicket/inline, which needs no file.",
      { cause },
    );
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

/**
 * Runs `use` with the exports of the core, and turns what comes out of it into what callers may see.
 *
 * @template T
 * @param {(core: typeof glue) => T} use
 * @returns {T}
 */
export function call(use) {
  if (!loaded) {
    throw new KeywicketError("not_initialized", `Keywicket's WebAssembly module is not loaded yet: ${remedy}.`);
  }
  if (spoilt) {
    if (depth > 0) throw trapped();
    replaceInstance();
  }
  let result;
  let failure;
  depth += 1;
  try {
    result = use(glue);
  } catch (thrown) {
    // Whatever is no refusal has cut through the frames of the core without unwinding them: a trap, or an exception of
    // the caller's own object (a getter that throws), which is theirs and goes back to them as it is. That is assumed
    // before anything is called, because there may be no stack left to call anything.
    const before = spoilt;
    spoilt = true;
    if (isRefusal(thrown)) {
      spoilt = before;
      failure = { error: new KeywicketError(thrown.code, thrown.message + place(thrown), thrown) };
    } else {
      failure = { error: isTrap(thrown) ? trapped(thrown) : thrown };
    }
  } finally {
    depth -= 1;
  }
  // Whatever moved through the stack may have been a key, and the next call need not cover all of it.
  if (depth === 0 && !spoilt) glue.wipeStack();
  if (spoilt) {
    failure ??= { error: trapped() };
    if (depth === 0) replaceInstance();
  }
  if (failure) throw failure.error;
  return result;
}

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

function replaceInstance() {
  wipeMemory();
  glue.__wbg_reset_state();
  spoilt = false;
  generation_ += 1;
}

/** The dead instance's memory lives until it is collected, and it may hold keys. */
function wipeMemory() {
  // Once started, initSync ignores its argument and returns the exports of the current instance.
  new Uint8Array(glue.initSync().memory.buffer).fill(0);
}
