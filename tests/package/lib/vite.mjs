/** A page that uses the installed package, by Vite: from its development server, or built and previewed. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as listen } from "node:net";
import { join } from "node:path";
import { createServer, preview } from "vite";
import { project } from "./installed.mjs";
import { codeBelow } from "./readme.mjs";
import { output } from "./run.mjs";
import { ENGINE, suiteFiles } from "./suite-files.mjs";
import { command } from "./tools.mjs";

const page = (script) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Keywicket</title>
<script type="module" src="${script}"></script>\n`;

/** The page leaves its functions on `window` and calls nothing by itself. */
const MAIN = `
import * as keywicket from "keywicket";
import { fixtures } from "./suite/fixtures.mjs";
import { runSuite } from "./suite/suite.mjs";

const described = (error) => ({
  ours: error instanceof keywicket.KeywicketError, name: error.name, code: error.code, message: error.message,
});
window.attempt = async (use) => {
  try { return { value: (await use(keywicket)) ?? null }; } catch (error) { return { error: described(error) }; }
};
window.suite = async (engine) => { await keywicket.init(); return runSuite(keywicket, engine, fixtures); };
`;

/** The engine is internal: only a build, which merges both imports into one module, can be asked for it. */
const BUILT_MAIN = `import * as engine from ".${ENGINE}";\nimport "../main.js";\nwindow.engine = engine;\n`;

const PAGES = ["index.html", "inspected/index.html", "readme/index.html"];
const CONFIGURATION = `export default { build: { rolldownOptions: { input: ${JSON.stringify(PAGES)} } } };\n`;

/** A project with three pages: the plain one, one that also sees the package's engine, and the README's. */
export async function viteProject() {
  const { folder, packageFolder } = await project("vite", {
    ...suiteFiles,
    "vite.config.js": CONFIGURATION,
    "index.html": page("/main.js"),
    "main.js": MAIN,
    "inspected/index.html": page("./inspected.js"),
    "inspected/inspected.js": BUILT_MAIN,
    "readme/index.html": page("./page.js"),
    "readme/page.js": 'import { createKey } from "./readme.js";\nwindow.createKey = createKey;\n',
  });
  writeFileSync(join(folder, "readme", "readme.js"), codeBelow(packageFolder, "## In a console page"));
  return folder;
}

const settings = (folder) => ({ root: folder, configFile: false, logLevel: "warn", clearScreen: false });

export async function developmentServer(folder) {
  const server = await createServer({
    ...settings(folder),
    server: { host: "127.0.0.1", port: await freePort(), strictPort: true },
  });
  await server.listen();
  return served(server);
}

/** Builds the pages, by the command as users call it and untouched by our own environment, and serves what came out. */
export async function builtServer(folder) {
  await output(process.execPath, [command("vite", "vite"), "build"], { cwd: folder, env: { NODE_ENV: "" } });
  const server = await preview({
    ...settings(folder),
    preview: { host: "127.0.0.1", port: await freePort(), strictPort: true },
  });
  const files = readdirSync(join(folder, "dist"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const filesWith = (text) => files.filter((file) => readFileSync(file, "latin1").includes(text));
  return { ...served(server), files, filesWith };
}

function served(server) {
  const [address] = server.resolvedUrls.local;
  return { address, host: new URL(address).host, close: () => server.close() };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = listen();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
