import assert from "node:assert/strict";
import { test } from "node:test";
import { assertQuiet, clipboard, openPage, ownSite, sentPolicy, text, verdict } from "./harness.mjs";

const here = ownSite();

/** Presses Tab until the element has the focus, and sees at each stop that the focus shows. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 150; presses += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate((wanted) => {
      const element = document.activeElement;
      const shows = (node) => node && getComputedStyle(node).outlineStyle !== "none" && parseFloat(getComputedStyle(node).outlineWidth) >= 2;
      return {
        there: element.matches(wanted),
        what: element.id || element.outerHTML.slice(0, 80),
        shows: element === document.body || shows(element) || shows(element.nextElementSibling) || shows(element.closest(".segments")),
      };
    }, selector);
    assert.ok(stop.shows, `the focus is visible on ${stop.what}`);
    if (stop.there) return;
  }
  assert.fail(`${selector} cannot be reached with the Tab key`);
}

test("the four steps by keyboard alone", async () => {
  const opened = await openPage(here.browser, here.site.address);
  const { page } = opened;
  const { keyboard } = page;

  await keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip-link");
  await keyboard.press("Enter");

  await tabTo(page, "#make-key");
  const first = await text(page, "#fact-guid");
  await keyboard.press("Enter");
  assert.notEqual(await text(page, "#fact-guid"), first);
  await tabTo(page, "#reveal-key");
  await keyboard.press("Space");
  const hex = await text(page, "#clear-key");
  assert.match(hex, /^[0-9a-f]{32}$/);
  await keyboard.press("Space");
  await tabTo(page, "#key-facts .fact:last-child .copy");
  await keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("toast").textContent.startsWith("Copied"));
  assert.equal(await clipboard(page), await text(page, "#fact-checksum"));

  await tabTo(page, "#type-jwt");
  await keyboard.press("ArrowRight");
  assert.equal((await sentPolicy(page)).tokenType, "SWT");
  await keyboard.press("ArrowLeft");
  await tabTo(page, "#audience");
  await keyboard.press("Control+A");
  await keyboard.type("urn:typed");
  assert.equal((await sentPolicy(page)).audience, "urn:typed");

  await tabTo(page, "#sample-jwt");
  await tabTo(page, "#break-expired");
  await keyboard.press("Enter");
  assert.equal((await verdict(page)).code, "token.expired");
  await tabTo(page, "#mend");
  await keyboard.press("Enter");
  assert.equal((await verdict(page)).code, "token.allowed");
  await tabTo(page, "#token");
  await keyboard.press("Control+End");
  await keyboard.type("!");
  assert.equal((await verdict(page)).state, "refused");
  await keyboard.press("Backspace");
  assert.equal((await verdict(page)).code, "token.allowed");

  await tabTo(page, "#ask");
  await keyboard.press("Enter");
  assert.equal((await page.locator("#delivered-key .byte").allTextContents()).join(""), hex);
  await assertQuiet(opened, here.site.address, [hex]);
});

test("the rail leads to each step", async () => {
  const opened = await openPage(here.browser, here.site.address);
  const { page } = opened;
  await tabTo(page, '.rail [data-step="authorize"] a');
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => Math.abs(document.getElementById("authorize").getBoundingClientRect().top) < 120);
  await page.waitForFunction(() => document.querySelector(".rail [aria-current]")?.hash === "#authorize");
  await assertQuiet(opened, here.site.address);
});
