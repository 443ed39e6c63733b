import assert from "node:assert/strict";
import { callBody, clipboard, ownSite, railMark, sentPolicy, text } from "./harness.mjs";

const { walk } = ownSite();

const ROOT = "https://media.windows.net/api/";
const address = (set, id) => `${ROOT}${set}('${encodeURIComponent(id)}')`;

walk("five calls, in order, that name each other", async (page) => {
  assert.deepEqual(await page.locator("#link-calls article").evaluateAll((cards) => cards.map((card) => card.id)), [
    "call-link-asset", "call-create-policy", "call-create-option", "call-link-option", "call-put-policy",
  ]);
  const [asset, policy, option, key] = [
    await page.inputValue("#asset-id"), await page.inputValue("#policy-id"), await page.inputValue("#option-id"),
    await text(page, "#fact-entity-id"),
  ];
  assert.match(asset, /^nb:cid:UUID:/);
  assert.match(policy, /^nb:ckpid:UUID:/);
  assert.match(option, /^nb:ckpoid:UUID:/);

  const line = async (id) => `${await text(page, `#${id} .method`)} ${await text(page, `#${id}-url`)}`;
  assert.equal(await line("call-link-asset"), `POST ${address("Assets", asset)}/$links/ContentKeys`);
  assert.deepEqual(await callBody(page, "call-link-asset"), { uri: address("ContentKeys", key) });
  assert.equal(await line("call-create-policy"), `POST ${ROOT}ContentKeyAuthorizationPolicies`);
  assert.deepEqual(Object.keys(await callBody(page, "call-create-policy")), ["Name"]);
  assert.equal(await line("call-create-option"), `POST ${ROOT}ContentKeyAuthorizationPolicyOptions`);
  assert.equal(await line("call-link-option"), `POST ${address("ContentKeyAuthorizationPolicies", policy)}/$links/Options`);
  assert.deepEqual(await callBody(page, "call-link-option"), { uri: address("ContentKeyAuthorizationPolicyOptions", option) });
  assert.equal(await line("call-put-policy"), `PUT ${address("ContentKeys", key)}`);
  assert.deepEqual(await callBody(page, "call-put-policy"), { AuthorizationPolicyId: policy });
  assert.equal(await railMark(page, "link"), "done");
});

walk("the option holds the policy: its XML says what the form says", async (page) => {
  await page.fill("#issuer", "https://sts.example/?a=1&b=<2>");
  await page.fill("#audience", "urn:some:audience");
  const option = await callBody(page, "call-create-option");
  assert.equal(option.KeyDeliveryType, 2);
  assert.equal(option.Restrictions.length, 1);
  assert.equal(option.Restrictions[0].KeyRestrictionType, 1);
  const policy = await sentPolicy(page);
  assert.equal(policy.root, "TokenRestrictionTemplate");
  assert.equal(policy.issuer, "https://sts.example/?a=1&b=<2>");
  assert.equal(policy.audience, "urn:some:audience");
  assert.equal(policy.tokenType, "JWT");
  assert.equal(Buffer.from(policy.verificationKey, "base64").length, 64);
  assert.equal(policy.claimType, "urn:microsoft:azure:mediaservices:contentkeyidentifier");
  assert.equal(policy.claimIsNil, "true");
});

walk("the XML is laid out for reading, and copied as it is sent", async (page) => {
  const { xml } = await sentPolicy(page);
  const shown = await text(page, "#policy-xml");
  assert.ok(shown.split("\n").length > 12);
  assert.equal(shown.replace(/\s+/g, ""), xml.replace(/\s+/g, ""));
  await page.click("#policy-xml-copy button");
  assert.equal(await clipboard(page), xml);
  await page.click("#call-create-option >> text=Copy body");
  assert.equal(JSON.parse(await clipboard(page)).Restrictions[0].Requirements, xml);
});

walk("the token type and the verification key change when asked to", async (page) => {
  const first = await sentPolicy(page);
  await page.check("#type-swt", { force: true });
  const second = await sentPolicy(page);
  assert.equal(second.tokenType, "SWT");
  assert.equal(second.verificationKey, first.verificationKey);
  await page.click("#new-verification-key");
  assert.notEqual((await sentPolicy(page)).verificationKey, first.verificationKey);
});

walk("a policy that cannot be is refused in place, with a code, and nothing is asked of it", async (page) => {
  await page.fill("#issuer", "");
  assert.match(await text(page, "#policy-error code"), /^token_restriction\./);
  assert.equal(await railMark(page, "link"), "bad");
  assert.equal(await page.locator("#call-create-option-body").isVisible(), false);
  assert.equal(await page.getAttribute("#verdict", "data-state"), "waiting");
  for (const control of ["#ask", "#mend", "#break-expired", "#sample-swt"]) assert.equal(await page.isDisabled(control), true, control);
  await page.fill("#issuer", "https://issuer.example/");
  assert.equal(await page.locator("#policy-error").isVisible(), false);
  assert.equal(await page.getAttribute("#verdict", "data-state"), "allowed");
  assert.equal(await page.isDisabled("#mend"), false);
});

walk("an SWT policy wants absolute URIs", async (page) => {
  await page.fill("#audience", "bare name");
  assert.equal(await page.locator("#policy-error").isVisible(), false, "fine for a JWT");
  await page.check("#type-swt", { force: true });
  assert.equal(await text(page, "#policy-error code"), "token_restriction.not_an_absolute_uri");
  assert.equal(await page.getAttribute("#audience", "aria-invalid"), "true");
});

walk("the API root goes into every call; a bad one is refused", async (page) => {
  await page.fill("#api-root", "https://keys.example/media/api/");
  for (const id of ["call-create-key", "call-link-asset", "call-put-policy"]) {
    assert.ok((await text(page, `#${id}-url`)).startsWith("https://keys.example/media/api/"));
  }
  assert.ok((await callBody(page, "call-link-asset")).uri.startsWith("https://keys.example/media/api/ContentKeys('"));
  await page.fill("#api-root", "nowhere");
  assert.equal(await text(page, "#call-create-key .notice-error code"), "entity.bad_root");
  assert.equal(await railMark(page, "create"), "bad");
  assert.equal(await railMark(page, "link"), "bad");
});

walk("curl takes the option exactly as it is", async (page) => {
  await page.fill("#issuer", "https://o'hara.example/");
  await page.click("#call-create-option >> text=Copy as curl");
  const command = await clipboard(page);
  const data = /--data-raw '(.*)'$/s.exec(command)[1].replaceAll(String.raw`'\''`, "'");
  assert.equal(data, await text(page, "#call-create-option-body"));
  assert.equal((await sentPolicy(page)).issuer, "https://o'hara.example/");
});
