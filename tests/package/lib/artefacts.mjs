/** Where tests leave what people may want to look at afterwards. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Keeps a file if a folder for artefacts was named; otherwise nothing is kept. */
export function keep(name, content) {
  const folder = process.env.KEYWICKET_ARTEFACTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), content);
}
