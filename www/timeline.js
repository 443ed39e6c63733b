import { el, isoTime } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;
const MARGIN = 60;

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/**
 * When a token is valid, drawn against the present moment. `times` as `decodeToken` gives them: a token without
 * "Not before" is valid from ever, one without "Expires" for ever.
 */
export function timeline(times, now) {
  const named = Object.fromEntries(times);
  const from = named["Not before"];
  const until = named.Expires;
  const moments = [from, until, now].filter((moment) => moment !== undefined);
  const first = Math.min(...moments);
  const span = Math.max(...moments) - first || 1;
  const x = (moment) => MARGIN + ((moment - first) / span) * (WIDTH - 2 * MARGIN);

  const start = from === undefined ? 0 : x(from);
  const end = until === undefined ? WIDTH : x(until);
  const drawing = shape("svg", { viewBox: `0 0 ${WIDTH} 56`, class: "timeline-drawing", "aria-hidden": "true", preserveAspectRatio: "none" });
  drawing.append(shape("rect", { class: "timeline-track", x: 0, y: 22, width: WIDTH, height: 12 }));
  if (end > start) drawing.append(shape("rect", { class: "timeline-valid", x: start, y: 22, width: end - start, height: 12 }));
  drawing.append(shape("rect", { class: "timeline-now", x: x(now) - 3, y: 4, width: 6, height: 48 }));

  const rows = [...times, ["Now", now]].toSorted(([, a], [, b]) => a - b);
  return el("div", { class: "timeline" }, drawing, el("dl", { class: "times" }, ...rows.map(([name, seconds]) =>
    el("div", { class: name === "Now" ? "time-now" : "" },
      el("dt", {}, name), el("dd", {}, isoTime(seconds), el("span", { class: "note" }, relative(seconds - now)))))));
}

function relative(seconds) {
  if (seconds === 0) return "";
  const size = Math.abs(seconds);
  const [count, unit] = size < 120 ? [size, "s"] : size < 7200 ? [Math.round(size / 60), "min"]
    : size < 172800 ? [Math.round(size / 3600), "h"] : [Math.round(size / 86400), "days"];
  return seconds < 0 ? ` ${count} ${unit} ago` : ` in ${count} ${unit}`;
}
