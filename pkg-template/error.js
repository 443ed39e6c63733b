/** The one error class of the package. Its `code` is stable; its message says what to do and holds no secret. */
export class KeywicketError extends Error {
  /**
   * @param {import("./index.js").KeywicketErrorCode} code
   * @param {string} message
   * @param {{ path?: string, line?: number, column?: number, cause?: unknown }} [details]
   */
  constructor(code, message, { path, line, column, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    if (path !== undefined) this.path = path;
    if (line !== undefined) this.line = line;
    if (column !== undefined) this.column = column;
  }

  static {
    // On the prototype, as the built-in errors have it: own properties would clutter every printed error.
    Object.defineProperty(this.prototype, "name", { value: "KeywicketError", configurable: true, writable: true });
  }
}
