/** The settings of a key service, as the variables and secrets of a Worker say them. */

import { decodeBase64 } from "../base64.js";
import { certificatePublicKey, importPrivateKey, OpenIdKeys } from "../workerd.js";
import { Misconfigured } from "./misconfigured.js";

/**
 * @param {string} _account they are the same for every account
 * @param {Record<string, unknown>} env
 */
export async function settingsFromEnvironment(_account, env) {
  const text = (name) => optionalText(env, name);
  const list = (name) => (text(name) ?? "").split(/[\s,]+/).filter(Boolean);
  const settings = {
    adminPolicy: policy(text("ADMIN_POLICY")),
    protectionKeys: await protectionKeys(text),
    root: text("API_ROOT"),
    deliveryRoot: text("DELIVERY_ROOT"),
    entryHosts: list("ENTRY_HOSTS"),
    adminHosts: list("ADMIN_HOSTS"),
    deliveryHosts: list("DELIVERY_HOSTS"),
    allowedOrigins: list("ALLOWED_ORIGINS"),
    playlistOrigins: list("PLAYLIST_ORIGINS"),
    cacheSeconds: number("CACHE_SECONDS", text("CACHE_SECONDS")),
    scanLimit: number("SCAN_LIMIT", text("SCAN_LIMIT")),
    openIdKeys: openIdKeys(list("OPENID_HOSTS")),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Where a client's address is found, as the variable `CLIENT_ADDRESS` says; nowhere without it. */
export function clientAddressFromEnvironment(addresses) {
  return (request, env) => {
    const find = addresses.get(optionalText(env, "CLIENT_ADDRESS") ?? "none");
    if (find === undefined) throw new Misconfigured("CLIENT_ADDRESS", "argument.out_of_range");
    return find(request);
  };
}

function optionalText(env, name) {
  const value = env[name];
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string") throw new Misconfigured(name, "argument.wrong_type");
  return value;
}

/** XML of v2, or JSON of v3. */
function policy(text) {
  if (!text?.trimStart().startsWith("{")) return text;
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says quotes the text.
    throw new Misconfigured("ADMIN_POLICY", "worker.not_json");
  }
}

function number(name, text) {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new Misconfigured(name, "argument.wrong_type");
  return Number(text);
}

/** The pair that new keys are wrapped to, and the one before it, whose keys are still to be delivered. */
async function protectionKeys(text) {
  const keys = [];
  for (const prefix of ["", "PREVIOUS_"]) {
    const certificate = text(`${prefix}PROTECTION_CERTIFICATE`);
    const privateKey = text(`${prefix}PROTECTION_KEY`);
    if (certificate === undefined && privateKey !== undefined) {
      throw new Misconfigured(`${prefix}PROTECTION_CERTIFICATE`, "argument.missing");
    }
    if (certificate === undefined) continue;
    const imported = privateKey && (await imports(`${prefix}PROTECTION_KEY`, privateKey));
    if (imported) await mustBelong(`${prefix}PROTECTION_KEY`, certificate, imported);
    keys.push(imported ? { certificate, privateKey: imported } : { certificate });
  }
  return keys;
}

async function imports(name, text) {
  try {
    return await importPrivateKey(text.includes("-----") ? text : decodeBase64(text));
  } catch (error) {
    throw new Misconfigured(name, error.code ?? "unwrap.bad_private_key");
  }
}

/** Otherwise every delivery would fail, and nobody would know why. */
async function mustBelong(name, certificate, privateKey) {
  let publicBytes;
  try {
    publicBytes = certificatePublicKey(certificate).spki;
  } catch {
    // The service says what is wrong with it.
    return;
  }
  const algorithm = { name: "RSA-OAEP", hash: "SHA-1" };
  const publicKey = await crypto.subtle.importKey("spki", publicBytes, algorithm, false, ["encrypt"]);
  try {
    await crypto.subtle.decrypt(algorithm, privateKey, await crypto.subtle.encrypt(algorithm, publicKey, new Uint8Array(16)));
  } catch {
    throw new Misconfigured(name, "worker.other_certificate");
  }
}

const DISCOVERY = "/.well-known/openid-configuration";
/** Of the providers whose keys are kept. */
const MAX_PROVIDERS = 100;

/** Keys of providers on the listed hosts alone: a policy must not send this Worker just anywhere. */
function openIdKeys(hosts) {
  if (hosts.length === 0) return undefined;
  const known = new Map();
  return (discoveryUri) => {
    let keys = known.get(discoveryUri);
    if (keys === undefined && discoveryUri.endsWith(DISCOVERY) && known.size < MAX_PROVIDERS) {
      // The issuer is the address without that end: OpenID Connect Discovery 1.0, section 4.
      const issuer = discoveryUri.slice(0, -DISCOVERY.length);
      keys = new OpenIdKeys({ discoveryUri, issuer, allowedHosts: hosts });
      known.set(discoveryUri, keys);
    }
    return keys;
  };
}
