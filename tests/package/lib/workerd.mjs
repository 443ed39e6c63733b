/** A Worker in plain workerd: a configuration, a process, a port. No bundler in between. */

import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import workerdPackage from "workerd";
import { project } from "./installed.mjs";
import { scratchFolder } from "./scratch.mjs";

/**
 * The modules that the package's `workerd` condition (or another export) reaches, by the names workerd is to know them
 * under: the entry as `specifier`, the others beside it.
 *
 * @returns {Promise<Record<string, string>>} file by module name
 */
export async function packageModules(specifier = "keywicket") {
  const { packageFolder, manifest } = await project("worker");
  const entry = manifest.exports[specifier.replace("keywicket", ".")];
  const file = join(packageFolder, entry.workerd ?? entry.default);
  const modules = { [specifier]: file };
  reach(file, specifier.slice(0, specifier.lastIndexOf("/") + 1), modules);
  return modules;
}

function reach(file, folder, modules) {
  for (const [, name] of readFileSync(file, "utf8").matchAll(/^(?:import|export)\b[^"]*"(\.\/[^"]+)";$/gm)) {
    const next = join(dirname(file), name);
    if (Object.values(modules).includes(next)) continue;
    modules[folder + basename(next)] = next;
    if (!next.endsWith(".wasm")) reach(next, folder, modules);
  }
}

/**
 * The package with its edge module, as raw as it comes: modules by their place below `dist/`.
 *
 * @param {string} packageFolder
 * @returns {Record<string, string>} file by module name
 */
export function rawModules(packageFolder) {
  const dist = join(packageFolder, "dist");
  const modules = {};
  const follow = (name) => {
    const path = join("dist", name);
    if (path in modules) return;
    modules[path] = join(dist, name);
    if (name.endsWith(".wasm")) return;
    const imports = readFileSync(join(dist, name), "utf8").matchAll(/^(?:import|export)\b[^"]*"(\.\.?\/[^"]+)";$/gm);
    for (const [, next] of imports) follow(join(dirname(name), next));
  };
  for (const entry of ["workerd.js", "edge/workerd.js"]) follow(entry);
  return modules;
}

/**
 * @param {object} worker
 * @param {Record<string, string>} worker.texts source by module name; the first is the main module
 * @param {Record<string, string>} worker.modules file by module name
 * @param {Record<string, string>} [worker.bindings]
 * @param {string} worker.compatibilityDate
 * @returns {Promise<{ address: string, log: () => string, stop: () => Promise<void> }>}
 */
export async function serveWorker({ texts, modules, bindings = {}, compatibilityDate }) {
  const folder = scratchFolder("workerd");
  const names = [...Object.keys(texts), ...Object.keys(modules)];
  names.forEach((name, index) => {
    const path = join(folder, `module${index}`);
    mkdirSync(dirname(path), { recursive: true });
    if (name in texts) writeFileSync(path, texts[name]);
    else copyFileSync(modules[name], path);
  });
  writeFileSync(join(folder, "config.capnp"), configuration(names, bindings, compatibilityDate));
  return start(folder);
}

const quoted = (text) => JSON.stringify(text);

function configuration(names, bindings, compatibilityDate) {
  const modules = names.map(
    (name, index) =>
      `(name = ${quoted(name)}, ${name.endsWith(".wasm") ? "wasm" : "esModule"} = embed "module${index}")`,
  );
  const texts = Object.entries(bindings).map(([name, text]) => `(name = ${quoted(name)}, text = ${quoted(text)})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${modules.join(",\n    ")}],
  bindings = [${texts.join(", ")}],
  compatibilityDate = ${quoted(compatibilityDate)},
);
`;
}

async function start(folder) {
  const child = spawn(workerdPackage.default, ["serve", "config.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (log += chunk));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  // Whatever the test does, the server does not outlive it.
  process.once("exit", () => child.kill("SIGKILL"));
  const port = await Promise.race([listening(child.stdio[3]), ended.then(() => undefined)]);
  if (port === undefined) throw new Error(`workerd did not start:\n${log}`);
  return { address: `http://127.0.0.1:${port}/`, log: () => log, stop };
}

/** workerd reports its sockets on the control descriptor, one JSON object a line. */
function listening(control) {
  return new Promise((resolve) => {
    let text = "";
    control.on("data", (chunk) => {
      text += chunk;
      const line = text.split("\n").find((candidate) => candidate.includes('"listen"'));
      if (line?.endsWith("}")) resolve(JSON.parse(line).port);
    });
  });
}
