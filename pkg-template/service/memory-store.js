/** A store that lives as long as its process: for tests, and for trying things out. */

import { appendAudit, AUDIT_HEAD } from "./audit-rows.js";

export class MemoryStore {
  #rows = new Map();
  #version = 0;

  async get(keys) {
    return keys.map((key) => this.#row(key));
  }

  async list({ from, to, reverse, skip, limit }) {
    const keys = this.#keys(from, to);
    if (reverse) keys.reverse();
    return keys.slice(skip, skip + limit).map((key) => ({ key, ...this.#row(key) }));
  }

  async count({ from, to }) {
    return this.#keys(from, to).length;
  }

  async commit({ expect, put, delete: deleted, audit }) {
    if (expect.some(([key, version]) => (this.#rows.get(key)?.version ?? 0) !== version)) return false;
    const chained = appendAudit(this.#rows.get(AUDIT_HEAD)?.value, audit);
    this.#version += 1;
    for (const key of deleted) this.#rows.delete(key);
    for (const [key, value] of [...put, ...chained]) this.#rows.set(key, { version: this.#version, value: value.slice() });
    return true;
  }

  /** Whoever asks may overwrite the bytes afterwards, as whoever put them may. */
  #row(key) {
    const row = this.#rows.get(key);
    return row && { version: row.version, value: row.value.slice() };
  }

  #keys(from, to) {
    // Keys are ASCII, which JavaScript puts in the order of its bytes.
    return [...this.#rows.keys()].filter((key) => key >= from && key < to).sort();
  }
}
