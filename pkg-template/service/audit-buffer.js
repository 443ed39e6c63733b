/**
 * Entries of the audit log that need not be written before the answer goes out. They are written together, at most two
 * seconds later: what a killed process had not written yet is lost.
 */

/** Many at once: a commit costs more than its entries. With 256, half of what a delivery took was this. */
const MAX_ENTRIES = 2048;
/** Beyond this, with a store that does not answer, the oldest are dropped and counted. */
const MAX_WAITING = 16_384;
const DELAY = 2000;
/** In Workers a timer ends with the request that set it: one that should have rung by then never will. */
const LOST_AFTER = 5 * DELAY;

export class AuditBuffer {
  #store;
  #entries = [];
  #dropped = 0;
  /** What is being written, or was tried in vain: tried again as it is, and never dropped. */
  #batch;
  /** The row of the last batch that is known to be written. */
  #lastRow;
  #hasFailed = false;
  /** When the timer was set that is to write what is here. */
  #scheduledAt;
  /** The commit under way, and when it began. */
  #writing;
  #writingSince;

  constructor(store) {
    this.#store = store;
  }

  /** @param {string} lines an entry each */
  add(lines, waitUntil) {
    if (lines.includes("\n")) this.#entries.push(...lines.split("\n"));
    else this.#entries.push(lines);
    if (this.#entries.length > MAX_WAITING) this.#dropped += this.#entries.splice(0, MAX_ENTRIES).length;
    // A store that fails is not asked once more by every delivery.
    if (this.#entries.length < MAX_ENTRIES || this.#hasFailed) this.#schedule(waitUntil);
    else if (!this.#isWriting()) extend(waitUntil, this.#writeAll(waitUntil));
  }

  /** Writes all that waits, and waits for what is being written. Where the store fails, it is tried again later. */
  async flush() {
    await this.#writeAll();
  }

  #schedule(waitUntil) {
    if (isRecent(this.#scheduledAt)) return;
    this.#scheduledAt = Date.now();
    const written = new Promise((resolve) => {
      const timer = setTimeout(resolve, DELAY);
      // A program may end although its store does not answer.
      if (this.#hasFailed) timer.unref?.();
    }).then(() => {
      this.#scheduledAt = undefined;
      return this.#writeAll(waitUntil);
    });
    extend(waitUntil, written);
  }

  async #writeAll(waitUntil) {
    while (this.#batch !== undefined || this.#entries.length > 0 || this.#dropped > 0) {
      const isWritten = await (this.#isWriting() ? this.#underWay() : this.#write());
      if (isWritten === false) {
        this.#schedule(waitUntil);
        return;
      }
    }
  }

  #write() {
    this.#batch ??= this.#nextBatch();
    this.#writingSince = Date.now();
    const writing = this.#commit(this.#batch).finally(() => {
      if (this.#writing === writing) this.#writingSince = undefined;
    });
    this.#writing = writing;
    return writing;
  }

  /** An error may come after the batch was written: its row is then there, and a second try changes nothing. */
  #nextBatch() {
    const row = `b/${randomId()}`;
    const audit = this.#entries.splice(0, 2 * MAX_ENTRIES);
    if (this.#dropped > 0) audit.push(JSON.stringify({ time: Date.now(), action: "audit.dropped", count: this.#dropped }));
    this.#dropped = 0;
    const deleted = this.#lastRow === undefined ? [] : [this.#lastRow];
    return { expect: [[row, 0]], put: [[row, new Uint8Array()]], delete: deleted, audit };
  }

  /** @returns {Promise<boolean>} whether it is written, by this try or by one before */
  async #commit(batch) {
    try {
      await this.#store.commit(batch);
    } catch {
      this.#hasFailed = true;
      return false;
    }
    this.#hasFailed = false;
    // One that was given up as lost may end after its second try.
    if (this.#batch === batch) {
      this.#batch = undefined;
      [[this.#lastRow]] = batch.put;
    }
    return true;
  }

  /** What another request began may have died with it: not waited for without an end. */
  async #underWay() {
    let timer;
    const lost = new Promise((resolve) => {
      timer = setTimeout(resolve, LOST_AFTER);
    });
    try {
      return await Promise.race([this.#writing, lost]);
    } finally {
      clearTimeout(timer);
    }
  }

  #isWriting() {
    return isRecent(this.#writingSince);
  }
}

const isRecent = (time) => time !== undefined && Math.abs(Date.now() - time) < LOST_AFTER;

/** A request that is over already holds nothing open any more. */
function extend(waitUntil, promise) {
  try {
    waitUntil?.(promise);
  } catch {
    // Written all the same, where the process goes on.
  }
}

/** Not `randomUUID`, which browsers have on pages by https alone. */
const randomId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
