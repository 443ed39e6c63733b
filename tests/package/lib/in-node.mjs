/** Consumers of the installed package in Node, one process each. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { project } from "./installed.mjs";
import { output } from "./run.mjs";
import { ENGINE, suiteFiles } from "./suite-files.mjs";

const REPORT = `
const print = async (keywicket) => {
  const { runFlow } = await import("./suite/flow.mjs");
  const { runSuite } = await import("./suite/suite.mjs");
  const { fixtures } = await import("./suite/fixtures.mjs");
  const engine = await import("${ENGINE}");
  const flowOnly = process.argv[2] === "flow";
  process.stdout.write(JSON.stringify(flowOnly ? runFlow(keywicket, fixtures) : await runSuite(keywicket, engine, fixtures)));
};`;

const CONSUMERS = {
  import: ["suite-import.mjs", `import * as keywicket from "keywicket";${REPORT}\nawait print(keywicket);\n`],
  require: ["suite-require.cjs", `const keywicket = require("keywicket");${REPORT}\nprint(keywicket);\n`],
  inline: ["suite-inline.mjs", `import * as keywicket from "keywicket/inline";${REPORT}\nawait print(keywicket);\n`],
};

export async function nodeProject() {
  const files = { ...suiteFiles, ...Object.fromEntries(Object.values(CONSUMERS)) };
  const { folder, ...rest } = await project("node", files);
  const node = (...args) => output(process.execPath, args, { cwd: folder });
  return {
    ...rest,
    folder,
    /** The report of the suite, by "import", "require" or "inline". */
    suite: async (way) => JSON.parse(await node(CONSUMERS[way][0])),
    /** The flow's part of it alone. */
    flow: async () => JSON.parse(await node(CONSUMERS.import[0], "flow")),
    /** Runs the text of a module in a process of its own, and answers with what it printed. */
    async script(name, text) {
      writeFileSync(join(folder, name), text);
      return node(name);
    },
  };
}
