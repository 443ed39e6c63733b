/** The chain of the audit log, for stores: called inside the transaction that writes what the entries tell of. */

import { call } from "../engine.js";

export const AUDIT_HEAD = "m/audit";

/**
 * @param {Uint8Array | undefined} head what stands under {@link AUDIT_HEAD}
 * @param {string[]} entries
 * @returns {[key: string, value: Uint8Array][]} rows to put
 */
export function appendAudit(head, entries) {
  if (entries.length === 0) return [];
  const flat = call((core) => core.appendAudit(head, entries));
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index], flat[2 * index + 1]]);
}
