import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ownSite, sentPolicy, text } from "./harness.mjs";
import { allowed, CLAIM, decoded, ladder, refused } from "./lab.mjs";

const { walk } = ownSite();

walk("a token signed with an RSA key made in the page verifies with the key in the policy", async (page) => {
  await page.click("#mint summary");
  await page.click('[data-pair="RSA"]');
  await page.waitForSelector("#pair-forget:not([hidden])");
  assert.equal(await page.inputValue("#mint-algorithm"), "RS256");
  await page.fill("#mint-claims", '{ "scope": "trailer" }');
  await page.click("#mint-custom");
  await page.waitForFunction(() => document.getElementById("token-note").textContent.startsWith("Minted by you"));
  await allowed(page);
  assert.deepEqual(await ladder(page), ["primary idle", "alternate[0] verified"]);

  const token = await page.inputValue("#token");
  const [header, claims] = decoded(token);
  assert.equal(header.alg, "RS256");
  assert.equal(claims.scope, "trailer");
  const body = await page.evaluate((xml) => new DOMParser().parseFromString(xml, "application/xml")
    .getElementsByTagName("RawBody")[0].textContent, (await sentPolicy(page)).xml);
  const [n, e] = ["n", "e"].map((name) => Buffer.from(JSON.parse(Buffer.from(body, "base64"))[name], "base64").toString("base64url"));
  const publicKey = createPublicKey({ key: { kty: "RSA", n, e }, format: "jwk" });
  const at = token.lastIndexOf(".");
  assert.ok(verify("sha256", Buffer.from(token.slice(0, at)), publicKey, Buffer.from(token.slice(at + 1), "base64url")));

  await page.selectOption("#mint-algorithm", "PS256");
  await page.click("#mint-custom");
  await page.waitForFunction(() => document.getElementById("token-note").textContent.includes("PS256"));
  await refused(page, "token.algorithm_not_allowed");
  await page.click("#settings summary");
  await page.selectOption("#rsa-algorithm", "PS256");
  await allowed(page);
  await page.click("#pair-forget");
  await refused(page, "token.algorithm_not_allowed");
});

for (const [kind, algorithm] of [["P256", "ES256"], ["P384", "ES384"], ["Ed25519", "EdDSA"]]) {
  walk(`a token signed with a ${kind} key made in the page verifies with the key set`, async (page) => {
    await page.click("#mint summary");
    await page.click(`[data-pair="${kind}"]`);
    await page.waitForSelector("#pair-forget:not([hidden])");
    await page.click("#mint-custom");
    await page.waitForFunction(() => document.getElementById("token-note").textContent.startsWith("Minted by you"));
    await allowed(page);
    const [header] = decoded(await page.inputValue("#token"));
    assert.deepEqual([header.alg, header.kid], [algorithm, "this-page"]);
    assert.deepEqual(await ladder(page), ["primary idle", "jwks[0] verified"]);
    await page.fill("#mint-kid", "another");
    await page.click("#mint-custom");
    await page.waitForFunction(() => document.getElementById("verdict-code").textContent === "token.unknown_key");
    assert.deepEqual(await ladder(page), ["primary idle", "jwks[0] idle"]);
  });
}

walk("a pasted private key signs; what is no such key is refused in words", async (page) => {
  await page.click("#mint summary");
  for (const [pem, words] of [
    ["nothing", /Expected PEM text/], ["-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----", /says RSA PRIVATE KEY[^]*openssl pkcs8/],
    ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", /cannot read this key/],
  ]) {
    await page.fill("#pem", pem);
    await page.click("#pem-use");
    await page.waitForSelector("#pair-error:not([hidden])");
    assert.match(await text(page, "#pair-error"), words);
  }
  await page.fill("#pem", await readFile(new URL("../fixtures/rsa-2048.key.pem", import.meta.url), "utf8"));
  await page.click("#pem-use");
  await page.waitForSelector("#pair-forget:not([hidden])");
  assert.equal(await page.inputValue("#pem"), "", "the private key does not stay in the page");
  await page.click("#mint-custom");
  await page.waitForFunction(() => document.getElementById("token-note").textContent.startsWith("Minted by you"));
  await allowed(page);
});

walk("symmetric algorithms, a kid and claims of one's own; the verifier's setting decides", async (page) => {
  await page.click("#mint summary");
  await page.selectOption("#mint-algorithm", "HS512");
  await page.fill("#mint-kid", "rotating-1");
  await page.click("#mint-custom");
  await refused(page, "token.algorithm_not_allowed");
  assert.deepEqual(decoded(await page.inputValue("#token"))[0], { alg: "HS512", kid: "rotating-1", typ: "JWT" });
  await page.click("#settings summary");
  await page.selectOption("#symmetric-algorithm", "HS512");
  await allowed(page);
  await page.click("#mend");
  await allowed(page);
  for (const [claims, words] of [["{", /not JSON/], ["[1]", /JSON object/], ['{"iss":"x"}', /mint\.bad_claims/]]) {
    await page.fill("#mint-claims", claims);
    await page.click("#mint-custom");
    assert.match(await text(page, "#mint-error"), words);
    assert.equal(await page.getAttribute("#mint-claims", "aria-invalid"), "true");
  }
  await page.fill("#mint-claims", JSON.stringify({ [CLAIM]: null }));
  await page.click("#mint-custom");
  assert.equal(await page.isVisible("#mint-error"), false);
  await refused(page, "token.missing_claim");
});
