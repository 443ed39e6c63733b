// Who the service of this browser is: the private key that unwraps, its certificate, and the key that signs for the one who
// manages. Neither private key can be read out, by this page or by another.
import { mintTokenAsync, verificationKeyFromJwk } from "keywicket";
import { selfSigned } from "./certificate-der.js";

export const IDENTITY_DATABASE = "keywicket-console";
const STORE = "identity";
const ONLY = "only";
const YEARS = 10;
const ADMIN_SECONDS = 600;
const SIGNING = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };

/**
 * @typedef {object} Identity
 * @property {string} certificate base64 of DER
 * @property {CryptoKey} privateKey RSA-OAEP with SHA-1; not extractable
 * @property {CryptoKey} adminKey signs tokens of the one who manages; not extractable
 * @property {JsonWebKey} adminJwk its public half
 */

/** The identity, made at the first time. The page and its worker may ask at the same time: the first one made is kept. @returns {Promise<Identity>} */
export async function identity() {
  const database = await open();
  try {
    return (await run(database, "readonly", (store) => store.get(ONLY))) ?? (await keep(database, await make()));
  } finally {
    database.close();
  }
}

/** Who may manage: whoever holds a token signed by this browser. */
export const adminPolicy = ({ adminJwk }) => ({
  tokenType: "JWT", issuer: "urn:keywicket:this-browser", audience: "urn:keywicket:management",
  primaryVerificationKey: verificationKeyFromJwk(adminJwk),
});

/** A token for managing, good for some minutes. */
export const adminToken = (who) =>
  mintTokenAsync(adminPolicy(who), { privateKey: who.adminKey, algorithm: "RS256", lifetime: ADMIN_SECONDS });

async function make() {
  const unwrapping = await crypto.subtle.generateKey(SIGNING, true, ["sign", "verify"]);
  const from = new Date();
  const until = new Date(from);
  until.setUTCFullYear(from.getUTCFullYear() + YEARS);
  const certificate = await selfSigned({ commonName: "Key service in this browser", from, until, keys: unwrapping });
  const admin = await crypto.subtle.generateKey(SIGNING, false, ["sign", "verify"]);
  const { kty, n, e } = await crypto.subtle.exportKey("jwk", admin.publicKey);
  return {
    certificate: btoa(String.fromCharCode(...certificate)),
    privateKey: await forUnwrapping(unwrapping.privateKey),
    adminKey: admin.privateKey,
    adminJwk: { kty, n, e },
  };
}

/** The same key for its real purpose: WebCrypto ties a key to what it is for, and the certificate had to be signed. */
async function forUnwrapping(signing) {
  const bytes = new Uint8Array(await crypto.subtle.exportKey("pkcs8", signing));
  try {
    return await crypto.subtle.importKey("pkcs8", bytes, { name: "RSA-OAEP", hash: "SHA-1" }, false, ["decrypt"]);
  } finally {
    bytes.fill(0);
  }
}

function open() {
  const request = indexedDB.open(IDENTITY_DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return done(request).then((database) => {
    database.onversionchange = () => database.close();
    return database;
  });
}

const keep = (database, made) => new Promise((resolve, reject) => {
  const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
  const store = transaction.objectStore(STORE);
  const asked = store.get(ONLY);
  asked.onsuccess = () => {
    if (asked.result === undefined) store.put(made, ONLY);
  };
  transaction.oncomplete = () => resolve(asked.result ?? made);
  transaction.onabort = () => reject(transaction.error);
});

const run = (database, mode, use) => done(use(database.transaction(STORE, mode).objectStore(STORE)));

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
