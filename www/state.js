/**
 * The one place for what the four steps share. Each member is written by one step and read by those after it;
 * after a write that step calls `changed(topic)`.
 */
export const state = {
  // create
  root: "https://media.windows.net/api/",
  /** @type {import("keywicket").ContentKey | null} */
  key: null,
  // link
  /** @type {import("keywicket").TokenRestriction | null} null while the form does not make a valid policy */
  policy: null,
  /** @type {import("keywicket").TokenVerifier | null} */
  gate: null,
  // authorize
  token: "",
  /** @type {(import("keywicket").Decision & { checks: import("keywicket").Check[] }) | null} */
  decision: null,
};

/** @type {Map<string, Array<() => void>>} */
const readers = new Map();

/** Runs `react` after every change of `topic`: "root", "key", "policy" or "token". */
export function whenChanged(topic, react) {
  readers.set(topic, [...(readers.get(topic) ?? []), react]);
}

export function changed(topic) {
  for (const react of readers.get(topic) ?? []) react();
}
