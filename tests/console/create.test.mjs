import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { callBody, clipboard, ownSite, railMark, revealKey, text } from "./harness.mjs";
import { cencBytes, checksum, dotnetBytes, guidOf, ownCertificate } from "./independent.mjs";

const { walk } = ownSite();

walk("a key is made at once, hidden until asked for, and hidden again", async (page) => {
  assert.match(await text(page, "#clear-key"), /^•+$/);
  const hex = await revealKey(page);
  assert.match(await text(page, "#clear-key"), /^•+$/);
  assert.ok(!(await page.content()).includes(hex), "the hidden key is not in the document");
  assert.equal(await railMark(page, "create"), "done");
});

walk("the id is shown in every spelling, and the checksum is right", async (page) => {
  const id = await text(page, "#fact-entity-id");
  assert.match(id, /^nb:kid:UUID:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const guid = guidOf(id);
  assert.equal(await text(page, "#fact-guid"), guid);
  assert.equal(await text(page, "#fact-uri-id"), encodeURIComponent(id));
  assert.equal(await text(page, "#fact-cenc-hex"), cencBytes(guid).toString("hex"));
  assert.equal(await text(page, "#fact-cenc-base64"), cencBytes(guid).toString("base64"));
  assert.equal(await text(page, "#fact-playready-hex"), dotnetBytes(guid).toString("hex"));
  assert.equal(await text(page, "#fact-playready-base64"), dotnetBytes(guid).toString("base64"));
  const key = Buffer.from(await revealKey(page), "hex");
  assert.equal(await text(page, "#fact-checksum"), checksum(id, key));
});

walk("the documented certificate is read, with its thumbprint and both oddities", async (page) => {
  assert.equal(await text(page, "#fact-thumbprint"), "7D9BB04D9D0A4A24800CADBFEF232689E048F69C");
  assert.equal(await text(page, "#fact-subject"), "CN=wamsblureg001encryptallsecrets-cert");
  assert.equal(await text(page, "#fact-validity"), "2012-05-29 to 2032-05-29");
  assert.match(await text(page, "#fact-key-size"), /2048 bits/);
  assert.match(await text(page, "#fact-serial"), /^-/);
  const findings = await page.locator("#certificate-findings .finding").evaluateAll(
    (items) => items.map((item) => [item.dataset.code, item.className, item.innerText.length > 40]),
  );
  assert.deepEqual(findings.map(([code]) => code).toSorted(), ["certificate.md5_signature", "certificate.negative_serial"]);
  assert.ok(findings.every(([, classes, says]) => classes.includes("finding-warning") && says));
});

walk("the request carries the wrapped key and nothing clear", async (page) => {
  const hex = await revealKey(page);
  const key = Buffer.from(hex, "hex");
  const entity = await callBody(page, "call-create-key");
  assert.equal(entity.Id, await text(page, "#fact-entity-id"));
  assert.equal(entity.ContentKeyType, 4);
  assert.equal(entity.ProtectionKeyType, 0);
  assert.equal(entity.ProtectionKeyId, "7D9BB04D9D0A4A24800CADBFEF232689E048F69C");
  assert.equal(entity.Checksum, checksum(entity.Id, key));
  const wrapped = Buffer.from(entity.EncryptedContentKey, "base64");
  assert.equal(wrapped.length, 256);
  assert.equal(wrapped.toString("base64"), entity.EncryptedContentKey);

  await page.click("#call-create-key >> text=Copy request");
  const request = await clipboard(page);
  const [head, body] = request.split("\n\n");
  assert.equal(head.split("\n")[0], "POST https://media.windows.net/api/ContentKeys HTTP/1.1");
  assert.match(head, /^Content-Type: application\/json/m);
  assert.match(head, /^x-ms-version: 2\.\d+$/m);
  assert.match(head, new RegExp(`^Content-Length: ${Buffer.byteLength(body)}$`, "m"));
  assert.deepEqual(JSON.parse(body), entity);
  for (const clear of [hex, hex.toUpperCase(), key.toString("base64"), key.toString("base64url")]) {
    assert.ok(!request.includes(clear), "the clear key is in the request");
  }
  await page.click("#call-create-key >> text=Copy as curl");
  assert.match(await clipboard(page), /^curl --request POST 'https:\/\/media\.windows\.net\/api\/ContentKeys'/);
});

walk("a certificate of one's own: the key that comes out is the key that went in", async (page) => {
  const { rsa, unwrap } = ownCertificate();
  await page.fill("#certificate", rsa);
  const { fingerprint } = new X509Certificate(rsa);
  assert.equal(await text(page, "#fact-thumbprint"), fingerprint.replaceAll(":", ""));
  const { EncryptedContentKey } = await callBody(page, "call-create-key");
  assert.equal(unwrap(EncryptedContentKey).toString("hex"), await revealKey(page));
});

for (const [what, value, code] of [
  ["text that is not base64", "this is not a certificate!", /^(base64\.invalid|certificate\.not_a_certificate)$/],
  ["base64 that is not a certificate", "AAECAwQFBgcICQ==", /^certificate\.not_a_certificate$/],
  ["a certificate with an elliptic key", ownCertificate().elliptic, /^certificate\.not_rsa$/],
  ["nothing", "", /^(base64\.invalid|certificate\.not_a_certificate|argument\.missing)$/],
]) {
  walk(`instead of a certificate, ${what}: an error in place, and the way back`, async (page) => {
    await page.fill("#certificate", value);
    const error = page.locator("#certificate-error");
    assert.match(await error.locator("code").textContent(), code);
    assert.ok((await error.textContent()).length > 40, "the error says what to do");
    assert.equal(await page.getAttribute("#certificate", "aria-invalid"), "true");
    assert.equal(await railMark(page, "create"), "bad");
    assert.equal(await page.locator("#call-create-key-body").isVisible(), false, "no request to copy");
    assert.equal(await page.locator("#certificate-facts").isVisible(), false);
    await page.click("#certificate-restore");
    assert.equal(await error.isVisible(), false);
    assert.equal(await text(page, "#fact-thumbprint"), "7D9BB04D9D0A4A24800CADBFEF232689E048F69C");
    assert.equal(await railMark(page, "create"), "done");
  });
}

walk("a new key replaces the old one, whose bytes are overwritten", async (page) => {
  const [oldHex, oldId] = [await revealKey(page), await text(page, "#fact-entity-id")];
  await page.click("#make-key");
  assert.notEqual(await text(page, "#fact-entity-id"), oldId);
  const newHex = await revealKey(page);
  assert.notEqual(newHex, oldHex);
  const wiped = await page.evaluate(() => window.wiped);
  assert.ok(wiped.includes(oldHex), "the old key was filled with zeros");
  assert.ok(!wiped.includes(newHex), "the new key was not");
}, {
  prepare: (page) => page.addInitScript(() => {
    const fill = Uint8Array.prototype.fill;
    window.wiped = [];
    Uint8Array.prototype.fill = function (...values) {
      const before = Array.from(this, (byte) => byte.toString(16).padStart(2, "0")).join("");
      const result = Reflect.apply(fill, this, values);
      if (values[0] === 0 && this.every((byte) => byte === 0)) window.wiped.push(before);
      return result;
    };
  }),
});

walk("every value has a copy button that copies it exactly and says so", async (page) => {
  const rows = page.locator("#create .fact:has(.copy:visible)");
  assert.ok(await rows.count() >= 9);
  for (const row of await rows.all()) {
    await row.locator(".copy:visible").click();
    assert.equal(await clipboard(page), await row.locator(".value").textContent());
    assert.match(await text(page, "#toast"), /^Copied: /);
  }
});
