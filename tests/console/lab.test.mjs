import assert from "node:assert/strict";
import { test } from "node:test";
import { artefact, assertQuiet, openBrowser, openPage, ownSite, text, verdict } from "./harness.mjs";
import { allowed, CLAIM, ladder, ownToken, refused, seconds } from "./lab.mjs";

const here = ownSite();
const { walk } = here;

const USES = "urn:microsoft:azure:mediaservices:maxuses";

walk("a header that says Bearer twice is taken apart, and the fix is the right one", async (page) => {
  const token = await ownToken(page);
  await page.fill("#token", `Authorization: Bearer ${token}`);
  await allowed(page);
  assert.match(await text(page, "#token-note"), /Found in the Authorization header/);
  await page.fill("#token", `Authorization: Bearer Bearer ${token}`);
  const { words, failed } = await refused(page, "token.malformed");
  assert.equal(failed[0].rule, "parse");
  assert.match(words, /To mend it: send “Bearer” once, in the Authorization header only/);
  assert.match(await text(page, "#decoded"), /“Bearer” still in front/);
});

walk("a token is found in a URL, a request and PlayReady custom data; what carries none says so", async (page) => {
  const token = await ownToken(page);
  const custom = (inside) => `<CustomData xmlns="http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/PlayReadyCustomData/v1">${inside}</CustomData>`;
  for (const [pasted, where] of [
    [`https://keys.example/?kid=1&token=Bearer%3D${token}`, /query of the URL/],
    [`GET /key?kid=1 HTTP/1.1\nHost: keys.example\nauthorization: Bearer ${token}\n`, /Authorization header/],
    [`Bearer=${token}`, /Authorization header/],
    [custom(`<Token>${token}</Token>`), /PlayReady custom data/],
  ]) {
    await page.fill("#token", pasted);
    await allowed(page);
    assert.match(await text(page, "#token-note"), where);
    assert.equal(JSON.parse(await text(page, "#decoded-payload"))[CLAIM], await text(page, "#fact-guid"));
  }
  for (const [pasted, code, note] of [
    ["https://keys.example/?kid=1", "token.missing", /Looked for in the URL: the request carries no token/],
    [`https://keys.example/?token=${token}&token=${token}`, "token.ambiguous", /more than one token/],
    [`GET /?token=${token} HTTP/1.1\nAuthorization: Bearer ${token}`, "token.ambiguous", /more than one token/],
    ["<CustomData>", "token.malformed", /custom data is not the XML/],
  ]) {
    await page.fill("#token", pasted);
    const { failed } = await refused(page, code);
    assert.equal(failed[0].rule, "transport");
    assert.match(await text(page, "#token-note"), note);
    await page.click("#ask");
    assert.equal(JSON.parse(await text(page, "#player-view")).Error.Code, code);
  }
});

walk("a token for another key: its signature is fine, and it is refused", async (page) => {
  const other = "11111111-2222-4333-8444-555555555555";
  await page.fill("#token", await ownToken(page, { [CLAIM]: other }));
  const { words, failed } = await refused(page, "token.wrong_key_id");
  assert.match(words, /^Signature fine, still refused/);
  assert.equal(failed[0].rule, "claim");
  assert.match(words, new RegExp(`the token is for key ${other}, the request is for key ${await text(page, "#fact-guid")}`));
});

/** The codes of the matrix, without their room, at a minute counted from now. */
async function matrixAt(page, minutes) {
  await page.waitForTimeout(250);
  await page.locator("#moment").fill(String(75 + minutes));
  return page.locator("#matrix tbody tr").evaluateAll((rows) => Object.fromEntries(rows.map((row) =>
    [row.dataset.token, [...row.querySelectorAll(".cell")].map((cell) => cell.textContent.replace("token.", "")).join(" ")])));
}

walk("the matrix says what each token does to each key, now, before and after", async (page) => {
  assert.deepEqual(await matrixAt(page, 0), {
    box: "allowed wrong_key_id", good: "allowed wrong_key_id", expired: "expired expired",
    early: "not_yet_valid not_yet_valid", audience: "wrong_audience wrong_audience", keyId: "wrong_key_id allowed",
    signature: "bad_signature bad_signature", uses: "allowed wrong_key_id",
  });
  assert.deepEqual(await matrixAt(page, 45), {
    box: "expired expired", good: "expired expired", expired: "expired expired",
    early: "allowed wrong_key_id", audience: "expired expired", keyId: "expired expired",
    signature: "bad_signature bad_signature", uses: "expired expired",
  });
  const early = "not_yet_valid not_yet_valid";
  assert.deepEqual(await matrixAt(page, -55), {
    box: early, good: early, expired: "allowed wrong_key_id", early, audience: early, keyId: early,
    signature: "bad_signature bad_signature", uses: early,
  });
  await page.fill("#token", "x".repeat(100_000));
  assert.equal((await matrixAt(page, 0)).box, "too_large too_large");
  await page.check("#type-swt", { force: true });
  assert.equal((await matrixAt(page, 0)).early, undefined, "an SWT cannot begin later");
});

