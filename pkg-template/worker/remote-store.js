/** The rows of an account, as the Worker in front of its Durable Object sees them. */

export class RemoteStore {
  #namespace;
  #id;

  /**
   * @param {DurableObjectNamespace} namespace of `KeyAccount`
   * @param {string} account
   */
  constructor(namespace, account) {
    this.#namespace = namespace;
    this.#id = namespace.idFromName(account);
  }

  async get(keys) {
    const rows = [];
    while (rows.length < keys.length) {
      const rest = rows.length === 0 ? keys : keys.slice(rows.length);
      for (const row of await this.#read((object) => object.get(rest))) rows.push(row);
    }
    return rows;
  }

  async list(range) {
    const rows = [];
    let rest = range;
    for (;;) {
      const part = await this.#read((object) => object.list(rest));
      for (const row of part.rows) rows.push(row);
      if (part.isWhole || part.rows.length === 0) return rows;
      rest = after(rest, part.rows);
    }
  }

  count(range) {
    return this.#read((object) => object.count(range));
  }

  /** Never tried again: an error may come after the batch was written. */
  commit(batch) {
    return this.#object().commit(batch);
  }

  /** A stub belongs to the request that made it, and is broken once an error has come through it: so never kept. */
  #object() {
    return this.#namespace.get(this.#id);
  }

  /** Tried once more: the object may just have moved to another machine. */
  async #read(ask) {
    try {
      return await ask(this.#object());
    } catch {
      return ask(this.#object());
    }
  }
}

/** What of a range comes after some rows of it. */
function after({ from, to, reverse, limit }, rows) {
  const { key } = rows.at(-1);
  // A space is the least of the characters of keys: nothing comes between a key and that key with one behind it.
  const bounds = reverse ? { from, to: key } : { from: `${key} `, to };
  return { ...bounds, reverse, skip: 0, limit: limit - rows.length };
}
