/** The packed package's key server in workerd with its accounts on disk, and a manager who talks to it over REST. */

import assert from "node:assert/strict";
import { createHmac, createPublicKey, publicEncrypt, constants, randomBytes, randomUUID, X509Certificate } from "node:crypto";
import { checksumOf, fixture } from "./keys.mjs";
import { packageModules, serveWorker } from "./workerd.mjs";

export const COMPATIBILITY_DATE = "2026-10-01";

const MAIN = `export { default, KeyAccount } from "keywicket/worker";\n`;
const ISSUER = "https://issuer.example";
const AUDIENCE = "urn:manager";

/**
 * Starts it.
 *
 * @param {Record<string, string>} [bindings] variables beside those that make it work
 * @param {string} [main] another main module around it
 * @param {Record<string, string>} [texts] modules that it imports
 * @param {{ style?: "host" | "proxy", port?: number }} [socket] as {@link serveWorker} takes them
 */
export async function serveKeys(bindings = {}, main = MAIN, texts = {}, socket = {}) {
  const adminKey = randomBytes(64);
  const certificate = fixture("rsa-2048.cert.pem").toString();
  const server = await serveWorker({
    texts: { "main.js": main, ...texts },
    modules: await packageModules("keywicket/worker"),
    bindings: {
      ADMIN_POLICY: tokenRestriction({ key: adminKey, issuer: ISSUER, audience: AUDIENCE }),
      PROTECTION_CERTIFICATE: certificate,
      PROTECTION_KEY: fixture("rsa-2048.key.pem").toString(),
      ...bindings,
    },
    durableObjects: { KEYS: "KeyAccount" },
    compatibilityDate: COMPATIBILITY_DATE,
    ...socket,
  });
  return { ...server, certificate, manager: new Manager(server.address, jwt(adminKey, { iss: ISSUER, aud: AUDIENCE })) };
}

/** A token restriction of v2, written by hand. */
export function tokenRestriction({ key, issuer, audience, claims = "" }) {
  return (
    '<TokenRestrictionTemplate xmlns:i="http://www.w3.org/2001/XMLSchema-instance" ' +
    'xmlns="http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/TokenRestrictionTemplate/v1">' +
    `<AlternateVerificationKeys /><Audience>${audience}</Audience><Issuer>${issuer}</Issuer>` +
    `<PrimaryVerificationKey i:type="SymmetricVerificationKey"><KeyValue>${Buffer.from(key).toString("base64")}</KeyValue>` +
    `</PrimaryVerificationKey><RequiredClaims>${claims}</RequiredClaims><TokenType>JWT</TokenType></TokenRestrictionTemplate>`
  );
}

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const HEADER = base64url({ alg: "HS256", typ: "JWT" });

/** A JWT by node:crypto alone, good for an hour. */
export function jwt(key, claims) {
  const now = Math.floor(Date.now() / 1000);
  const signed = `${HEADER}.${base64url({ nbf: now - 60, exp: now + 3600, ...claims })}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

/** A content key as a client of the old service makes it: its own id, wrapped by OAEP, with a checksum. */
export function contentKey(certificate, { name = "", type = 4 } = {}) {
  const id = randomUUID();
  const key = randomBytes(16);
  const wrapped = publicEncrypt({ key: createPublicKey(certificate), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" }, key);
  const entity = {
    Id: `nb:kid:UUID:${id}`,
    Name: name,
    ContentKeyType: type,
    ProtectionKeyId: new X509Certificate(certificate).fingerprint.replaceAll(":", ""),
    ProtectionKeyType: 0,
    EncryptedContentKey: wrapped.toString("base64"),
    Checksum: checksumOf(Buffer.from(id.replaceAll("-", ""), "hex"), key).toString("base64"),
  };
  return { id, key, entity };
}

export class Manager {
  #root;
  #token;

  constructor(address, token) {
    this.#root = `${address}api/`;
    this.#token = token;
  }

  /** @returns {Promise<object | undefined>} the answer's JSON; rejected if the status is none of success */
  async ask(method, path, body) {
    const headers = {
      authorization: `Bearer ${this.#token}`,
      accept: "application/json",
      "x-ms-version": "2.19",
      dataserviceversion: "3.0",
      maxdataserviceversion: "3.0",
    };
    if (body !== undefined) headers["content-type"] = "application/json";
    const request = { method, headers, body: body && JSON.stringify(body) };
    const response = await fetch(this.#root + path, request);
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  create(set, entity) {
    return this.ask("POST", set, entity);
  }

  link(set, id, navigation, toSet, toId) {
    return this.ask("POST", `${set}('${encodeURIComponent(id)}')/$links/${navigation}`, {
      uri: `${this.#root}${toSet}('${encodeURIComponent(toId)}')`,
    });
  }

  /** A policy with one option: anybody's, or that of a token restriction in XML. */
  async policy(requirements) {
    const type = requirements === undefined ? 0 : 1;
    const restriction = { Name: "r", KeyRestrictionType: type, Requirements: requirements ?? null };
    const option = { Name: "o", KeyDeliveryType: 2, KeyDeliveryConfiguration: null, Restrictions: [restriction] };
    const made = await this.create("ContentKeyAuthorizationPolicyOptions", option);
    const policy = await this.create("ContentKeyAuthorizationPolicies", { Name: "p" });
    await this.link("ContentKeyAuthorizationPolicies", policy.Id, "Options", "ContentKeyAuthorizationPolicyOptions", made.Id);
    return policy.Id;
  }

  /** A content key under a policy, ready to be delivered. */
  async key(certificate, policyId) {
    const made = contentKey(certificate);
    await this.create("ContentKeys", made.entity);
    await this.ask("PUT", `ContentKeys('${encodeURIComponent(made.entity.Id)}')`, { AuthorizationPolicyId: policyId });
    return made;
  }
}
