/** A project of somebody who uses the packed package, with the contestants in it. */

import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { project } from "../tests/package/lib/installed.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const tools = createRequire(here("../tests/package.json"));

const PEERS = ["jose", "fast-jwt"];

/** The contestant that the targets are for, as the module `gate.mjs`. */
const EDGE = `export { TokenVerifier } from "keywicket/edge";
export const label = "keywicket/edge";
export const gateSource = ({ compiled }) => compiled;
`;

/**
 * @typedef {object} Consumer
 * @property {string} folder
 * @property {string} gate what stands for ours
 * @property {Record<string, string>} versions
 * @property {(workload: object) => object} compile adds to a workload what the edge is handed
 */

/** @returns {Promise<Consumer>} */
export async function consumer() {
  const { folder, manifest } = await project("bench");
  cpSync(here("in-runtime"), folder, { recursive: true });
  writeFileSync(join(folder, "gate.mjs"), EDGE);
  for (const peer of PEERS) symlinkSync(packageFolder(peer), join(folder, "node_modules", peer), "junction");
  const { compilePolicy } = await import(pathToFileURL(createRequire(join(folder, "main.js")).resolve("keywicket")));
  const compile = (workload) => ({ ...workload, compiled: compilePolicy(workload.policy, workload.jwks && { jwks: workload.jwks }) });
  const versions = Object.fromEntries([...PEERS, "workerd"].map((name) => [name, versionOf(packageFolder(name))]));
  return {
    folder,
    gate: "keywicket/edge",
    versions: { keywicket: manifest.version, ...versions },
    compile,
  };
}

/** Not through `exports`: no package needs to export its own manifest. */
function packageFolder(name) {
  const [nodeModules] = tools.resolve.paths(name);
  return join(nodeModules, name);
}

const versionOf = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
