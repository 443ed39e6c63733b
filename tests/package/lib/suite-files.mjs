/** The suite, as files to put into a consumer's project. */

import { readdirSync, readFileSync } from "node:fs";
import { fixtures } from "./fixtures.mjs";

const folder = new URL("../in-runtime/", import.meta.url);

/** Text by path, below `suite/`. */
export const suiteFiles = {
  ...Object.fromEntries(
    readdirSync(folder).map((name) => [`suite/${name}`, readFileSync(new URL(name, folder), "utf8")]),
  ),
  "suite/fixtures.mjs": `export const fixtures = ${JSON.stringify(fixtures)};\n`,
};

/** The package's engine by file, because no export leads to it. */
export const ENGINE = "./node_modules/keywicket/dist/engine.js";
