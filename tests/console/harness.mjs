// Serves the page with Vite and opens it in Chromium. Everything that the page does wrong is remembered and asserted.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, createServer, preview } from "vite";
import config from "../../www/vite.config.mjs";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const ARTEFACTS = process.env.KEYWICKET_ARTEFACTS ?? fileURLToPath(new URL("../../target/artefacts", import.meta.url));
const SWITCHES = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

const temporary = (name) => mkdtemp(join(tmpdir(), `keywicket-${name}-`));
const remove = (folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 });

export async function artefact(name) {
  await mkdir(ARTEFACTS, { recursive: true });
  return join(ARTEFACTS, name);
}

/** The page as `cargo xtask demo` serves it. */
export async function serveSource() {
  const cacheDir = await temporary("vite");
  const server = await createServer({
    ...config, configFile: false, cacheDir, logLevel: "warn", server: { ...config.server, port: 0 },
  });
  await server.listen();
  const address = server.resolvedUrls.local[0];
  return { address, close: async () => { await server.close(); await remove(cacheDir); } };
}

/** The page as a bundle of plain files. */
export async function serveBundle() {
  const [outDir, cacheDir] = [await temporary("bundle"), await temporary("vite")];
  const settings = { ...config, configFile: false, cacheDir, logLevel: "warn", build: { ...config.build, outDir } };
  await build(settings);
  const server = await preview({ ...settings, preview: { ...config.preview, port: 0 } });
  const address = `http://127.0.0.1:${server.httpServer.address().port}/`;
  return {
    address,
    outDir,
    close: async () => { await server.close(); await remove(outDir); await remove(cacheDir); },
  };
}

/** A browser of its own, with a fresh profile. Options are those of a Playwright context. */
export async function openBrowser(options = {}) {
  const profile = await temporary("profile");
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM, headless: true, args: SWITCHES, viewport: { width: 1280, height: 900 }, ...options,
  });
  return { context, close: async () => { await context.close(); await remove(profile); } };
}

/** Opens the page and waits until its steps can be used. `prepare(page)` runs before the first request. */
export async function openPage({ context }, address, { prepare, ready = true } = {}) {
  const page = await context.newPage();
  const seen = { requests: [], problems: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("websocket", (socket) => seen.requests.push(socket.url()));
  page.on("pageerror", (error) => seen.problems.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.problems.push(message.text());
  });
  page.setDefaultTimeout(10_000);
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(address).origin });
  await prepare?.(page);
  await page.goto(address);
  if (ready) await page.waitForFunction(() => document.getElementById("steps").inert === false);
  return { page, seen };
}

/** Nothing was asked of another host, nothing complained, and nothing was left behind. */
export async function assertQuiet({ page, seen }, address, secrets = []) {
  const { host } = new URL(address);
  const foreign = seen.requests.filter((url) => !url.startsWith("data:") && new URL(url).host !== host);
  assert.deepEqual(foreign, [], "requests that leave the origin");
  assert.deepEqual(seen.problems, [], "errors and warnings of the page");
  const left = await page.evaluate(() => ({
    url: location.href, title: document.title, stored: [localStorage.length, sessionStorage.length, document.cookie.length],
  }));
  assert.deepEqual(left.stored, [0, 0, 0], "storage and cookies");
  for (const secret of secrets) {
    for (const text of [left.url, left.title, ...seen.requests]) {
      assert.ok(!decodeURIComponent(text).includes(secret), "a secret in a URL or in the title");
    }
  }
}

/**
 * What a file of tests has to itself: the served page and a browser, once they are there, and walks through the page.
 * After each walk everything must be quiet; secrets that its steps return are in no address.
 */
export function ownSite() {
  const here = {};
  before(async () => { [here.site, here.browser] = await Promise.all([serveSource(), openBrowser()]); });
  after(async () => { await here.browser?.close(); await here.site?.close(); });
  here.walk = (name, steps, options) => test(name, async () => {
    const opened = await openPage(here.browser, here.site.address, options);
    const secrets = await steps(opened.page, opened);
    await assertQuiet(opened, here.site.address, secrets);
    await opened.page.close();
  });
  return here;
}

export const text = (page, selector) => page.locator(selector).textContent();
export const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
export const railMark = (page, step) => page.locator(`.rail [data-step="${step}"]`).getAttribute("data-mark");

/** The clear key, through the reveal button. */
export async function revealKey(page) {
  await page.click("#reveal-key");
  const hex = await text(page, "#clear-key");
  assert.match(hex, /^[0-9a-f]{32}$/);
  await page.click("#reveal-key");
  return hex;
}

/** The body of a REST call as the page shows it. */
export const callBody = async (page, id) => JSON.parse(await text(page, `#${id}-body`));

/** What the policy that the page would send asks for, read by the browser's own XML parser. */
export async function sentPolicy(page) {
  const { Restrictions: [{ Requirements: xml }] } = await callBody(page, "call-create-option");
  return { xml, ...await page.evaluate(readPolicy, xml) };
}

function readPolicy(xml) {
  const document = new DOMParser().parseFromString(xml, "application/xml");
  const broken = document.querySelector("parsererror");
  if (broken) throw new Error(broken.textContent);
  const one = (name) => document.getElementsByTagName(name)[0].textContent;
  const claim = document.getElementsByTagName("ClaimValue")[0];
  return {
    root: document.documentElement.localName,
    issuer: one("Issuer"),
    audience: one("Audience"),
    tokenType: one("TokenType"),
    verificationKey: one("KeyValue"),
    claimType: one("ClaimType"),
    claimIsNil: claim.getAttributeNS("http://www.w3.org/2001/XMLSchema-instance", "nil"),
  };
}

/** The verdict and the failing row of the table. */
export async function verdict(page) {
  return page.evaluate(() => {
    const failed = [...document.querySelectorAll('#checks [data-outcome="fail"]')];
    return {
      state: document.getElementById("verdict").dataset.state,
      words: document.getElementById("verdict").innerText,
      code: document.getElementById("verdict-code")?.textContent,
      failed: failed.map((row) => ({ rule: row.dataset.rule, words: row.innerText })),
    };
  });
}
