/**
 * An account's rows in a Durable Object with SQLite. It is told what to keep by the Worker in front, over the binding and no
 * other way, and never sees a clear key: keys come here wrapped, and are unwrapped in the Worker.
 */

import { DurableObject } from "cloudflare:workers";
import { appendAudit, AUDIT_HEAD } from "../service/audit-rows.js";
// Starts the core, which chains the audit log.
import "../workerd.js";

const SCHEMA = 1;
/** Rows and bytes of one answer: the rest is asked for again. */
const MAX_ROWS = 1000;
const MAX_BYTES = 8 * 1024 * 1024;
/** An entity goes with its links: up to 10,000 through each of two navigations, which are two rows each. */
const MAX_KEYS = 45_000;
const MAX_KEY_LENGTH = 1024;
/** The most that SQLite may keep in a row of a Durable Object, less what the key takes. */
const MAX_VALUE_BYTES = 2_000_000;

export class KeyAccount extends DurableObject {
  #sql;
  #storage;

  constructor(context, env) {
    super(context, env);
    this.#storage = context.storage;
    this.#sql = context.storage.sql;
    this.#storage.transactionSync(() => this.#migrate());
  }

  /**
   * The key has an index of its own: what counts rows, or passes over them, walks that index and reads no value.
   * The table of one row knows how it was made, and the last version given to anything.
   */
  #migrate() {
    this.#sql.exec("CREATE TABLE IF NOT EXISTS account (id INTEGER PRIMARY KEY CHECK (id = 1), schema INTEGER NOT NULL, version INTEGER NOT NULL)");
    this.#sql.exec("INSERT INTO account VALUES (1, 0, 0) ON CONFLICT (id) DO NOTHING");
    const { schema } = this.#sql.exec("SELECT schema FROM account").one();
    if (schema > SCHEMA) throw new Error(`this account was written by a newer keywicket (schema ${schema}): deploy that one`);
    if (schema < 1) this.#sql.exec("CREATE TABLE rows (key TEXT PRIMARY KEY, version INTEGER NOT NULL, value BLOB NOT NULL)");
    if (schema < SCHEMA) this.#sql.exec("UPDATE account SET schema = ?", SCHEMA);
  }

  /**
   * What stands under the first of the keys, as many as fit into an answer.
   *
   * @param {string[]} keys
   * @returns {(import("../service/key-service.js").Versioned | undefined)[]}
   */
  get(keys) {
    bounded(keys, MAX_KEYS);
    const found = [];
    let bytes = 0;
    for (const key of keys) {
      const [row] = this.#sql.exec("SELECT version, value FROM rows WHERE key = ?", text(key)).toArray();
      found.push(row && { version: row.version, value: new Uint8Array(row.value) });
      bytes += row?.value.byteLength ?? 0;
      if (bytes >= MAX_BYTES) break;
    }
    return found;
  }

  /**
   * The first rows of a range, as many as fit into an answer.
   *
   * @param {import("../service/key-service.js").KeyRange} range
   * @returns {{ rows: (import("../service/key-service.js").Versioned & { key: string })[], isWhole: boolean }}
   */
  list({ from, to, reverse, skip, limit }) {
    const order = reverse === true ? "DESC" : "ASC";
    const most = Math.min(count(limit), MAX_ROWS);
    const statement = `SELECT key, version, value FROM rows WHERE key >= ? AND key < ? ORDER BY key ${order} LIMIT ? OFFSET ?`;
    const rows = [];
    let bytes = 0;
    for (const { key, version, value } of this.#sql.exec(statement, text(from), text(to), most, count(skip))) {
      rows.push({ key, version, value: new Uint8Array(value) });
      bytes += value.byteLength + key.length;
      if (bytes >= MAX_BYTES) return { rows, isWhole: rows.length === limit };
    }
    return { rows, isWhole: rows.length < most || most === limit };
  }

  /** How many rows a range has, whatever its skip and limit. */
  count({ from, to }) {
    return this.#sql.exec("SELECT COUNT(*) AS count FROM rows WHERE key >= ? AND key < ?", text(from), text(to)).one().count;
  }

  /**
   * All of it, or nothing. The answer leaves this object when it is on disk, not before: that is the platform's promise.
   *
   * @param {import("../service/key-service.js").Batch} batch
   */
  commit({ expect, put, delete: deleted, audit }) {
    for (const list of [expect, put, deleted, audit]) bounded(list, MAX_KEYS);
    return this.#storage.transactionSync(() => {
      if (expect.some(([key, version]) => this.#versionOf(key) !== version)) return false;
      const [head] = audit.length === 0 ? [] : this.get([AUDIT_HEAD]);
      const rows = [...put, ...appendAudit(head?.value, audit)];
      const { version } = this.#sql.exec("UPDATE account SET version = version + 1 RETURNING version").one();
      for (const key of deleted) this.#sql.exec("DELETE FROM rows WHERE key = ?", checkedKey(key));
      for (const [key, value] of rows) {
        this.#sql.exec(
          "INSERT INTO rows VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET version = excluded.version, value = excluded.value",
          checkedKey(key),
          version,
          checkedValue(value),
        );
      }
      return true;
    });
  }

  #versionOf(key) {
    const [row] = this.#sql.exec("SELECT version FROM rows WHERE key = ?", text(key)).toArray();
    return row?.version ?? 0;
  }
}

function bounded(list, most) {
  if (!Array.isArray(list) || list.length > most) throw new RangeError(`expected a list of at most ${most}`);
}

/** Printable ASCII, and the character after it, which ends a range. What is too long to be kept is not there, and may be asked for. */
function text(key) {
  if (typeof key === "string" && /^[\x20-\x7f]*$/.test(key)) return key;
  throw new RangeError("expected a key of printable ASCII");
}

function checkedKey(key) {
  if (text(key).length <= MAX_KEY_LENGTH) return key;
  throw new RangeError(`expected a key: at most ${MAX_KEY_LENGTH} characters`);
}

function checkedValue(value) {
  if (value instanceof Uint8Array && value.length <= MAX_VALUE_BYTES) return value;
  throw new RangeError(`expected a value: at most ${MAX_VALUE_BYTES} bytes`);
}

function count(number) {
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new RangeError("expected a whole number");
}
