/**
 * Entries of the audit log that need not be written before the answer goes out. They are written together, at most two
 * seconds later: what a killed process had not written yet is lost.
 */

const MAX_ENTRIES = 256;
/** Beyond this, with a store that does not answer, the oldest are dropped and counted. */
const MAX_WAITING = 16_384;
const DELAY = 2000;

export class AuditBuffer {
  #store;
  #entries = [];
  #dropped = 0;
  #scheduled;

  constructor(store) {
    this.#store = store;
  }

  add(entries, waitUntil) {
    if (entries.length === 0) return;
    this.#entries.push(...entries);
    if (this.#entries.length > MAX_WAITING) this.#dropped += this.#entries.splice(0, this.#entries.length - MAX_WAITING).length;
    if (this.#entries.length >= MAX_ENTRIES) waitUntil?.(this.flush());
    else this.#schedule(waitUntil);
  }

  #schedule(waitUntil) {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const written = new Promise((resolve) => setTimeout(resolve, DELAY)).then(() => {
      this.#scheduled = false;
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
