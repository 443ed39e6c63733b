/**
 * The documentation of the old service as a transcript: every request that it prints is sent as printed, to the Worker in
 * workerd, and the answers are what it prints.
 */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { sendRaw } from "../package/lib/raw-http.mjs";
import {
  API_ROOT,
  documentedCertificate,
  documentedExchanges,
  idsInRequests,
  PLAYREADY_URL,
  requestText,
  substitutions,
  THUMBPRINT,
} from "./documented.mjs";
import { startKeyServer } from "./key-server.mjs";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/;
const SETS = {
  cid: "Assets",
  kid: "ContentKeys",
  ckpid: "ContentKeyAuthorizationPolicies",
  ckpoid: "ContentKeyAuthorizationPolicyOptions",
};

/** Headers of the machine that answered, which is another one now. */
const OF_THE_MACHINE = ["server", "x-powered-by", "date"];

const exchanges = documentedExchanges();
let server;
let ours;

before(async () => {
  server = await startKeyServer({
    style: "proxy",
    settings: {
      API_ROOT,
      DELIVERY_ROOT: "https://account001.keydelivery.mediaservices.windows.net/",
      PROTECTION_CERTIFICATE: documentedCertificate,
      // Nobody has the private key any more.
      PROTECTION_KEY: "",
    },
  });
  // 256 bytes: all that anybody can see of a wrapped key.
  ours = { bearer: server.adminToken(), wrapped: randomBytes(256).toString("base64") };
  for (const id of idsInRequests(exchanges)) await create(id);
});
after(() => server?.stop());

/** An entity with the id that a page takes for granted. */
async function create(id) {
  const set = SETS[id.split(":")[1]];
  const members = {
    Assets: {},
    // The page asks for a PlayReady URL, which keys for common encryption have.
    ContentKeys: { ContentKeyType: 0, EncryptedContentKey: ours.wrapped, ProtectionKeyId: THUMBPRINT, ProtectionKeyType: 0 },
    ContentKeyAuthorizationPolicies: {},
    ContentKeyAuthorizationPolicyOptions: {
      KeyDeliveryType: 2,
      KeyDeliveryConfiguration: null,
      Restrictions: [{ Name: "Open", KeyRestrictionType: 0, Requirements: null }],
    },
  }[set];
  const body = JSON.stringify({ Id: id, Name: `made for ${id}`, ...members });
  const head = [`POST ${API_ROOT}${set} HTTP/1.1`, "Host: wamsbayclus001rest-hs.cloudapp.net", "Content-Type: application/json"];
  const headers = [`Authorization: Bearer ${ours.bearer}`, `Content-Length: ${Buffer.byteLength(body)}`, "", body];
  const { status, body: said } = await sendRaw(server.port, [...head, ...headers].join("\r\n"));
  assert.equal(status, 201, said.toString());
}

describe("the documented exchanges", () => {
  it("were found: all that the three pages print", () => {
    const pages = exchanges.map(({ page }) => page);
    const count = (page) => pages.filter((known) => known === page).length;
    assert.deepEqual({ "000": count("000"), "001": count("001"), "002": count("002") }, { "000": 4, "001": 10, "002": 8 });
    assert.equal(exchanges.filter(({ response }) => response !== undefined).length, 12);
  });

  for (const exchange of exchanges) {
    const [line] = exchange.request.lines;
    it(`${exchange.page}: ${line.replace(/https:\/\/[^/]+/, "").replace(" HTTP/1.1", "")}`, async () => {
      const answer = await sendRaw(server.port, requestText(exchange, ours));
      if (exchange.response === undefined) checkUnprinted(exchange, answer);
      else checkPrinted(exchange, answer);
    });
  }
});

