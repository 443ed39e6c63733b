/** One attempt at an OpenID provider's keys: its discovery document, then its key set, under limits. */

import { readBounded } from "./bounded-body.js";
import { KeywicketError } from "./error.js";
import { publicAddress } from "./openid-address.js";

const MOST_KEYS = 100;
const LONGEST_QUOTE = 200;
const KEY_TYPES = ["RSA", "EC", "OKP"];
const PUBLIC_TEXTS = ["kty", "use", "alg", "kid", "n", "e", "crv", "x", "y", "x5t"];
const PUBLIC_LISTS = ["key_ops", "x5c"];
const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/**
 * @param {object} source
 * @param {string} source.discoveryUri checked already
 * @param {string} source.issuer
 * @param {string[]} [source.hosts]
 * @param {(uri: string, init: object) => Promise<Response>} source.fetch
 * @param {number} source.timeout milliseconds for both documents together
 * @param {number} source.maxBytes of each document
 * @returns {Promise<string>} a JSON Web Key Set of public signing keys
 */
export async function fetchKeySet(source) {
  const limit = new Deadline(source.timeout);
  try {
    const discovery = await fetchObject(source.discoveryUri, "options.discoveryUri", source, limit);
    const jwksUri = readDiscovery(discovery, source);
    return readKeySet(await fetchObject(jwksUri, "jwks_uri", source, limit));
  } finally {
    limit.end();
  }
}

// ---------------------------------------------------------------------------------------- what is in them

function readDiscovery({ issuer: found, jwks_uri: jwksUri }, { issuer, hosts }) {
  if (found !== issuer) {
    const said = typeof found === "string" ? JSON.stringify(found.slice(0, LONGEST_QUOTE)) : "none";
    throw invalid(
      "issuer",
      `expected the issuer ${JSON.stringify(issuer)}, to the letter; the discovery document names ${said}: ` +
        "correct options.issuer, or the address if this is another tenant's",
    );
  }
  if (typeof jwksUri !== "string") throw invalid("jwks_uri", "the discovery document names no address of a key set");
  return publicAddress(jwksUri, "jwks_uri", hosts);
}

function readKeySet({ keys }) {
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MOST_KEYS || !keys.every(isObject)) {
    throw invalid("keys", `expected a key set with a list of 1 to ${MOST_KEYS} keys`);
  }
  const kept = keys.filter(isPublicSigningKey).map(publicMembers);
  if (kept.length > 0) return JSON.stringify({ keys: kept });
  throw invalid("keys", `none of the ${keys.length} keys is a public key to verify signatures with`);
}

/** A key that came with a private part is not secret any more, and verifies nothing. */
function isPublicSigningKey(key) {
  return (
    KEY_TYPES.includes(key.kty) &&
    (key.use === undefined || key.use === "sig") &&
    !PRIVATE.some((name) => Object.hasOwn(key, name)) &&
    PUBLIC_TEXTS.every((name) => key[name] === undefined || typeof key[name] === "string") &&
    PUBLIC_LISTS.every((name) => key[name] === undefined || isListOfText(key[name]))
  );
}

/** Nothing else is kept: above all no address (`jku`, `x5u`), which somebody might follow. */
function publicMembers(key) {
  const names = [...PUBLIC_TEXTS, ...PUBLIC_LISTS].filter((name) => key[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, key[name]]));
}

const isListOfText = (value) => Array.isArray(value) && value.every((item) => typeof item === "string");

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// ----------------------------------------------------------------------------------------- how they come

async function fetchObject(uri, path, { fetch, timeout, maxBytes }, limit) {
  const { host } = new URL(uri);
  try {
    const response = await limit.race(fetch(uri, requestInit(limit.signal)));
    checkAnswer(response, host, path);
    return parseObject(await readBody(response.body, maxBytes, limit, host, path), host, path);
  } catch (error) {
    if (error instanceof KeywicketError) throw error;
    if (limit.isOver) {
      throw unreachable(path, `${host} has not answered in full after the ${timeout} ms of options.timeout`);
    }
    throw unreachable(path, `${host} could not be reached: see that it is up, and open to requests from here`, error);
  }
}

/**
 * `redirect: "error"` would do, but Workers throw on it; they, and only they, also throw on some of the optional
 * members, which are those that their Request does not know.
 */
function requestInit(signal) {
  const init = { redirect: "manual", headers: { accept: "application/json" }, signal };
  // A browser's cache may answer with the very key set that does not have the key asked for.
  const optional = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" };
  for (const [name, value] of Object.entries(optional)) {
    if (name in Request.prototype) init[name] = value;
  }
  return init;
}

function checkAnswer(response, host, path) {
  const { status, type, redirected } = response ?? {};
  if (redirected || type === "opaqueredirect" || (status >= 300 && status < 400)) {
    const message = `${host} redirects, which is not followed: name the address where the document is`;
    throw new KeywicketError("openid.refused", `${message} (at ${path})`, { path });
  }
  if (status !== 200) throw unreachable(path, `${host} answered with status ${status} instead of 200`);
}

function readBody(body, maxBytes, limit, host, path) {
  const tooLarge = () => {
    const message = `${host} sent more than the ${maxBytes} bytes of options.maxBytes`;
    return new KeywicketError("openid.too_large", `${message} (at ${path})`, { path });
  };
  return readBounded(body, maxBytes, tooLarge, (promise) => limit.race(promise));
}

function parseObject(bytes, host, path) {
  let value;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The error is not kept: it quotes the document.
  }
  if (!isObject(value)) throw invalid(path, `expected a JSON object from ${host}`);
  return value;
}

/** A limit on time that holds even for what does not listen to its signal. */
class Deadline {
  isOver = false;
  #abort = new AbortController();
  #timer;
  #over;

  constructor(milliseconds) {
    this.#over = new Promise((_, reject) => {
      this.#timer = setTimeout(() => {
        this.isOver = true;
        reject(new Error("time is over"));
      }, milliseconds);
    });
  }

  get signal() {
    return this.#abort.signal;
  }

  race(promise) {
    return Promise.race([promise, this.#over]);
  }

  /** Lets go of the timer, and of connections that were not read to their end. */
  end() {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }
}

const invalid = (path, message) => new KeywicketError("openid.invalid", `${message} (at ${path})`, { path });

const unreachable = (path, message, cause) =>
  new KeywicketError("openid.unreachable", `${message} (at ${path})`, { path, cause });
