import { el, isoTime, isUtcHere, localTime } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;
const MARGIN = 60;

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** A drawing that stretches with its box. */
export function drawing(height, className, ...shapes) {
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: className, "aria-hidden": "true", preserveAspectRatio: "none" });
  svg.append(...shapes);
  return svg;
}

export const bar = (className, from, to, y, height) =>
  shape("rect", { class: className, x: from, y, width: Math.max(0, to - from), height });

/**
 * When a token is valid, drawn against the present moment. `times`: names and seconds since 1970; a token without
 * "Not before" is valid from ever, one without "Expires" for ever. `tolerance`: seconds that are forgiven at both ends.
 */
export function timeline(times, now, tolerance) {
  const named = Object.fromEntries(times);
  const from = named["Not before"];
  const until = named.Expires;
  const moments = [from, until, now].filter((moment) => moment !== undefined);
  const first = Math.min(...moments);
  const span = Math.max(...moments) - first || 1;
  const x = (moment) => Math.min(WIDTH, Math.max(0, MARGIN + ((moment - first) / span) * (WIDTH - 2 * MARGIN)));

  const [start, end] = [from === undefined ? 0 : x(from), until === undefined ? WIDTH : x(until)];
  const forgiven = [from === undefined ? 0 : x(from - tolerance), until === undefined ? WIDTH : x(until + tolerance)];
  const picture = drawing(56, "timeline-drawing",
    bar("timeline-track", 0, WIDTH, 22, 12),
    bar("timeline-forgiven", ...forgiven, 22, 12),
    bar("timeline-valid", start, end, 22, 12),
    bar("timeline-now", x(now) - 3, x(now) + 3, 4, 48));

  const rows = [...times, ["Now", now]].toSorted(([, a], [, b]) => a - b);
  return el("div", { class: "timeline" }, picture, el("dl", { class: "times" }, ...rows.map(([name, seconds]) =>
    el("div", { class: name === "Now" ? "time-now" : "" },
      el("dt", {}, name), el("dd", {}, isoTime(seconds), el("span", { class: "note" }, relative(seconds - now)),
        isUtcHere(seconds) ? null : el("span", { class: "note local" }, localTime(seconds)))))),
  el("p", { class: "note" }, windowWords(from, until, tolerance)));
}

function windowWords(from, until, tolerance) {
  const empty = from !== undefined && until !== undefined && until <= from;
  const forgiven = tolerance === 0 ? "No tolerance at its ends." : `${tolerance} s are forgiven at both ends.`;
  if (!empty) return forgiven;
  return from - tolerance < until + tolerance
    ? `Its validity is empty: it ends before it begins. ${forgiven.replace(".", ", which is all that is left of it.")}`
    : "Its validity is empty: it ends before it begins.";
}

export function relative(seconds) {
  if (seconds === 0) return "";
  const size = Math.abs(seconds);
  const [count, unit] = size < 120 ? [size, "s"] : size < 7200 ? [Math.round(size / 60), "min"]
    : size < 172800 ? [Math.round(size / 3600), "h"] : [Math.round(size / 86400), "days"];
  return seconds < 0 ? ` ${count} ${unit} ago` : ` in ${count} ${unit}`;
}
