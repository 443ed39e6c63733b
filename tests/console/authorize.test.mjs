import assert from "node:assert/strict";
import { test } from "node:test";
import {
  artefact, assertQuiet, openPage, ownSite, railMark, revealKey, sentPolicy, text, verdict,
} from "./harness.mjs";
import { openJwt, openSwt } from "./independent.mjs";

const here = ownSite();
const { walk } = here;

const CLAIM = "urn:microsoft:azure:mediaservices:contentkeyidentifier";
const choose = (page, kind) => page.check(`#sample-${kind.toLowerCase()}`, { force: true });
const BROKEN = [
  ["break-expired", "token.expired", "time"],
  ["break-audience", "token.wrong_audience", "audience"],
  ["break-key-id", "token.wrong_key_id", "claim"],
  ["break-signature", "token.bad_signature", "signature"],
  ["break-uses", "token.uses_exhausted", "uses"],
  ["break-bearer", "token.malformed", "parse"],
  ["break-nonsense", "token.malformed", "parse"],
  ["break-kind", "token.wrong_type", null],
  ["break-early", "token.not_yet_valid", "time", "JWT"],
];

walk("both kinds are minted, checked and allowed", async (page) => {
  for (const kind of ["JWT", "SWT"]) {
    assert.match(await text(page, `.sample-body[data-kind="${kind}"]`), /Allowed/);
    await choose(page, kind);
    const found = await verdict(page);
    assert.equal(found.state, "allowed");
    assert.equal(found.code, "token.allowed");
    assert.deepEqual(found.failed, []);
    assert.match(found.words, new RegExp(await text(page, "#fact-guid")));
    assert.equal(await text(page, "#decoded-kind"), kind);
    assert.equal(await railMark(page, "authorize"), "done");
    assert.ok(await page.locator("#checks tr").count() >= 5);
  }
});

walk("the JWT is signed with the policy's key and says what the policy wants", async (page) => {
  const policy = await sentPolicy(page);
  const { header, payload } = openJwt(await page.inputValue("#token"), Buffer.from(policy.verificationKey, "base64"));
  assert.equal(header.alg, "HS256");
  assert.equal(payload.iss, policy.issuer);
  assert.equal(payload.aud, policy.audience);
  assert.equal(payload[CLAIM], await text(page, "#fact-guid"));
  const now = Date.now() / 1000;
  assert.ok(payload.nbf <= now && now < payload.exp && payload.exp < now + 3600);
  assert.deepEqual(JSON.parse(await text(page, "#decoded-header")), header);
  assert.deepEqual(JSON.parse(await text(page, "#decoded-payload")), payload);
});

walk("the SWT is signed with the policy's key and says what the policy wants", async (page) => {
  await choose(page, "SWT");
  const policy = await sentPolicy(page);
  assert.equal(policy.tokenType, "SWT", "choosing an SWT makes the policy ask for one");
  const claims = openSwt(await page.inputValue("#token"), Buffer.from(policy.verificationKey, "base64"));
  assert.equal(claims.Issuer, policy.issuer);
  assert.equal(claims.Audience, policy.audience);
  assert.equal(claims[CLAIM], await text(page, "#fact-guid"));
  assert.ok(Number(claims.ExpiresOn) > Date.now() / 1000);
  const shown = await page.locator("#decoded-parameters > div").evaluateAll(
    (rows) => rows.map((row) => [row.querySelector("dt").textContent, row.querySelector("dd").textContent]),
  );
  assert.deepEqual(Object.fromEntries(shown), claims);
});

for (const kind of ["JWT", "SWT"]) {
  walk(`a broken ${kind} is refused, the rule is named, and it can be mended`, async (page) => {
    await choose(page, kind);
    for (const [button, code, rule, only = kind] of BROKEN) {
      if (only !== kind) {
        assert.equal(await page.isDisabled(`#${button}`), true, `${kind} cannot say it`);
        continue;
      }
      await page.click(`#${button}`);
      const found = await verdict(page);
      assert.equal(found.code, code, `${kind} ${button}`);
      assert.equal(found.state, "refused");
      assert.equal(found.failed.length, 1, "one rule fails");
      const [row] = found.failed;
      if (rule) assert.equal(row.rule, rule);
      assert.match(row.words, new RegExp(row.rule));
      assert.match(row.words, /fail/);
      assert.match(found.words, new RegExp(`[Rr]efused[^]*${code}[^]*${row.rule}[^]*To mend it: .{10}`));
      assert.equal(await page.getAttribute(`#${button}`, "aria-pressed"), "true");
      assert.equal(await railMark(page, "authorize"), "bad");

      await page.click("#mend");
      assert.equal((await verdict(page)).code, "token.allowed");
      assert.equal(await page.getAttribute(`#${button}`, "aria-pressed"), "false");
    }
  });
}

