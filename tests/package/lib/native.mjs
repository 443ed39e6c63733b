/** The core as a native program, built on demand: another runtime to agree with. */

import { fileURLToPath } from "node:url";
import { output } from "./run.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Judges the corpus in a file. Each line has `check`, `explain` and `checks`. */
export async function judgeNatively(file) {
  const build = ["build", "--quiet", "--profile", "runner", "--package", "conformance", "--bin", "decisions", "--message-format", "json-render-diagnostics"];
  // The first time it compiles the core and all that it stands on.
  const messages = (await output("cargo", build, { cwd: root, timeout: 1_200_000 })).trim().split("\n");
  const { executable } = messages.map((line) => JSON.parse(line)).find(({ executable }) => executable);
  const printed = await output(executable, [file]);
  return printed.trimEnd().split("\n").map((line) => JSON.parse(line));
}