/** What a page shows no response for: the status that it describes, and the entity that was asked about. */
function checkUnprinted({ request }, { status, body }) {
  const [method, url] = request.lines[0].split(" ");
  const text = body.toString();
  const isFunction = url.endsWith("/GetKeyDeliveryUrl");
  const expected = method === "DELETE" ? 204 : method === "POST" && !isFunction ? 201 : 200;
  assert.equal(status, expected, text);
  if (method === "DELETE") return assert.equal(text, "");
  const answer = JSON.parse(text);
  if (isFunction) return assert.equal(answer.value, PLAYREADY_URL);
  const isVerbose = request.lines.includes("Accept: application/json;odata=verbose");
  const entity = isVerbose ? answer.d : answer;
  const asked = /nb:kid:UUID:[0-9a-f-]{36}/.exec(request.body || url);
  if (asked !== null) assert.equal(entity.Id, asked[0]);
  else if (method === "GET" && !url.includes("('*")) assert.ok(Array.isArray(entity.value), text);
  if (request.body) {
    const { ProtectionKeyType, ...members } = JSON.parse(request.body);
    // The page itself says that 0 is the only type, and prints 1.
    assert.equal(ProtectionKeyType, 1);
    for (const [name, value] of Object.entries(members)) assert.deepEqual(entity[name], value, name);
  }
}

function checkPrinted({ request, response }, answer) {
  const [, code, reason] = /^HTTP\/1\.1 (\d{3}) (.*)$/.exec(response.lines[0]);
  assert.equal(answer.status, Number(code), answer.body.toString());
  assert.equal(answer.reason, reason);
  const got = new Map(answer.headers.map(([name, value]) => [name.toLowerCase(), value]));
  const body = answer.body.toString();
  const printed = response.lines.slice(1).map((line) => /^([^:]+): ?(.*)$/.exec(line).slice(1));
  for (const [name, value] of printed) {
    if (!OF_THE_MACHINE.includes(name.toLowerCase())) checkHeader(name, value, { got, body, response, request });
  }
  if (response.body) checkMembers(JSON.parse(body), JSON.parse(substituted(response.body)), got);
  else assert.equal(body, "");
}

function checkHeader(name, value, { got, body, response, request }) {
  const ours = got.get(name.toLowerCase());
  switch (name.toLowerCase()) {
    case "content-length":
      assert.equal(Number(ours), Buffer.byteLength(body));
      // Where the page's own body has the length that it prints, ours has it, too: ids and times have one form.
      if (Buffer.byteLength(response.body) === Number(value)) assert.equal(ours, value);
      return undefined;
    case "request-id":
    case "x-ms-request-id":
      assert.match(ours, GUID);
      return assert.equal(ours, got.get("request-id"));
    case "x-ms-client-request-id":
      return assert.ok(request.lines.includes(`x-ms-client-request-id: ${ours}`));
    case "location": {
      const id = encodeURIComponent(JSON.parse(body).Id);
      return assert.equal(ours, value.replace(/\('[^']*'\)$/, `('${id}')`));
    }
    default:
      return assert.equal(ours, value, name);
  }
}

/** Member by member, in their order; what is made anew each time has its form and its relations. */
function checkMembers(got, printed, headers) {
  assert.deepEqual(Object.keys(got), Object.keys(printed));
  for (const [name, value] of Object.entries(printed)) {
    if (name === "Id") {
      const [prefix, guid] = [value.slice(0, -36), got.Id.slice(-36)];
      assert.equal(got.Id, prefix + guid);
      assert.match(guid, GUID);
      assert.ok(decodeURIComponent(headers.get("location")).endsWith(`('${got.Id}')`));
    } else if (name === "Created" || name === "LastModified") {
      assert.match(got[name], TIME);
      assert.equal(got.Created, got.LastModified);
      assert.ok(Math.abs(Date.parse(got[name]) - Date.now()) < 60_000, got[name]);
    } else {
      assert.deepEqual(got[name], value, name);
    }
  }
}

/** A printed body with what was sent in the place of its placeholders. */
function substituted(text) {
  return substitutions(ours).reduce((done, { printed, sent }) => done.replace(printed, () => sent), text);
}
