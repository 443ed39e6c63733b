/** The package as a user gets it: packed, then installed from the tarball into an empty project. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { output } from "./run.mjs";
import { scratchFolder } from "./scratch.mjs";

const built = fileURLToPath(new URL("../../../pkg", import.meta.url));
const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];

let packed;

/** Absolute path of the tarball: the one we are told of, or one packed from the built package. */
export function tarball() {
  packed ??= process.env.KEYWICKET_TARBALL ? Promise.resolve(resolve(process.env.KEYWICKET_TARBALL)) : pack();
  return packed;
}

async function pack() {
  const folder = scratchFolder("tarball");
  const listing = await output("npm", ["pack", built, "--json", "--pack-destination", folder, ...quiet]);
  return join(folder, JSON.parse(listing)[0].filename);
}

/**
 * A new project with nothing in it but the installed package, and the given files.
 *
 * @param {string} purpose
 * @param {Record<string, string>} [files] text by path
 */
export async function project(purpose, files = {}) {
  const folder = scratchFolder(purpose);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, version: "1.0.0" }));
  await output("npm", ["install", "--prefer-offline", "--ignore-scripts", ...quiet, await tarball()], { cwd: folder });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const packageFolder = join(folder, "node_modules", "keywicket");
  const manifest = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
  return { folder, packageFolder, manifest };
}
