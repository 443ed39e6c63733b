/**
 * Entries of the audit log that need not be written before the answer goes out. They are written together, at most two
 * seconds later: what a killed process had not written yet is lost.
 */

const MAX_ENTRIES = 256;
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

  constructor(store) {
    this.#store = store;
  }

  /** @param {string} lines an entry each */
  add(lines, waitUntil) {
    if (lines.includes("\n")) this.#entries.push(...lines.split("\n"));
    else this.#entries.push(lines);
    if (this.#entries.length > MAX_WAITING) this.#dropped += this.#entries.splice(0, this.#entries.length - MAX_WAITING).length;
    if (this.#entries.length < MAX_ENTRIES) return this.#schedule(waitUntil);
    // Begun in any case: without `waitUntil`, an optional call would leave its argument out as well.
    const written = this.flush();
    waitUntil?.(written);
  }

  #schedule(waitUntil) {
    const now = Date.now();
    if (this.#scheduledAt !== undefined && Math.abs(now - this.#scheduledAt) < LOST_AFTER) return;
    this.#scheduledAt = now;
    const written = new Promise((resolve) => setTimeout(resolve, DELAY)).then(() => {
      this.#scheduledAt = undefined;
      return this.flush();
    });
    waitUntil?.(written);
  }

  /** @returns {Promise<void>} */
  async flush() {
    const entries = this.#entries.splice(0);
    if (this.#dropped > 0) {
      entries.push(JSON.stringify({ time: Date.now(), action: "audit.dropped", count: this.#dropped }));
      this.#dropped = 0;
    }
    if (entries.length === 0) return;
    try {
      await this.#store.commit({ expect: [], put: [], delete: [], audit: entries });
    } catch {
      this.#entries.unshift(...entries);
    }
  }
}
