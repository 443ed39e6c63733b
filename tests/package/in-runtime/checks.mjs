/** The little that a runtime without an assertion library needs. */

export function must(condition, complaint) {
  if (!condition) throw new Error(complaint);
}

/** @returns {unknown} what the call threw, or undefined */
export function thrownBy(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** @returns {Promise<unknown>} what the promise was rejected with */
export const rejectedBy = (promise) =>
  promise.then(
    (value) => must(false, `expected a rejection, got ${JSON.stringify(value)}`),
    (error) => error,
  );

export function same(what, found, expected) {
  must(found === expected, `${what}: ${found}, expected ${expected}`);
}

export function expectInternal({ KeywicketError }, call, causeName) {
  const error = thrownBy(call);
  must(error instanceof KeywicketError && error.code === "internal", `expected internal, got ${error?.code ?? error}`);
  if (causeName) must(deepestCause(error).name === causeName, `expected a ${causeName}, got ${deepestCause(error)}`);
}

const deepestCause = (error) => (error.cause === undefined ? error : deepestCause(error.cause));

/** Frees memory that the instance does not have: a real trap, out of bounds, in its own allocator. */
export function trap(engine) {
  return engine.call((core) => exportsOf(core).__wbindgen_free(0xffff_fff0, 64, 8));
}

/** Once started, the glue's initSync answers with the exports of the current instance. */
export const exportsOf = (core) => core.initSync();
