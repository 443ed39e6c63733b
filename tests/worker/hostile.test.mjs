/**
 * Requests that mean harm, or come from careless clients, to the Worker in workerd. Each is refused with the status that says
 * why, and leaves the store as it was; nothing that is logged or answered holds a key.
 */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { sendRaw } from "../package/lib/raw-http.mjs";
import { startKeyServer } from "./key-server.mjs";

let server;
let key;
let option;
let policy;
/** What the store holds, as far as the API shows it. */
let stored;

before(async () => {
  server = await startKeyServer({ accounts: ["left", "right"] });
  key = server.contentKey({ name: "guarded" });
  ({ policy, option } = await server.protect(key));
  stored = await snapshot();
});
after(() => server?.stop());

const SETS = ["Assets", "ContentKeys", "ContentKeyAuthorizationPolicies", "ContentKeyAuthorizationPolicyOptions", "AssetDeliveryPolicies"];

async function snapshot() {
  const found = {};
  for (const account of ["left", "right"]) {
    for (const set of SETS) found[`${account} ${set}`] = (await server.api("GET", set, { account })).json.value;
    found[`${account} links`] = account === "left" ? (await server.api("GET", `ContentKeyAuthorizationPolicies('${policy}')/$links/Options`)).json.value : [];
  }
  return found;
}

/** Refused with that status, and nothing has changed. */
async function refused(answer, ...statuses) {
  assert.ok(statuses.includes(answer.status), `${answer.status} ${answer.text}`);
  assert.deepEqual(await snapshot(), stored);
  return answer;
}

const NAME = { Name: "x" };

describe("bodies", () => {
  it("that are too large are refused with 413, also without a length", async () => {
    const body = JSON.stringify({ Name: "x".repeat(1_100_000) });
    await refused(await server.api("POST", "Assets", { body }), 413);
    const head = [`POST /api/Assets HTTP/1.1`, `Host: left.test`, `Authorization: Bearer ${server.adminToken()}`];
    const chunk = `${(1_100_000).toString(16)}\r\n${"x".repeat(1_100_000)}\r\n0\r\n\r\n`;
    const chunked = [...head, "Content-Type: application/json", "Transfer-Encoding: chunked", "", chunk].join("\r\n");
    const { status } = await sendRaw(server.port, chunked);
    await refused({ status, text: "" }, 413);
  });

  it("of another type are refused with 415", async () => {
    for (const type of ["text/plain", "application/xml", "application/atom+xml", "multipart/mixed", "application/json;charset=utf-16", "json"]) {
      await refused(await server.api("POST", "Assets", { body: NAME, headers: { "content-type": type } }), 415);
    }
    await refused(await server.api("GET", "Assets", { headers: { accept: "application/atom+xml" } }), 415);
  });

  it("that are no entity are refused with 400, and say where", async () => {
    const bodies = [
      "", "{", "[]", "null", '"x"', "{}{}", '{"Name":1}', '{"Name":"a","Name":"b"}', '{"Name":"x","Colour":"red"}',
      '{"Options":"many"}', '{"Options":1.5}', '{"Options":-1}', `{"Name":"${"x".repeat(4001)}"}`, '{"Id":"nb:kid:UUID:x"}',
      '{"Id":"../../x"}', `{"Name":${"[".repeat(5000)}`, '{"Name":"\\ud800"}', "\u0000", '{"__proto__":{"Name":"x"}}',
    ];
    for (const body of bodies) {
      const { json } = await refused(await server.api("POST", "Assets", { body }), 400);
      assert.match(json["odata.error"].code, /^[a-z0-9_.]+$/, body);
      assert.ok(json["odata.error"].message.value.length > 10, body);
    }
    for (const body of [new Uint8Array([0xff, 0xfe, 0x7b]), new Uint8Array([0x7b, 0x22, 0x80, 0x22])]) {
      await refused(await server.api("POST", "Assets", { body }), 400);
    }
  });
});

