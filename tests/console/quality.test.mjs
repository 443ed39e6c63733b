import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { artefact, assertQuiet, openBrowser, openPage, ownSite, revealKey, serveBundle, text, verdict } from "./harness.mjs";
import { lowContrast, namelessControls, outline } from "./looks.mjs";

const here = ownSite();

test("every control and region has a name that a screen reader can say", async () => {
  const { page } = await openPage(here.browser, here.site.address);
  await page.locator("details").evaluateAll((all) => all.forEach((details) => { details.open = true; }));
  await page.click("#reveal-key");
  await page.click("#ask");
  await page.click("#record-save");
  assert.deepEqual(await namelessControls(page), []);
  await page.close();
});

test("ids are unique, headings do not skip a level, and references lead somewhere", async () => {
  const { page } = await openPage(here.browser, here.site.address);
  assert.deepEqual(await page.evaluate(outline), { twice: [], skipped: [], dangling: [] });
  await page.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`${colorScheme}: all text has the contrast that WCAG AA asks for, allowed and refused`, async () => {
    const { page } = await openPage(here.browser, here.site.address);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.locator("details").evaluateAll((all) => all.forEach((details) => { details.open = true; }));
    await page.click("#roll-over");
    for (const state of ["mend", "break-audience"]) {
      await page.click(`#${state}`);
      await page.click("#ask");
      await page.click(state === "mend" ? "#record-save" : "#pem-use");
      await page.locator("#pair-error, #record-view").first().waitFor({ state: "attached" });
      await page.fill("#api-root", state === "mend" ? "https://media.windows.net/api/" : "bad");
      assert.deepEqual(await page.evaluate(lowContrast), []);
    }
    await page.close();
  });
}

test("nothing scrolls sideways from 360 pixels to a wide screen", async () => {
  const { page } = await openPage(here.browser, here.site.address);
  await page.locator("details").evaluateAll((all) => all.forEach((details) => { details.open = true; }));
  await page.click("#reveal-key");
  await page.click("#roll-over");
  await page.click("#record-save");
  for (const width of [360, 480, 768, 992, 1280, 2560]) {
    await page.setViewportSize({ width, height: 800 });
    for (const state of ["mend", "break-key-id"]) {
      await page.click(`#${state}`);
      await page.click("#ask");
      const wide = await page.evaluate(() => ({
        page: document.documentElement.scrollWidth - innerWidth,
        outside: [...document.querySelectorAll("main *")]
          .filter((node) => node.checkVisibility() && node.getBoundingClientRect().right > innerWidth + 1)
          .map((node) => node.id || node.className || node.tagName),
      }));
      assert.deepEqual(wide, { page: 0, outside: [] }, `${width} px`);
    }
  }
  await page.close();
});

test("the pictures of the page", async () => {
  for (const [name, viewport, colorScheme] of [
    ["console-light.png", { width: 1280, height: 900 }, "light"],
    ["console-dark.png", { width: 1280, height: 900 }, "dark"],
    ["console-mobile.png", { width: 360, height: 760 }, "light"],
  ]) {
    const opened = await openPage(here.browser, here.site.address);
    const { page } = opened;
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.click("#ask");
    await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
    await page.screenshot({ path: await artefact(name), fullPage: true });
    await assertQuiet(opened, here.site.address);
    await page.close();
  }
});

test("when the module does not load, a sentence says so", async () => {
  const { page } = await openPage(here.browser, here.site.address, {
    ready: false,
    prepare: (page) => page.route(/core\.wasm/, (route) => route.abort()),
  });
  const notice = page.locator("#load-error");
  await notice.waitFor();
  assert.match(await notice.textContent(), /could not start[^]*Reload the page/);
  assert.equal(await page.locator("#steps").isVisible(), false);
  await page.close();
});

test("without JavaScript, a sentence says so", async () => {
  const plain = await openBrowser({ javaScriptEnabled: false });
  try {
    const page = await plain.context.newPage();
    await page.goto(here.site.address);
    const notice = page.locator("noscript .notice");
    assert.ok(await notice.isVisible());
    assert.match(await notice.textContent(), /needs JavaScript/);
  } finally {
    await plain.close();
  }
});

test("the page forbids itself to reach any other host", async () => {
  const { page } = await openPage(here.browser, here.site.address);
  await page.route("https://elsewhere.example/**", (route) => route.abort());
  const outcome = await page.evaluate(() => new Promise((resolve) => {
    addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
    fetch("https://elsewhere.example/").catch(() => setTimeout(resolve, 500, "not forbidden"));
  }));
  assert.equal(outcome, "connect-src");
  await page.close();
});

test("the bundle works as plain files, with one WebAssembly file", async () => {
  const bundle = await serveBundle();
  try {
    const files = await readdir(bundle.outDir, { recursive: true });
    assert.equal(files.filter((file) => file.endsWith(".wasm")).length, 1);
    const opened = await openPage(here.browser, bundle.address);
    const { page } = opened;
    assert.equal((await verdict(page)).code, "token.allowed");
    const hex = await revealKey(page);
    await page.click("#ask");
    assert.equal((await page.locator("#delivered-key .byte").allTextContents()).join(""), hex);
    await page.click("#break-key-id");
    assert.equal((await verdict(page)).code, "token.wrong_key_id");
    assert.match(await text(page, "#versions"), /Keywicket \d/);
    await assertQuiet(opened, bundle.address, [hex]);
    await page.close();
  } finally {
    await bundle.close();
  }
});
