/**
 * Options with the time filled in. The core never reads a clock, so that its decisions can be replayed.
 * Whatever is no such object goes on as it is, for the core to refuse.
 */
export function withNow(options) {
  if (options === undefined) return { now: now() };
  const isObject =
    typeof options === "object" && options !== null && !Array.isArray(options) && !ArrayBuffer.isView(options);
  if (!isObject) return options;
  const copy = { ...options };
  if (copy.now === undefined) copy.now = now();
  return copy;
}

/** Seconds since 1970. */
export const now = () => Math.floor(Date.now() / 1000);
