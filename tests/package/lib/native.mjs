/** The core as a native program, built on demand: another runtime to agree with. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { output } from "./run.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Judges the corpus in a file. Each line has `check`, `explain` and `checks`. */
export async function judgeNatively(file) {
  const build = ["build", "--quiet", "--profile", "runner", "--package", "conformance", "--bin", "decisions", "--message-format", "json-render-diagnostics"];
  const messages = (await output("cargo", build, { cwd: root })).trim().split("\n");
  const { executable } = messages.map((line) => JSON.parse(line)).find(({ executable }) => executable);
  const printed = await output(join(executable), [file]);
  return printed.trimEnd().split("\n").map((line) => JSON.parse(line));
}
