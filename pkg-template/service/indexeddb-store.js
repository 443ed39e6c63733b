/** A store in the browser: one database, one object store, each row under its key. */

import { KeywicketError } from "../error.js";
import { appendAudit, AUDIT_HEAD } from "./audit-rows.js";

const ROWS = "rows";
/** The last version that was given. A number, which IndexedDB puts before all text: no range of keys meets it. */
const VERSION = 0;
/** How long a deletion waits for others to let go, in milliseconds. */
const PATIENCE = 5000;

export class IndexedDbStore {
  #name;
  /** The connection, or the promise of one; undefined after the browser closed it, until it is wanted again. */
  #opened;

  constructor(name) {
    this.#name = name;
  }

  /** @param {string} [name] of the database */
  static async open(name = "keywicket") {
    const store = new IndexedDbStore(name);
    await store.#database();
    return store;
  }

  /**
   * Deletes a database and all that is in it.
   *
   * @param {string} [name]
   * @returns {Promise<void>}
   */
  static remove(name = "keywicket") {
    return new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name);
      request.onsuccess = () => resolve();
      request.onerror = () => reject(unavailable(request.error));
      // Stores of this class let go when they are told, after what they are about; who still holds on then is somebody else.
      const stuck = () => reject(unavailable(new Error("something else holds the database open")));
      request.onblocked = () => setTimeout(stuck, PATIENCE);
    });
  }

  async get(keys) {
    return this.#run("readonly", async (rows) => Promise.all(keys.map((key) => done(rows.get(key)))));
  }

  async list({ from, to, reverse, skip, limit }) {
    if (from >= to || limit === 0) return [];
    return this.#run("readonly", async (rows) => {
      const range = await cut(rows, IDBKeyRange.bound(from, to, false, true), reverse, skip, limit);
      if (range === undefined) return [];
      const [keys, values] = await Promise.all([done(rows.getAllKeys(range, limit)), done(rows.getAll(range, limit))]);
      const found = keys.map((key, index) => ({ key, ...values[index] }));
      return reverse ? found.reverse() : found;
    });
  }

  async count({ from, to }) {
    if (from >= to) return 0;
    return this.#run("readonly", (rows) => done(rows.count(IDBKeyRange.bound(from, to, false, true))));
  }

  async commit({ expect, put, delete: deleted, audit }) {
    return this.#run("readwrite", async (rows) => {
      const asked = [VERSION, AUDIT_HEAD, ...expect.map(([key]) => key)];
      const [version = 0, head, ...found] = await Promise.all(asked.map((key) => done(rows.get(key))));
      if (expect.some(([, expected], index) => (found[index]?.version ?? 0) !== expected)) return false;
      const written = [...put, ...appendAudit(head?.value, audit)];
      rows.put(version + 1, VERSION);
      for (const key of deleted) rows.delete(key);
      for (const [key, value] of written) rows.put({ version: version + 1, value }, key);
      return true;
    });
  }

  /** Ends the connection. The store opens a new one if it is used again. */
  close() {
    this.#opened?.then((database) => database.close(), () => undefined);
    this.#opened = undefined;
  }

  /** One transaction; what `use` gave back counts once the transaction is complete. Nothing in `use` may wait for anything else. */
  async #run(mode, use) {
    try {
      const transaction = await this.#begin(mode);
      const ended = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"));
      });
      ended.catch(() => undefined);
      try {
        const result = await use(transaction.objectStore(ROWS));
        await ended;
        return result;
      } catch (error) {
        abort(transaction);
        // A request that failed says less than the transaction that it failed with: `QuotaExceededError`.
        throw transaction.error ?? error;
      }
    } catch (error) {
      throw error instanceof KeywicketError ? error : unavailable(error);
    }
  }

  async #begin(mode) {
    // Strict: an accepted write survives the machine, not only the browser.
    const begin = async () => (await this.#database()).transaction(ROWS, mode, { durability: "strict" });
    try {
      return await begin();
    } catch (error) {
      // The browser closes connections of its own accord.
      if (error?.name !== "InvalidStateError") throw error;
      this.#opened = undefined;
      return begin();
    }
  }

  #database() {
    this.#opened ??= connect(this.#name, () => {
      this.#opened = undefined;
    }).catch((error) => {
      this.#opened = undefined;
      throw unavailable(error);
    });
    return this.#opened;
  }
}

function connect(name, lost) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(ROWS);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("another page holds an older database open"));
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = lost;
      // Somebody deletes the database, or is a newer version of this: neither may wait for us.
      database.onversionchange = () => {
        lost();
        database.close();
      };
      resolve(database);
    };
  });
}

/** The part of a range that is left after skipping, and, from its end, no longer than the limit. */
async function cut(rows, range, reverse, skip, limit) {
  if (!reverse && skip === 0) return range;
  const start = await walk(rows, range, reverse, [skip]);
  if (start === undefined) return undefined;
  if (!reverse) return IDBKeyRange.bound(start, range.upper, false, true);
  const last = await walk(rows, range, reverse, [skip, limit - 1]);
  return IDBKeyRange.bound(last ?? range.lower, start);
}

/** The key on which one lands after some steps, which are counted and not taken one by one. */
function walk(rows, range, reverse, steps) {
  return new Promise((resolve, reject) => {
    const request = rows.openKeyCursor(range, reverse ? "prev" : "next");
    const left = steps.filter((step) => step > 0);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const step = left.shift();
      if (request.result !== null && step !== undefined) request.result.advance(step);
      else resolve(request.result?.key);
    };
  });
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function abort(transaction) {
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
}

const unavailable = (cause) =>
  new KeywicketError("store.unavailable", `The browser's storage is not available: ${cause?.message ?? cause}`, { cause });
