import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { artefact, callBody, openBrowser, openPage, revealKey, serveBundle, serveSource, text } from "./harness.mjs";
import { checksum } from "./independent.mjs";
import { lowContrast, namelessControls, outline } from "./looks.mjs";
import { ask, problemsOf, running, sendAll, startService, walkChain } from "./service.mjs";

let site;
let bundle;
before(async () => { [site, bundle] = [await serveSource(), await serveBundle()]; });
after(async () => { await site?.close(); await bundle?.close(); });

/** A walk in a browser of its own, which begins with nothing stored. */
function walk(name, steps, { at = () => site.address } = {}) {
  test(name, async (context) => {
    const browser = await openBrowser();
    try {
      const opened = await openPage(browser, at());
      await steps(opened.page, opened, browser, context);
      assert.deepEqual(problemsOf(opened), []);
      const foreign = opened.seen.requests.filter((url) => !url.startsWith("data:") && !url.startsWith(new URL(at()).origin)
        && !url.startsWith(new URL(at()).origin.replace("http", "ws")) && !url.startsWith("blob:"));
      assert.deepEqual(foreign, [], "requests that leave the origin");
    } finally {
      await browser.close();
    }
  });
}

const stored = (page) => page.evaluate(async () => ({
  databases: (await indexedDB.databases()).map(({ name }) => name).toSorted(),
  caches: (await caches.keys()).toSorted(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
}));

/** A request with a management token, as another tool would send it. */
async function manage(page, path, options = {}) {
  await page.click("#copy-bearer");
  await page.waitForFunction(() => /^Copied: a management token/.test(document.getElementById("toast").textContent));
  return page.evaluate(askAs, [path, options]);
}

const askAs = async ([address, given]) => {
  const Authorization = await navigator.clipboard.readText();
  const answer = await fetch(`keywicket/api/${address}`, { ...given, headers: { Accept: "application/json", ...given.headers, Authorization } });
  return { status: answer.status, location: answer.headers.get("location"), text: await answer.text() };
};

walk("nothing is stored until the service is started, and nothing is left once it is forgotten", async (page) => {
  const nothing = { databases: [], caches: [], workers: 0 };
  assert.deepEqual(await stored(page), nothing);
  await startService(page);
  const there = await stored(page);
  assert.deepEqual([there.databases, there.workers], [["keywicket", "keywicket-console"], 1]);
  assert.match(await text(page, "#service-running"), /No server is involved/);
  await Promise.all([page.waitForEvent("load"), page.click("#service-forget")]);
  await page.waitForFunction(() => document.getElementById("steps").inert === false);
  assert.deepEqual(await stored(page), nothing);
  assert.equal(await page.isVisible("#service-start"), true);
});

walk("the certificate is X.509 that OpenSSL reads and signed itself, and its key stays inside WebCrypto", async (page) => {
  await startService(page);
  const certificate = new X509Certificate(Buffer.from(await page.inputValue("#certificate"), "base64"));
  assert.ok(certificate.verify(certificate.publicKey));
  assert.ok(certificate.checkIssued(certificate));
  assert.equal(certificate.publicKey.asymmetricKeyDetails.modulusLength, 2048);
  assert.ok(new Date(certificate.validFrom) <= new Date() && new Date(certificate.validTo) > new Date());
  assert.equal(await text(page, "#fact-service-thumbprint"), certificate.fingerprint.replaceAll(":", ""));
  assert.deepEqual(await page.locator("#certificate-findings .finding").evaluateAll((all) => all.map(({ dataset }) => dataset.code)), []);
  const keys = await page.evaluate(async () => {
    const database = await new Promise((resolve) => { indexedDB.open("keywicket-console").onsuccess = ({ target }) => resolve(target.result); });
    const who = await new Promise((resolve) => { database.transaction("identity").objectStore("identity").get("only").onsuccess = ({ target }) => resolve(target.result); });
    database.close();
    const readable = await Promise.all(["pkcs8", "jwk"].map((format) => crypto.subtle.exportKey(format, who.privateKey).then(() => true, () => false)));
    return { names: Object.keys(who).toSorted(), extractable: [who.privateKey.extractable, who.adminKey.extractable], usages: who.privateKey.usages, readable };
  });
  assert.deepEqual(keys, {
    names: ["adminJwk", "adminKey", "certificate", "privateKey"], extractable: [false, false], usages: ["decrypt"], readable: [false, false],
  });
});

for (const kind of ["source", "bundle"]) {
  walk(`from the ${kind}: create, link, authorize, deliver, over HTTP and without a server`, async (page) => {
    await startService(page);
    await sendAll(page);
    const hex = await revealKey(page);
    const got = await ask(page);
    assert.deepEqual([got.status, got.key], ["200", hex]);
    assert.equal(got.decision.Decision, "token.allowed");
    const id = await text(page, "#fact-entity-id");
    const entity = JSON.parse((await manage(page, `ContentKeys('${encodeURIComponent(id)}')`)).text);
    assert.equal(entity.Checksum, checksum(id, Buffer.from(hex, "hex")));
    assert.equal(entity.AuthorizationPolicyId, await page.inputValue("#policy-id"));
    assert.equal(entity.EncryptedContentKey, (await callBody(page, "call-create-key")).EncryptedContentKey);
  }, { at: () => (kind === "source" ? site : bundle).address });
}

walk("a refusal says a code to the player and everything to the engineer, and is decided again in the lab", async (page) => {
  await startService(page);
  await sendAll(page);
  for (const [recipe, code] of [["audience", "token.wrong_audience"], ["expired", "token.expired"], ["signature", "token.bad_signature"]]) {
    await page.click(`[data-recipe="${recipe}"]`);
    const got = await ask(page);
    assert.equal(got.status, "401");
    assert.equal(JSON.parse(got.refusal).Error.Code, code);
    assert.ok(got.refusal.length < 200);
    assert.equal(got.decision.Decision, code);
    assert.ok(got.decision.Why.length > 10);
    await page.click("#service-open-lab");
    // The lab still holds the decision before: it asks the service for the policy first.
    await page.waitForFunction((code) => document.getElementById("record-facts").textContent.includes(code), code);
    assert.match(await text(page, "#replay"), /everything is the same/);
  }
});

walk("a token with two uses opens twice", async (page) => {
  await startService(page);
  await sendAll(page);
  await page.click("#mint summary");
  await page.fill("#mint-claims", '{ "urn:microsoft:azure:mediaservices:maxuses": 2 }');
  await page.click("#mint-custom");
  const answers = [];
  for (let round = 0; round < 3; round += 1) answers.push(await ask(page));
  assert.deepEqual(answers.map(({ status }) => status), ["200", "200", "401"]);
  assert.equal(JSON.parse(answers[2].refusal).Error.Code, "token.uses_exhausted");
});

walk("what the service refuses is shown where it was sent", async (page) => {
  await startService(page);
  await page.click("#call-create-key .send");
  await page.waitForSelector('#call-create-key [data-status="good"]');
  await page.click("#call-create-key .send");
  await page.waitForSelector('#call-create-key [data-status="refused"]');
  assert.match(await text(page, "#call-create-key .call-answer"), /409/);
  await page.fill("#api-root", "https://media.windows.net/api/");
  assert.equal(await page.isVisible("#call-create-key .send"), false, "what goes elsewhere is not sent");
});

walk("new entities are found where their Location says", async (page) => {
  await startService(page);
  const made = await manage(page, "Assets", { method: "POST", body: '{"Name":"a"}', headers: { "Content-Type": "application/json" } });
  assert.equal(made.status, 201);
  assert.ok(made.location.startsWith(`${site.address}keywicket/api/Assets('nb%3Acid%3AUUID%3A`), made.location);
  const found = await manage(page, made.location.slice(`${site.address}keywicket/api/`.length));
  assert.equal(JSON.parse(found.text).Id, JSON.parse(made.text).Id);
  const anonymous = await page.evaluate(() => fetch("keywicket/api/Assets").then(({ status }) => status));
  assert.equal(anonymous, 401);
});

walk("everything is there after the worker was stopped, and after a reload past it", async (page, opened, browser) => {
  await startService(page);
  await sendAll(page);
  const hex = await revealKey(page);
  const session = await browser.context.newCDPSession(page);
  await session.send("ServiceWorker.enable");
  for (let round = 0; round < 3; round += 1) {
    await session.send("ServiceWorker.stopAllWorkers");
    assert.equal((await ask(page)).key, hex);
  }
  // As with Shift held: the page is loaded past the worker, and asks for it again.
  await session.send("Page.reload", { ignoreCache: true });
  await page.waitForFunction(() => document.getElementById("steps")?.inert === false);
  await running(page);
  const keys = JSON.parse((await manage(page, "ContentKeys")).text).value;
  assert.equal(keys.length, 1);
});

test("the page and its service work without a network, once they were there", async () => {
  const [alone, browser] = [await serveBundle(), await openBrowser()];
  try {
    const { page } = await openPage(browser, alone.address);
    await startService(page);
    await page.evaluate(async () => {
      while (!(await caches.match(location.href))) await new Promise((resolve) => { setTimeout(resolve, 50); });
    });
    await alone.close();
    await page.reload();
    await page.waitForFunction(() => document.getElementById("steps")?.inert === false);
    await running(page);
    await sendAll(page);
    assert.equal((await ask(page)).key, await revealKey(page));
  } finally {
    await browser.close();
  }
});

walk("the audit log: read, exported, verified; a changed, a missing and a foreign row show", async (page) => {
  await startService(page);
  await sendAll(page);
  const hex = await revealKey(page);
  await page.click("#ask-all");
  await page.waitForFunction(() => /^Asked/.test(document.getElementById("service-answer").textContent));
  await page.click("#audit-verify");
  await page.waitForSelector('#audit-verdict[data-state="allowed"]');
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#audit-export")]);
  const log = await readFile(await download.path(), "utf8");
  const lines = log.trimEnd().split("\n");
  assert.match(await text(page, "#audit-verdict"), new RegExp(`the chain holds, ${lines.length} rows`));

  const entries = walkChain(lines);
  assert.equal(entries.filter(({ action }) => action === "deliver").length, 10);
  assert.ok(entries.every(({ time }) => Math.abs(time - Date.now()) < 60_000));
  const token = await page.inputValue("#token");
  for (const secret of [hex, hex.toUpperCase(), Buffer.from(hex, "hex").toString("base64"), token, token.split(".")[2]]) {
    assert.ok(!log.includes(secret), "a secret in the log");
  }

  const middle = Math.floor(lines.length / 2);
  for (const [what, changed, words] of [
    ["changed", lines.with(middle, lines[middle].replace('"action":"', '"action":"x')), /was changed/],
    ["missing", lines.toSpliced(middle, 1), /missing/],
    ["swapped", lines.with(middle, lines[middle + 1]).with(middle + 1, lines[middle]), /missing, or out of order/],
    ["foreign", lines.with(middle, lines[middle].replace(/"prev":"[0-9a-f]{4}/, '"prev":"0000')), /does not follow/],
    ["no row", lines.with(middle, "{}"), /is not a row/],
  ]) {
    await page.setInputFiles("#audit-file", { name: `${what}.jsonl`, mimeType: "text/plain", buffer: Buffer.from(changed.join("\n")) });
    await page.waitForFunction((name) => document.getElementById("audit-verdict").textContent.startsWith(name), `${what}.jsonl`);
    assert.equal(await page.getAttribute("#audit-verdict", "data-state"), "refused", what);
    assert.match(await text(page, "#audit-verdict"), words);
  }
  await page.setInputFiles("#audit-file", { name: "whole.jsonl", mimeType: "text/plain", buffer: Buffer.from(log) });
  await page.waitForFunction(() => document.getElementById("audit-verdict").textContent.startsWith("whole.jsonl: the chain holds"));
});

walk("the edge view counts what the log tells, and leads to the lab", async (page) => {
  await startService(page);
  await sendAll(page);
  assert.equal(await page.isVisible("#edge-view"), false);
  await page.click("#ask-all");
  await page.waitForFunction(() => document.querySelectorAll("#edge-rows tbody tr").length === 10);
  const codes = await page.locator("#edge-rows tbody tr").evaluateAll((rows) => rows.map(({ dataset }) => dataset.code));
  const refused = codes.filter((code) => code !== "token.allowed");
  const numbers = await page.locator("#edge-numbers dd").allTextContents();
  assert.deepEqual(numbers.slice(0, 3), [String(10 - refused.length), String(refused.length), "1"]);
  const bars = await page.locator("#edge-reasons tr").evaluateAll((rows) => rows.map((row) => [row.dataset.code, Number(row.querySelector(".reason-count").textContent)]));
  assert.deepEqual(Object.fromEntries(bars), Object.fromEntries([...new Set(refused)].map((code) => [code, refused.filter((one) => one === code).length])));
  const row = page.locator('#edge-rows tr[data-code="token.expired"]');
  await row.locator("button").click();
  await page.waitForFunction(() => /everything is the same/.test(document.getElementById("replay").textContent));
  assert.match(await text(page, "#record-facts"), /token\.expired/);
});

walk("with the service: names, contrast, ids, no sideways scrolling, and its pictures", async (page) => {
  await startService(page);
  await sendAll(page);
  await page.click("#ask-all");
  await page.waitForFunction(() => document.querySelectorAll("#edge-rows tbody tr").length === 10);
  await page.click("#break-audience");
  await ask(page);
  await page.click("#audit-verify");
  await page.waitForSelector('#audit-verdict[data-state="allowed"]');
  assert.deepEqual(await namelessControls(page), []);
  assert.deepEqual(await page.evaluate(outline), { twice: [], skipped: [], dangling: [] });
  for (const [name, width, colorScheme] of [["light", 1280, "light"], ["dark", 1280, "dark"], ["mobile", 360, "light"]]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const wide = await page.evaluate(() => [document.documentElement.scrollWidth - innerWidth, ...[...document.querySelectorAll("main *")]
      .filter((node) => node.checkVisibility() && !node.closest(".scroll") && node.getBoundingClientRect().right > innerWidth + 1).map((node) => node.id || node.className)]);
    assert.deepEqual(wide, [0], name);
    assert.deepEqual(await page.evaluate(lowContrast), [], name);
    await page.evaluate(() => { document.activeElement.blur(); document.getElementById("toast").textContent = ""; document.getElementById("toast").classList.remove("shown"); });
    for (const part of ["service", "deliver", "edge", "audit"]) {
      await page.locator(`#${part}`).screenshot({ path: await artefact(`service-${part}-${name}.png`) });
    }
  }
});
