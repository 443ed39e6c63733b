/** The installed package in a plain page: files over HTTP, an import map, and nothing that bundles. */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { openBrowser, openPage } from "./chromium.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };
const IMPORTS = { keywicket: "/node_modules/keywicket/dist/browser.js", "keywicket/edge": "/node_modules/keywicket/dist/edge/browser.js" };
const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Keywicket</title>
<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>\n`;

/**
 * Serves a folder into which the package is installed.
 *
 * @param {string} folder
 * @returns {Promise<{ address: string, close: () => void }>}
 */
export async function serveFolder(folder) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://127.0.0.1");
    try {
      const body = pathname === "/" ? PAGE : readFileSync(join(folder, normalize(pathname)));
      response.writeHead(200, { "content-type": TYPES[extname(pathname)] ?? TYPES[".html"] }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { address: `http://127.0.0.1:${server.address().port}/`, close };
}

/**
 * Opens a page over a folder into which the package is installed.
 *
 * @param {string} folder
 * @returns {Promise<{ page: import("playwright-core").Page, faults: string[], close: () => Promise<void> }>}
 */
export async function openFolder(folder) {
  const server = await serveFolder(folder);
  const browser = await openBrowser();
  const close = async () => {
    await browser.close();
    server.close();
  };
  return { ...(await openPage(browser, server.address)), close };
}