describe("paths", () => {
  it("reach nothing by tricks", async () => {
    const id = encodeURIComponent(key.entity.Id);
    const paths = [
      "/api/../api/Jobs", "/api/%2e%2e/Assets('x')", "/api/Assets('nb%3Acid%3AUUID%3A')", "/api/Assets(')", "/api/Assets('')", "/api/Assets('''')",
      `/api/ContentKeys('${id}'`, `/api/ContentKeys('${id}''')`, `/api/ContentKeys('${id}')x`, `/api/ContentKeys('${id}')/Secrets`,
      `/api/ContentKeys('${id}%00')`, `/api/ContentKeys('${id}%27%20or%201%20eq%201%20or%20Id%20eq%20%27')`, `/api/ContentKeys(${id})`,
      `/api/ContentKeys('${id}')/$links/Options`, `/api/ContentKeys('${id}')/$value`, "/api/Jobs", "/api/Locators('nb:lid:UUID:x')",
      "/api/e/ContentKeys/", "/api/%", "/api/%zz", "/api/%ff%fe", `/api/${"x/".repeat(500)}`, `/api/Assets('${"x".repeat(9000)}')`, "/api/$batch",
      "/api/constructor", "/api/__proto__", "/apix/Assets", "/.git/config", "/api/Assets;jsessionid=1",
    ];
    for (const path of paths) {
      const { status, body } = await sendRaw(server.port, request("GET", path));
      await refused({ status, text: `${path} ${body}` }, 400, 404, 405, 414);
      assert.doesNotMatch(body.toString(), /panicked|\.rs:|at .*\.js:/, path);
    }
  });

  it("with quotes and percent signs in a filter find what they say, and no more", async () => {
    const filters = ["Name eq ''", "Name eq 'x'' or 1 eq 1 or Name eq '''", "Id eq 'nb:kid:UUID:%27'", "startswith(Name,'%')", "Name eq '%25'"];
    for (const filter of filters) {
      const answer = await server.api("GET", `ContentKeys?$filter=${encodeURIComponent(filter)}`);
      assert.equal(answer.status, 200, `${filter} ${answer.text}`);
      assert.deepEqual(answer.json.value, [], filter);
    }
    for (const filter of ["Name eq 'x", "Name eq", "(((", "Name eq 'x')", "1 eq 1 --", "Name eq \"x\"", "Secrets eq 'x'", "('".repeat(500)]) {
      await refused(await server.api("GET", `ContentKeys?$filter=${encodeURIComponent(filter)}`), 400);
    }
  });
});

function request(method, path, headers = []) {
  const head = [`${method} ${path} HTTP/1.1`, "Host: left.test", `Authorization: Bearer ${server.adminToken()}`, "Accept: application/json"];
  return [...head, ...headers, "", ""].join("\r\n");
}

describe("methods", () => {
  it("that a resource does not have are refused with 405, naming those it has", async () => {
    const id = encodeURIComponent(key.entity.Id);
    for (const [method, path] of [["DELETE", "ContentKeys"], ["PUT", "ContentKeys"], ["POST", `ContentKeys('${id}')`], ["POST", "$metadata"], ["TRACE", "Assets"], ["DELETE", `ContentKeys('${id}')/GetKeyDeliveryUrl`]]) {
      const { status, headers, body } = await sendRaw(server.port, request(method, `/api/${path}`, ["Content-Type: application/json", "Content-Length: 0"]));
      await refused({ status, text: `${method} ${path} ${body}` }, 405);
      assert.ok(headers.some(([name, value]) => name.toLowerCase() === "allow" && /[A-Z]{3}/.test(value)), path);
    }
    // Tunnelled or not, a method is one that there is.
    await refused(await server.api("POST", `ContentKeys('${id}')`, { headers: { "x-http-method": "EXPLODE" } }), 400, 405);
  });
});

describe("concurrent updates", () => {
  it("with an ETag of before are refused with 412", async () => {
    const made = await server.api("POST", "Assets", { body: { Name: "first" } });
    const path = `Assets('${made.json.Id}')`;
    const read = await server.api("GET", path);
    const etag = read.headers.get("etag");
    assert.ok(etag);
    const put = (Name, ifMatch) => server.api("PUT", path, { body: { Name }, headers: { "if-match": ifMatch } });
    assert.equal((await put("second", etag)).status, 204);
    assert.equal((await put("third", etag)).status, 412);
    assert.equal((await server.api("DELETE", path, { headers: { "if-match": etag } })).status, 412);
    assert.equal((await server.api("GET", path)).json.Name, "second");
    assert.equal((await put("fourth", "*")).status, 204);

    // Twenty at once with one ETag: one of them is first.
    const now = (await server.api("GET", path)).headers.get("etag");
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => put(`race ${index}`, now)));
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 204).length, 1, String(statuses));
    assert.equal(statuses.filter((status) => status === 412).length, 19, String(statuses));
    assert.equal((await server.api("DELETE", path)).status, 204);
    await refused({ status: 404 }, 404);
  });
});