walk("the time of the matrix plays, pauses and goes back to now", async (page) => {
  const value = () => page.locator("#moment").inputValue().then(Number);
  await matrixAt(page, 0);
  await page.click("#moment-play");
  await page.waitForFunction(() => Number(document.getElementById("moment").value) > 80);
  await page.click("#moment-play");
  const paused = await value();
  await page.waitForTimeout(200);
  assert.equal(await value(), paused);
  await page.click("#moment-now");
  assert.equal(await value(), 75);
  await page.focus("#moment");
  await page.keyboard.press("ArrowRight");
  assert.match(await page.getAttribute("#moment", "aria-valuetext"), /UTC in 60 s$/);
});

walk("after a roll-over the old key is an alternate, and the ladder says which one verified", async (page) => {
  const token = await ownToken(page);
  await page.fill("#token", token);
  assert.deepEqual(await ladder(page), ["primary verified"]);
  await page.click("#roll-over");
  await allowed(page);
  assert.deepEqual(await ladder(page), ["primary tried", "alternate[0] verified"]);
  await page.click("#mend");
  assert.deepEqual(await ladder(page), ["primary verified", "alternate[0] idle"]);
  await page.click("#break-signature");
  assert.deepEqual(await ladder(page), ["primary tried", "alternate[0] tried"]);
  await page.click("#new-verification-key");
  await page.fill("#token", token);
  await refused(page, "token.bad_signature");
  assert.deepEqual(await ladder(page), ["primary tried"]);
});

walk("a token that limits its uses asks how often it was used", async (page) => {
  assert.equal(await page.isVisible("#uses"), false);
  await page.fill("#token", await ownToken(page, { [USES]: 2 }));
  assert.equal(await page.isVisible("#uses"), true);
  for (const [uses, code] of [["0", "token.allowed"], ["1", "token.allowed"], ["2", "token.uses_exhausted"], ["", "token.uses_unknown"]]) {
    await page.fill("#uses", uses);
    assert.equal((await verdict(page)).code, code, uses);
  }
  await page.fill("#uses", "2");
  await page.click("#ask");
  assert.equal(JSON.parse(await text(page, "#player-view")).Error.Code, "token.uses_exhausted");
  await page.fill("#uses", "1");
  await page.click("#ask");
  assert.equal(await page.locator("#delivered-key .byte").count(), 16);
});

walk("the tolerance is the verifier's, and the timeline tells it", async (page) => {
  await page.fill("#token", await ownToken(page, { exp: seconds() - 120 }));
  await refused(page, "token.expired");
  await page.click("#settings summary");
  await page.fill("#tolerance", "300");
  await allowed(page);
  assert.match(await text(page, "#validity"), /300 s are forgiven at both ends/);
  await page.fill("#tolerance", "901");
  assert.match(await text(page, "#settings-error"), /0 to 900/);
  await allowed(page);
  const now = seconds();
  await page.fill("#tolerance", "60");
  await page.fill("#token", await ownToken(page, { nbf: now + 600, exp: now + 600 }));
  await refused(page, "token.not_yet_valid");
  assert.match(await text(page, "#validity"), /validity is empty/);
});

test("times are said in UTC and as they are where the reader is", async () => {
  const there = await openBrowser({ timezoneId: "Asia/Kolkata", locale: "en-GB" });
  try {
    const opened = await openPage(there, here.site.address);
    await opened.page.fill("#token", await ownToken(opened.page, { exp: 2_000_000_000 })); // 2033-05-18 03:33:20 UTC
    const times = await text(opened.page, "#validity");
    assert.match(times, /2033-05-18 03:33:20 UTC/);
    assert.match(times, /18 May 2033[^]*09:03:20/);
  } finally {
    await there.close();
  }
});

walk("verdict and answers come and go without moving what is below them", async (page) => {
  const below = () => page.locator(".bench").evaluate((bench) => bench.getBoundingClientRect().top + scrollY);
  const before = await below();
  for (const button of ["expired", "audience", "key-id", "signature", "uses", "bearer", "nonsense"]) {
    await page.click(`#break-${button}`);
    assert.equal(await below(), before, button);
  }
});

test("the pictures of the lab", async () => {
  for (const [name, viewport, colorScheme] of [
    ["lab-light.png", { width: 1280, height: 900 }, "light"],
    ["lab-dark.png", { width: 1280, height: 900 }, "dark"],
    ["lab-mobile.png", { width: 360, height: 760 }, "light"],
  ]) {
    const opened = await openPage(here.browser, here.site.address);
    const { page } = opened;
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.click("#roll-over");
    await page.click("#mint summary");
    await page.click("#settings summary");
    await page.click('[data-pair="P256"]');
    await page.waitForSelector("#pair-forget:not([hidden])");
    await page.click("#break-uses");
    await page.click("#record-save");
    await page.waitForFunction(() => document.getElementById("toast").textContent === "");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.equal(wide, 0);
    await page.locator("#authorize").screenshot({ path: await artefact(name) });
    await assertQuiet(opened, here.site.address);
    await page.close();
  }
});
