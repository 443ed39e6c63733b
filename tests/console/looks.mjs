// What every state of the page must be: named, ordered, legible.
import assert from "node:assert/strict";

const NAMED = new Set(["button", "textbox", "radio", "combobox", "slider", "link", "checkbox", "region", "navigation", "table", "group", "radiogroup"]);

/** Roles of controls and regions that a screen reader has no name for. */
export async function namelessControls(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const controls = nodes.filter((node) => !node.ignored && NAMED.has(node.role.value));
  assert.ok(controls.filter((node) => node.role.value === "button").length > 30);
  const nameless = controls.filter((node) => !node.name?.value?.trim() && node.role.value !== "group");
  return nameless.map((node) => node.role.value);
}

/** Runs in the page: ids that are there twice, headings that skip a level, references that lead nowhere. */
export function outline() {
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((node) => Number(node.tagName[1]));
  const references = ["for", "aria-labelledby", "aria-describedby"].flatMap((name) =>
    [...document.querySelectorAll(`[${name}]`)].flatMap((node) => node.getAttribute(name).split(/\s+/)));
  return {
    twice: ids.filter((id, at) => ids.indexOf(id) !== at),
    skipped: levels.filter((level, at) => at > 0 && level > levels[at - 1] + 1),
    dangling: references.filter((id) => !document.getElementById(id)),
  };
}

/** Runs in the page: visible text whose contrast with what lies behind it is below 4.5 (3 for large text). */
export function lowContrast() {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = color;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => [r, g, b]
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let node = element; node; node = node.parentElement) {
      const color = rgba(getComputedStyle(node).backgroundColor);
      if (color[3] === 255) return color;
    }
    return rgba(getComputedStyle(document.documentElement).colorScheme.includes("dark") ? "black" : "white");
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim()).map((node) => node.data.trim());
    const says = own.join(" ") || (element.matches("input, textarea") ? element.value : "");
    if (!says || !element.checkVisibility({ opacityProperty: true }) || element.closest(":disabled")) continue;
    const style = getComputedStyle(element);
    const [light, dark] = [luminance(rgba(style.color)), luminance(behind(element))].toSorted((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) low.push(`${ratio.toFixed(2)} ${element.tagName} ${says.slice(0, 40)}`);
  }
  return low;
}
