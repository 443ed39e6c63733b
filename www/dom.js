const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children. Strings become text nodes, never markup. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== ""));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Says something to everybody: on screen for a moment, and to a screen reader. */
let toastTimer = 0;
export function announce(text) {
  const toast = byId("toast");
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    toast.classList.remove("shown");
    toast.textContent = "";
  }, 2500);
}

/** `what` completes "Copy …" and "Copied …"; `read` gives the exact text at the moment of the click, or the promise of it. */
export function copyButton(what, read, { words = "Copy" } = {}) {
  const label = el("span", {}, words);
  const button = el("button", { type: "button", class: "copy", "aria-label": `${words}: ${what}` }, icon("copy"), label);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(await read());
    } catch {
      announce("The browser did not allow copying. Select the text and copy it yourself.");
      return;
    }
    announce(`Copied: ${what}`);
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1600);
  });
  return button;
}

/**
 * Rows of label, value and copy button in a `dl`. Each row: `{ name, label, usedBy?, copy?: boolean }`.
 * Returns a function that fills the values by name.
 */
export function factList(list, rows) {
  const values = new Map();
  for (const { name, label, usedBy, copy = true } of rows) {
    const value = el("code", { class: "value", id: `fact-${name}` });
    values.set(name, value);
    list.append(el("div", { class: "fact" },
      el("dt", {}, label, usedBy ? el("span", { class: "used-by" }, usedBy) : null),
      el("dd", {}, value, copy
        ? el("span", { class: "fact-actions" }, copyButton(label, () => value.textContent))
        : null)));
  }
  return (facts) => {
    for (const [name, value] of values) value.textContent = facts[name] ?? "";
  };
}

/** Shows an error of the module (code and message) in `notice`, or clears it. */
export function showError(notice, error) {
  notice.hidden = !error;
  notice.replaceChildren();
  if (error) notice.append(...errorWords(error));
}

export function errorWords(error) {
  const code = error.code ? el("code", { class: "code" }, error.code) : null;
  return [code, ` ${error.message ?? error}`].filter(Boolean);
}

export const isoDate = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
export const isoTime = (seconds) => new Date(seconds * 1000).toISOString().replace("T", " ").replace(".000Z", " UTC");
const LOCAL = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
});
/** The same moment where the reader is. */
export const localTime = (seconds) => LOCAL.format(seconds * 1000);
export const isUtcHere = (seconds) => new Date(seconds * 1000).getTimezoneOffset() === 0;
export const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Moments written as ten-digit seconds since 1970 turned into dates, for reading. */
export const legibleTimes = (text) => text.replace(/(?<![\w-])1\d{9}(?![\w-])/g, (seconds) => isoTime(Number(seconds)));
