// What the tests of the service in the browser have in common.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";

/** Chromium writes a line for every answer that says no, whatever the page does with it. */
const REFUSED = /^Failed to load resource: the server responded with a status of 4\d\d/;
export const problemsOf = ({ seen }) => seen.problems.filter((text) => !REFUSED.test(text));

export async function startService(page) {
  await page.click("#service-start");
  await running(page);
}

export async function running(page) {
  await page.waitForFunction(() => document.getElementById("service").dataset.runs === "true"
    || !document.getElementById("service-error").hidden, null, { timeout: 20_000 });
  assert.equal(await page.textContent("#service-error"), "");
}

export async function sendAll(page) {
  await page.click("#service-send-all");
  await page.waitForFunction(() => /were taken|but not/.test(document.getElementById("service-progress").textContent));
  assert.match(await page.textContent("#service-progress"), /^All 7 calls were taken/);
}

/** Asks for the key, and says what the player got and what the engineer was told. */
export async function ask(page) {
  await page.locator("#service-answer").evaluate((node) => node.replaceChildren());
  await page.click("#ask-service");
  await page.waitForSelector("#service-key, #service-refusal");
  return page.evaluate(() => ({
    key: [...document.querySelectorAll("#service-key .byte")].map((node) => node.textContent).join(""),
    refusal: document.getElementById("service-refusal")?.textContent,
    status: document.querySelector("#service-answer .status").textContent,
    decision: Object.fromEntries([...document.querySelectorAll("#service-decision > div")].map((row) => [row.children[0].textContent, row.children[1].textContent])),
  }));
}

/** The rows of a log, walked without the page's own code. */
export function walkChain(lines) {
  let before = "0".repeat(64);
  return lines.map((line, index) => {
    const { n, prev, entry, hash } = JSON.parse(line);
    assert.deepEqual([n, prev], [index + 1, before]);
    assert.equal(createHash("sha256").update(`${line.slice(0, line.lastIndexOf(',"hash":"'))}}`).digest("hex"), hash);
    before = hash;
    return entry;
  });
}
