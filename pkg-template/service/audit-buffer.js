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
  /** When the timer was set that is to write what is here. */
  #scheduledAt;
  /** When the commit began that is under way. */
  #writingSince;

  constructor(store) {
    this.#store = store;
  }

  /** @param {string} lines an entry each */
  add(lines, waitUntil) {
    if (lines.includes("\n")) this.#entries.push(...lines.split("\n"));
    else this.#entries.push(lines);
    if (this.#entries.length > MAX_WAITING) this.#dropped += this.#entries.splice(0, MAX_ENTRIES).length;
    if (this.#entries.length < MAX_ENTRIES) this.#schedule(waitUntil);
    else if (!this.#isWriting()) {
      const written = this.flush();
      waitUntil?.(written);
    }
  }

  #schedule(waitUntil) {
    if (isRecent(this.#scheduledAt)) return;
    this.#scheduledAt = Date.now();
    const written = new Promise((resolve) => setTimeout(resolve, DELAY)).then(() => {
      this.#scheduledAt = undefined;
      return this.flush();
    });
    waitUntil?.(written);
  }

  /** @returns {Promise<void>} */
  async flush() {
    const entries = this.#entries.splice(0, 2 * MAX_ENTRIES);
    if (this.#dropped > 0) {
      entries.push(JSON.stringify({ time: Date.now(), action: "audit.dropped", count: this.#dropped }));
      this.#dropped = 0;
    }
    if (entries.length === 0) return;
    this.#writingSince = Date.now();
    try {
      await this.#store.commit({ expect: [], put: [], delete: [], audit: entries });
    } catch {
      this.#entries.unshift(...entries);
    } finally {
      this.#writingSince = undefined;
    }
  }

  /** A store that fails is not asked once more by every delivery. */
  #isWriting() {
    return isRecent(this.#writingSince);
  }
}

const isRecent = (time) => time !== undefined && Math.abs(Date.now() - time) < LOST_AFTER;
