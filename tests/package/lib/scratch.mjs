/** Folders outside the repository that disappear with the test process. */

import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders = [];

process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

export function scratchFolder(purpose) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `keywicket-${purpose}-`)));
  folders.push(folder);
  return folder;
}
