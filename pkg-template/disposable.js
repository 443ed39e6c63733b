/** Lets `using` end the life of a class's objects by their `dispose()`. */
export function disposable({ prototype }) {
  // Not every supported browser has the symbol; a polyfill that comes later takes the registered one.
  const disposal = Symbol.dispose ?? Symbol.for("Symbol.dispose");
  Object.defineProperty(prototype, disposal, { value: prototype.dispose, configurable: true, writable: true });
}
