/** Workloads as JSON text: the same way into every runtime, so that all check strings of the same making. */

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const bytesOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

export const toText = (workload) =>
  JSON.stringify(workload, (_, value) => (value instanceof Uint8Array ? { $bytes: base64(value) } : value));

export const fromText = (text) =>
  JSON.parse(text, (_, value) => (typeof value?.$bytes === "string" ? bytesOf(value.$bytes) : value));
