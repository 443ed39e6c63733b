/** A headless Chromium with a profile of its own that talks to nobody but this machine. */

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { scratchFolder } from "./scratch.mjs";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @param {string} [profile] a folder that another browser may have used before */
export async function openBrowser(profile = scratchFolder("chromium")) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath))
    throw new Error(`no Chromium at ${executablePath}: name one in the variable CHROMIUM`);
  return chromium.launchPersistentContext(profile, { executablePath, args: ARGS, headless: true });
}

/**
 * Opens a page and collects what goes wrong in it, and where it wanted to go.
 *
 * @returns {Promise<{ page: import("playwright-core").Page, faults: string[], requests: URL[] }>}
 */
export async function openPage(browser, address) {
  const page = await browser.newPage();
  const faults = [];
  const requests = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  await page.route("**/*", (route) => {
    const url = new URL(route.request().url());
    requests.push(url);
    return url.hostname === "127.0.0.1" || url.protocol === "data:" ? route.continue() : route.abort();
  });
  await page.goto(address, { waitUntil: "load" });
  return { page, faults, requests };
}
