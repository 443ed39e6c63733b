/** A Worker in plain workerd: a configuration, a process, a port. No bundler in between. */

import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import workerdPackage from "workerd";
import { project } from "./installed.mjs";
import { scratchFolder } from "./scratch.mjs";

/**
 * The modules that an export of the package reaches by the `workerd` condition (or its default), by the names workerd is to
 * know them under: the entry as `specifier`, the others where its imports look for them.
 *
 * @returns {Promise<Record<string, string>>} file by module name
 */
export async function packageModules(specifier = "keywicket") {
  installed ??= project("worker");
  const { packageFolder, manifest } = await installed;
  const entry = manifest.exports[specifier.replace("keywicket", ".")];
  const modules = {};
  reach(specifier, join(packageFolder, entry.workerd ?? entry.default), modules);
  return modules;
}

let installed;

function reach(name, file, modules) {
  if (name in modules) return;
  modules[name] = file;
  if (file.endsWith(".wasm")) return;
  for (const [, next] of readFileSync(file, "utf8").matchAll(RELATIVE_IMPORT)) {
    reach(join(dirname(name), next), join(dirname(file), next), modules);
  }
}

const RELATIVE_IMPORT = /^(?:import|export)\b[^"]*"(\.\.?\/[^"]+)";$/gm;

/**
 * The package with its edge module, as raw as it comes: modules by their place below `dist/`.
 *
 * @param {string} packageFolder
 * @returns {Record<string, string>} file by module name
 */
export function rawModules(packageFolder) {
  const modules = {};
  for (const entry of ["workerd.js", "edge/workerd.js"]) {
    reach(join("dist", entry), join(packageFolder, "dist", entry), modules);
  }
  return modules;
}

/**
 * @param {object} worker
 * @param {Record<string, string>} worker.texts source by module name; the first is the main module
 * @param {Record<string, string>} worker.modules file by module name
 * @param {Record<string, string>} [worker.bindings] texts
 * @param {Record<string, string>} [worker.durableObjects] class by binding; their storage is SQLite on disk
 * @param {string} worker.compatibilityDate
 * @param {"host" | "proxy"} [worker.style] how request lines are read: `proxy` takes absolute addresses
 * @param {number} [worker.port] any free one otherwise
 * @returns {Promise<WorkerServer>}
 *
 * @typedef {object} WorkerServer
 * @property {string} address stays the same over restarts
 * @property {() => number} pid
 * @property {() => string} log of all its processes
 * @property {() => Promise<void>} stop by SIGKILL, which is how a machine dies
 * @property {() => Promise<void>} restart after `stop`: another process on the same storage and port
 */
export async function serveWorker({ texts, modules, bindings = {}, durableObjects = {}, compatibilityDate, style = "host", port = 0 }) {
  const folder = scratchFolder("workerd");
  const names = [...Object.keys(texts), ...Object.keys(modules)];
  names.forEach((name, index) => {
    const path = join(folder, `module${index}`);
    if (name in texts) writeFileSync(path, texts[name]);
    else copyFileSync(modules[name], path);
  });
  mkdirSync(join(folder, "storage"));
  writeFileSync(join(folder, "config.capnp"), configuration(names, bindings, durableObjects, compatibilityDate, style));
  return start(folder, port);
}

const quoted = (text) => JSON.stringify(text);

function configuration(names, bindings, durableObjects, compatibilityDate, style) {
  const modules = names.map(
    (name, index) =>
      `(name = ${quoted(name)}, ${name.endsWith(".wasm") ? "wasm" : "esModule"} = embed "module${index}")`,
  );
  const texts = Object.entries(bindings).map(([name, text]) => `(name = ${quoted(name)}, text = ${quoted(text)})`);
  const objects = Object.entries(durableObjects).map(
    ([name, className]) => `(name = ${quoted(name)}, durableObjectNamespace = ${quoted(className)})`,
  );
  const classes = [...new Set(Object.values(durableObjects))].map(
    (name) => `(className = ${quoted(name)}, uniqueKey = ${quoted(name)}, enableSql = true)`,
  );
  const storage = classes.length === 0 ? "" : '\n  durableObjectStorage = (localDisk = "storage"),';
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker), (name = "storage", disk = (path = "storage", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (style = ${style}), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${modules.join(",\n    ")}],
  bindings = [${[...texts, ...objects].join(", ")}],
  durableObjectNamespaces = [${classes.join(", ")}],${storage}
  compatibilityDate = ${quoted(compatibilityDate)},
);
`;
}

async function start(folder, wantedPort) {
  let log = "";
  let running;
  const run = async (port) => {
    running = launch(folder, port, (text) => (log += text));
    const listened = await Promise.race([listening(running.child.stdio[3]), running.ended.then(() => undefined)]);
    if (listened === undefined) throw new Error(`workerd did not start:\n${log}`);
    return listened;
  };
  // Whatever the test does, the server does not outlive it.
  process.once("exit", () => running.child.kill("SIGKILL"));
  const port = await run(wantedPort);
  return {
    address: `http://127.0.0.1:${port}/`,
    pid: () => running.child.pid,
    log: () => log,
    stop: () => {
      running.child.kill("SIGKILL");
      return running.ended;
    },
    restart: async () => {
      await run(port);
    },
  };
}

function launch(folder, port, say) {
  const words = ["serve", "config.capnp", "--control-fd=3", `--socket-addr=http=127.0.0.1:${port}`];
  const child = spawn(workerdPackage.default, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", say);
  return { child, ended: new Promise((resolve) => child.once("exit", () => resolve())) };
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
