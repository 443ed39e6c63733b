/** The key server of the package in workerd, with a manager for each account and viewers, for tests that look at single answers. */

import { randomBytes } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { contentKey, jwt, serveKeys, tokenRestriction } from "../package/lib/key-server.mjs";

/** Accounts are told apart by the first label of the host. */
const MAIN = `
import { createWorker, settingsFromEnvironment } from "keywicket/worker";
export { KeyAccount } from "keywicket/worker";

const named = (request) => new URL(request.url).hostname.split(".")[0];
export default createWorker({
  account: (request, env) => (env.ACCOUNTS ? env.ACCOUNTS.split(" ").find((name) => name === named(request)) : "default"),
  settings: (account, env) => settingsFromEnvironment(account, { ...env, ADMIN_POLICY: env["ADMIN_POLICY_" + account] }),
  clientAddress: "cf-connecting-ip",
});
`;

const ISSUER = "https://issuer.example";
const VIEWERS = "urn:player";
const KEY_ID_CLAIM = "urn:microsoft:azure:mediaservices:contentkeyidentifier";
const ABOUT_THE_KEY = `<TokenClaim><ClaimType>${KEY_ID_CLAIM}</ClaimType><ClaimValue i:nil="true" /></TokenClaim>`;

/**
 * @param {object} [options]
 * @param {string[]} [options.accounts] names; a single one called `default` otherwise, which every host reaches
 * @param {Record<string, string | undefined> | ((port: number) => Record<string, string>)} [options.settings] variables of the
 *   Worker, beside the ones that this makes, or without them; a function is called with the port, which costs a restart
 * @param {"host" | "proxy"} [options.style] how workerd reads request lines: `proxy` takes absolute addresses
 */
export async function startKeyServer({ accounts, settings = {}, style = "host" } = {}) {
  const names = accounts ?? ["default"];
  const secrets = Object.fromEntries(names.map((name) => [name, randomBytes(64)]));
  const policies = names.map((name) => {
    return [`ADMIN_POLICY_${name}`, tokenRestriction({ key: secrets[name], issuer: ISSUER, audience: `urn:manager:${name}` })];
  });
  const own = { ...Object.fromEntries(policies), ...(accounts && { ACCOUNTS: accounts.join(" ") }) };
  const serve = (more, port) => serveKeys({ ...own, ...more }, MAIN, {}, { style, port });
  let server = await serve(typeof settings === "function" ? {} : settings);
  const port = Number(new URL(server.address).port);
  if (typeof settings === "function") {
    await server.stop();
    server = await serve(settings(port), port);
  }
  return new KeyServer(server, { port, names, secrets });
}

class KeyServer {
  #server;
  #names;
  #secrets;
  #adminTokens = {};
  #viewers = randomBytes(64);

  constructor(server, { port, names, secrets }) {
    this.#server = server;
    this.#names = names;
    this.#secrets = secrets;
    this.port = port;
  }

  log = () => this.#server.log();
  stop = () => this.#server.stop();

  /** One for each account, and always the same. */
  adminToken({ account = this.#names[0] } = {}) {
    this.#adminTokens[account] ??= jwt(this.#secrets[account], { iss: ISSUER, aud: `urn:manager:${account}` });
    return this.#adminTokens[account];
  }

  /** A token of the policy that {@link KeyServer.protect} puts on keys. */
  viewerToken(id, claims) {
    return jwt(this.#viewers, { iss: ISSUER, aud: VIEWERS, [KEY_ID_CLAIM]: id, ...claims });
  }

  /** A new key: in the clear for the test, and as the entity that is sent. */
  contentKey(options) {
    return contentKey(this.#server.certificate, options);
  }

  /** Sends a request to the management API; `path` is what follows `/api/`. */
  async api(method, path, { body, headers = {}, account = this.#names[0], token = this.adminToken({ account }) } = {}) {
    const isPlain = typeof body === "object" && !(body instanceof Uint8Array);
    const sent = isPlain ? JSON.stringify(body) : body;
    return this.#send(method, `api/${path}`, account, sent, {
      accept: "application/json",
      ...(sent !== undefined && { "content-type": "application/json" }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    });
  }

  /** Asks for a key; `path` is what follows the slash. */
  deliver(path, headers = {}, account = this.#names[0], method = "GET", body) {
    return this.#send(method, path, account, body, headers);
  }

  async #send(method, path, account, body, headers) {
    const response = await request(this.port, `/${path}`, { method, body, headers: { host: `${account}.test`, ...headers } });
    const text = response.bytes.toString();
    return { ...response, text, json: parsed(text) };
  }

  /** Creates the key, an option that asks for viewers' tokens, a policy, and links all of it. */
  async protect(key) {
    const made = async (set, body) => {
      const answer = await this.api("POST", set, { body });
      if (answer.status !== 201) throw new Error(`${set}: ${answer.status} ${answer.text}`);
      return answer.json.Id;
    };
    const done = async (method, path, body) => {
      const answer = await this.api(method, path, { body });
      if (answer.status !== 204) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    };
    await made("ContentKeys", key.entity);
    const Requirements = tokenRestriction({ key: this.#viewers, issuer: ISSUER, audience: VIEWERS, claims: ABOUT_THE_KEY });
    const option = await made("ContentKeyAuthorizationPolicyOptions", {
      Name: "token",
      KeyDeliveryType: 2,
      KeyDeliveryConfiguration: null,
      Restrictions: [{ Name: "token", KeyRestrictionType: 1, Requirements }],
    });
    const policy = await made("ContentKeyAuthorizationPolicies", { Name: "viewers" });
    await done("POST", `ContentKeyAuthorizationPolicies('${policy}')/$links/Options`, {
      uri: `https://any.test/api/ContentKeyAuthorizationPolicyOptions('${encodeURIComponent(option)}')`,
    });
    await done("PUT", `ContentKeys('${key.entity.Id}')`, { AuthorizationPolicyId: policy });
    return { option, policy };
  }

  /** Waits until the deliveries so far are in the audit log. */
  settleAudit() {
    return new Promise((resolve) => setTimeout(resolve, 2500));
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** By node:http, which lets a test choose the host; fetch does not. */
function request(port, path, { method, body, headers }) {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ port, host: "127.0.0.1", path, method, headers, agent }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const pairs = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        resolve({ status: response.statusCode, headers: new Headers(pairs), bytes: Buffer.concat(chunks) });
      });
    });
    sent.on("error", reject);
    if (body !== undefined) sent.setHeader("content-length", Buffer.byteLength(body));
    sent.end(body);
  });
}