walk("the failing row shows what was seen and what was wanted", async (page) => {
  await page.click("#break-audience");
  const { failed: [row] } = await verdict(page);
  assert.match(row.words, /urn:test-preview/);
  const cell = (label) => page.locator(`#checks [data-outcome="fail"] [data-label="${label}"]`).textContent();
  assert.match(await cell("Observed"), /urn:test-preview/);
  assert.match(await cell("Expected"), /urn:test(?!-)/);
});

walk("a token is checked as it is edited, and what was typed survives a change of policy", async (page) => {
  const token = await page.inputValue("#token");
  const last = token.at(-5) === "A" ? "B" : "A";
  await page.fill("#token", token.slice(0, -5) + last + token.slice(-4));
  assert.equal((await verdict(page)).code, "token.bad_signature");
  await page.fill("#token", "");
  assert.equal((await verdict(page)).code, "token.missing");
  await page.fill("#token", token);
  assert.equal((await verdict(page)).code, "token.allowed");
  await page.fill("#audience", "urn:other");
  assert.equal(await page.inputValue("#token"), token);
  assert.equal((await verdict(page)).code, "token.wrong_audience");
  await page.fill("#audience", "urn:test");
  await page.click("#make-key");
  assert.equal(await page.inputValue("#token"), token);
  assert.equal((await verdict(page)).code, "token.wrong_key_id");
});

walk("strange text in the box is shown as text and breaks nothing", async (page) => {
  for (const token of ["<img src=x onerror=alert(1)>", "a.b.c", "e30.e30.", "&HMACSHA256=%", "\u{1F511}".repeat(50), "a".repeat(100_000), "=&HMACSHA256=", "bnVsbA.bnVsbA.AA"]) {
    await page.fill("#token", token);
    const found = await verdict(page);
    assert.equal(found.state, "refused", token.slice(0, 40));
    assert.match(found.code, /^token\./);
  }
  assert.equal(await page.locator("#steps img").count(), 0);
});

test("a token that expires while it is looked at is refused by itself", async () => {
  const opened = await openPage(here.browser, here.site.address, { prepare: (page) => page.clock.install() });
  const { page } = opened;
  assert.equal((await verdict(page)).code, "token.allowed");
  await page.clock.fastForward("15:00");
  await page.waitForFunction(() => document.getElementById("verdict").dataset.state === "refused");
  assert.equal((await verdict(page)).code, "token.expired");
  await assertQuiet(opened, here.site.address);
  await page.close();
});

walk("an allowed token brings the very key: sixteen bytes", async (page) => {
  const hex = await revealKey(page);
  assert.equal(await railMark(page, "deliver"), "todo");
  await page.click("#ask");
  const bytes = await page.locator("#delivered-key .byte").allTextContents();
  assert.equal(bytes.length, 16);
  assert.equal(bytes.join(""), hex);
  assert.match(await text(page, "#delivery-comparison"), /equal the key made in step 1/);
  assert.equal(await railMark(page, "deliver"), "done");
  return [hex, await page.inputValue("#token")];
});

walk("a refused token brings a code to the player and the reason to the engineer", async (page) => {
  const hex = await revealKey(page);
  await page.click("#break-expired");
  await page.click("#ask");
  assert.equal(await page.locator("#delivered-key").count(), 0);
  const seen = JSON.parse(await text(page, "#player-view"));
  assert.deepEqual(Object.keys(seen), ["Error"]);
  assert.deepEqual(Object.keys(seen.Error), ["Message", "Code"]);
  assert.equal(seen.Error.Code, "token.expired");
  assert.match(await text(page, "#answer"), /401 Unauthorized/);
  assert.match(await text(page, "#engineer-view"), /time/);
  assert.ok(!(await text(page, "#answer")).includes(hex));
  assert.equal(await railMark(page, "deliver"), "bad");
  await page.locator("#authorize").scrollIntoViewIfNeeded();
  await page.screenshot({ path: await artefact("console-refused.png"), fullPage: true });
});

walk("an answer is forgotten when token, policy or key change", async (page) => {
  for (const change of ["#break-signature", "#mend", "#new-verification-key", "#make-key"]) {
    await page.click("#ask");
    assert.notEqual(await text(page, "#answer"), "");
    await page.click(change);
    assert.equal(await text(page, "#answer"), "", change);
    assert.equal(await railMark(page, "deliver"), "todo");
  }
});
