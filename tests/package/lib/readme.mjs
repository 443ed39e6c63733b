/** The code blocks of the installed README, exactly as printed. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** @returns {string} the first block of JavaScript below a line that starts with `heading` */
export function codeBelow(packageFolder, heading) {
  const text = readFileSync(join(packageFolder, "README.md"), "utf8");
  const start = text.indexOf(`\n${heading}`);
  if (start < 0) throw new Error(`the README has no line that starts with "${heading}"`);
  const block = /^```js\n(.*?)^```$/ms.exec(text.slice(start));
  if (!block) throw new Error(`the README has no code below "${heading}"`);
  return block[1];
}

export function countCodeBlocks(packageFolder) {
  return readFileSync(join(packageFolder, "README.md"), "utf8").match(/^```js$/gm).length;
}
