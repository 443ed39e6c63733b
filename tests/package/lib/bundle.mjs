/** A Worker as its author's bundler makes it: all JavaScript in one module, every `.wasm` beside it. */

import { basename, dirname, resolve } from "node:path";
import { build } from "vite";

/**
 * @param {string} folder the project
 * @param {string} entry path of the main module in it
 * @param {{ minify?: boolean }} [options]
 * @returns {Promise<{ code: string, modules: Record<string, string> }>} `modules`: file by
 *   module name, as `serveWorker` takes them
 */
export async function bundleWorker(folder, entry, { minify = false } = {}) {
  const modules = {};
  const wasmModules = {
    name: "wasm-modules",
    enforce: "pre",
    resolveId(source, importer) {
      if (!source.endsWith(".wasm")) return undefined;
      const file = resolve(dirname(importer), source);
      const known = Object.keys(modules).find((name) => modules[name] === file);
      const id = known ?? `${Object.keys(modules).length}-${basename(file)}`;
      modules[id] = file;
      return { id, external: true };
    },
  };
  const { output } = await build({
    root: folder,
    configFile: false,
    logLevel: "warn",
    plugins: [wasmModules],
    ssr: { target: "webworker", noExternal: true, resolve: { conditions: ["workerd", "module"] } },
    // What workerd itself brings.
    build: { ssr: entry, write: false, minify, target: "esnext", rolldownOptions: { external: /^cloudflare:/ } },
  });
  if (output.length !== 1) throw new Error(`the bundler made ${output.length} files of ${entry}, expected one`);
  return { code: output[0].code, modules };
}