describe("tokens", () => {
  const get = (token, extra = "") => server.deliver(`?KID=${key.id}${extra}`, token && { authorization: `Bearer ${token}` });

  it("open the key, or are refused with a code and nothing else", async () => {
    const good = server.viewerToken(key.id);
    const opened = await get(good);
    assert.equal(opened.status, 200, opened.text);
    assert.deepEqual(opened.bytes, key.key);
    for (const [token, code] of [
      [undefined, "token.missing"],
      ["x", "token.malformed"],
      [server.viewerToken(key.id, { nbf: 1, exp: 1_000_000 }), "token.expired"],
      [server.viewerToken(randomUUID()), "token.wrong_key_id"],
      [server.adminToken(), "token.bad_signature"],
    ]) {
      const answer = await refused(await get(token), 401);
      assert.deepEqual(Object.keys(answer.json), ["Error"]);
      assert.deepEqual(Object.keys(answer.json.Error).sort(), ["Code", "Message"]);
      assert.equal(answer.json.Error.Code, code);
      assert.equal(answer.headers.get("cache-control"), "no-store");
    }
    assert.equal((await get(good, `&token=${good}`)).json.Error.Code, "token.ambiguous");
  });

  it("with limited uses count once each, however they are spelt and however many come at once", async () => {
    const once = server.viewerToken(key.id, { "urn:microsoft:azure:mediaservices:maxuses": 3, exp: Math.floor(Date.now() / 1000) + 600 });
    const spellings = [once, respelt(once)];
    assert.notEqual(...spellings);
    const answers = await Promise.all(Array.from({ length: 24 }, (_, index) => get(spellings[index % 2])));
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 200).length, 3, String(statuses));
    for (const [index, { status, json }] of answers.entries()) {
      if (index % 2 === 1) assert.equal(json.Error.Code, "token.malformed");
      else if (status !== 200) assert.equal(json.Error.Code, "token.uses_exhausted");
    }
    assert.equal((await get(once)).json.Error.Code, "token.uses_exhausted");
  });

  it("of managers do not open keys, and viewers' do not manage", async () => {
    const viewer = server.viewerToken(key.id);
    await refused(await server.api("GET", "ContentKeys", { token: viewer }), 401);
    await refused(await server.api("GET", "ContentKeys", { token: "" }), 401);
    await refused(await server.api("DELETE", `ContentKeys('${key.entity.Id}')`, { token: viewer }), 401);
    await refused(await server.api("GET", `ContentKeys?token=${server.adminToken()}`, { token: "" }), 401);
  });
});

/** Another base64url spelling of the same signature: the last character of 43 has two bits that say nothing. */
function respelt(token) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)) ^ 1];
}

describe("tenants", () => {
  it("neither see nor reach each other", async () => {
    const right = server.adminToken({ account: "right" });
    for (const [method, path, body] of [
      ["GET", "ContentKeys"],
      ["GET", `ContentKeys('${key.entity.Id}')`],
      ["DELETE", `ContentKeys('${key.entity.Id}')`],
      ["PUT", `ContentKeys('${key.entity.Id}')`, { Name: "mine now" }],
      ["POST", "Assets", NAME],
    ]) {
      await refused(await server.api(method, path, { body, token: right }), 401);
    }
    assert.equal((await server.api("GET", `ContentKeys('${key.entity.Id}')`, { account: "right" })).status, 404);
    assert.equal((await server.deliver(`?KID=${key.id}`, {}, "right")).status, 404);
    assert.deepEqual((await server.api("GET", "ContentKeyAuthorizationPolicyOptions", { account: "right" })).json.value, []);
    assert.equal(option.startsWith("nb:ckpoid:"), true);
  });
});

describe("what is written down", () => {
  it("holds no key and no token, in hexadecimal or base64", async () => {
    const token = server.viewerToken(key.id);
    await server.deliver(`?KID=${key.id}&token=${encodeURIComponent(token)}`);
    await server.settleAudit();
    const log = await server.api("GET", "AuditLog?$top=1000");
    assert.equal(log.status, 200, log.text);
    assert.ok(log.json.value.length > 20, "the refusals above are in it");
    const bytes = Buffer.from(key.key);
    const texts = [server.log(), log.text, JSON.stringify(stored)];
    for (const text of texts) {
      for (const spelling of [bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, ""), bytes.toString("base64url")]) {
        assert.ok(!text.toLowerCase().includes(spelling.toLowerCase()));
      }
      assert.ok(!text.includes(token.split(".")[2]));
      assert.ok(!text.includes(server.adminToken().split(".")[2]));
    }
  });
});

describe("many at once", () => {
  it("that write to one policy all come through: who meets another waits a little and tries again", async () => {
    const keys = Array.from({ length: 40 }, (_, index) => server.contentKey({ name: `many ${index}` }).entity);
    const answers = await Promise.all(
      keys.map((entity) => server.api("POST", "ContentKeys", { body: { ...entity, AuthorizationPolicyId: policy } })),
    );
    assert.deepEqual(answers.map(({ status }) => status).filter((status) => status !== 201), []);
    const listed = await server.api("GET", `ContentKeys?$inlinecount=allpages&$top=0&$filter=${encodeURIComponent(`AuthorizationPolicyId eq '${policy}'`)}`);
    assert.equal(listed.json["odata.count"], "41");
  });
});
