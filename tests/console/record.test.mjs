import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { assertQuiet, openPage, ownSite, sentPolicy, text } from "./harness.mjs";

const here = ownSite();
const { walk } = here;

walk("a decision is saved, and replayed in a fresh page as the same", async (page) => {
  await page.click("#break-audience");
  const [xml, token] = [(await sentPolicy(page)).xml, await page.inputValue("#token")];
  await page.click("#record-save");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#record-download")]);
  assert.match(download.suggestedFilename(), /^decision-token\.wrong_audience-\d{10}\.json$/);
  const path = await download.path();
  const saved = JSON.parse(await readFile(path, "utf8"));
  assert.equal(saved.decision.code, "token.wrong_audience");
  assert.ok(!JSON.stringify(saved).includes(token.split(".")[2]), "no token is in it");

  const fresh = await openPage(here.browser, here.site.address);
  const there = fresh.page;
  await there.setInputFiles("#record-file", path);
  await there.waitForSelector("#record-view:not([hidden])");
  assert.match(await text(there, "#record-facts"), /token\.wrong_audience/);
  assert.equal(await there.locator("#record-checks tbody tr").count(), saved.checks.length, "its checks are shown without its token");
  assert.equal(await there.getAttribute("#replay", "data-state"), "refused");

  await there.click(".own-policy summary");
  await there.fill("#own-policy", xml);
  await there.click("#own-policy-use");
  await there.fill("#token", token);
  assert.match(await text(there, "#replay"), /everything is the same/);
  await there.fill("#token", `${token}x`);
  assert.match(await text(there, "#replay"), /not the same/);
  const members = await there.locator("#replay li").evaluateAll((items) => items.map((item) => item.dataset.member));
  assert.deepEqual(members, ["tokenTextDigest", "decision", "checks"]);
  await there.fill("#token", token);
  await there.fill("#issuer", "https://another.example/");
  assert.match(await text(there, "#replay"), /the policy is another one/);
  await assertQuiet(fresh, here.site.address);
  await there.close();
});

walk("what is no record is refused in words", async (page) => {
  for (const [json, words] of [
    ["{", /not JSON/], ["[]", /no decision record/], ['{"version":1}', /no decision record/],
    ['{"version":2,"decision":{},"request":{"now":1},"checks":[]}', /version 2/],
    ['{"version":1,"decision":{},"request":{},"checks":[]}', /does not say when/],
  ]) {
    await page.fill("#record-text", json);
    assert.match(await text(page, "#record-error"), words);
    assert.equal(await page.isVisible("#record-view"), false);
  }
  await page.fill("#record-text", '{"version":1,"decision":{"code":"<b>"},"request":{"now":1},"checks":[null,{"rule":"<i>","why":7}]}');
  assert.match(await text(page, "#replay"), /cannot be replayed: argument\.missing/);
  assert.equal(await page.locator("#record-view :is(b, i)").count(), 0);
  await page.fill("#record-text", "");
  assert.equal(await page.isVisible("#record-view"), false);
});
