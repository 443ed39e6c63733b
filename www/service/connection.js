// The page's end of the service: starting it, asking it, forgetting it.
import { IndexedDbStore } from "keywicket";
import { changed, state } from "../state.js";
import { BASE, DATABASE } from "./address.js";
import { adminToken, identity, IDENTITY_DATABASE } from "./identity.js";
import { PAGE_CACHE } from "./offline.js";

const PATIENCE = 10_000;
/** A token is used again until little of its life is left. */
const TOKEN_MILLISECONDS = 300_000;

let who = null;
let token = { text: "", until: 0 };

/** Whether it was started here before. */
export const wasStarted = async () =>
  "serviceWorker" in navigator && (await navigator.serviceWorker.getRegistration(new URL(".", document.baseURI))) !== undefined;

/** Starts the worker, or finds it, and asks it for its certificate as any client would. */
export async function start() {
  if (!("serviceWorker" in navigator)) {
    throw new Error("This browser gives this page no Service Worker: open it by https or from this machine, and not in a private window.");
  }
  const registration = await navigator.serviceWorker.register(new URL("service-worker.js", document.baseURI), { type: "module" });
  await inControl(registration);
  who = await identity();
  const deliveryRoot = new URL(BASE, document.baseURI).href;
  const root = `${deliveryRoot}api/`;
  const thumbprint = await functionValue(`${root}GetProtectionKeyId?contentKeyType=4`);
  const certificate = await functionValue(`${root}GetProtectionKey?ProtectionKeyId='${encodeURIComponent(thumbprint)}'`);
  state.service = { root, deliveryRoot, certificate, thumbprint };
  changed("service");
}

/** The worker answers this page only once it controls it; a page reloaded past the worker asks for that. */
async function inControl(registration) {
  const { active } = await navigator.serviceWorker.ready;
  if (navigator.serviceWorker.controller !== null) return;
  const controlled = new Promise((resolve, reject) => {
    navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
    setTimeout(() => reject(new Error("The service’s worker did not take this page over. Reload the page.")), PATIENCE);
  });
  (registration.active ?? active).postMessage("keywicket:claim");
  if (navigator.serviceWorker.controller === null) await controlled;
}

/** A token for managing, for the header `Authorization` or `Keywicket-Admin`. */
export async function bearer() {
  if (Date.now() >= token.until) token = { text: await adminToken(who), until: Date.now() + TOKEN_MILLISECONDS };
  return `Bearer ${token.text}`;
}

/**
 * Sends a request of the management API as the one who manages.
 *
 * @param {{ method: string, url: string, headers?: Record<string, string>, body?: string }} request
 */
export async function send({ method, url, headers, body }) {
  if (!isOurs(url)) throw new Error("This request goes to another service: put the root of this one back to send it.");
  const answer = await fetch(url, {
    method, headers: { ...headers, Authorization: await bearer() }, body: body || undefined, cache: "no-store",
  });
  return { status: answer.status, reason: REASONS[answer.status] ?? "", headers: [...answer.headers], text: await answer.text() };
}

export const isOurs = (url) => state.service !== null && url.startsWith(state.service.root);

/** Asks for a key as a player does, with a token or without, and with other headers where there are any. */
export const askForKey = (guid, viewer, headers = {}) =>
  fetch(`${state.service.deliveryRoot}?KID=${guid}`, {
    headers: { ...headers, ...(viewer && { Authorization: `Bearer ${viewer}` }) }, cache: "no-store",
  });

async function functionValue(url) {
  const headers = { Accept: "application/json", "x-ms-version": "2.19" };
  const answer = await fetch(url, { headers: { ...headers, Authorization: await bearer() }, cache: "no-store" });
  if (!answer.ok) throw new Error(`The service answered ${answer.status} to the question for its certificate: ${await answer.text()}`);
  return (await answer.json()).value;
}

/**
 * Forgets the keys, the entities, the audit log, the files and the worker, and nothing of other pages of this origin. The page
 * must be loaded anew afterwards.
 */
export async function forget() {
  state.service = null;
  const scope = new URL(".", document.baseURI).href;
  // Where there is none of ours, the browser gives that of a folder above.
  const registration = await navigator.serviceWorker.getRegistration(scope);
  if (registration?.scope === scope) await registration.unregister();
  await Promise.all([DATABASE, IDENTITY_DATABASE].map((name) => IndexedDbStore.remove(name)));
  await Promise.all((await caches.keys()).filter((name) => name === PAGE_CACHE || name.endsWith(` ${scope}`)).map((name) => caches.delete(name)));
}

export const REASONS = {
  200: "OK", 201: "Created", 204: "No Content", 301: "Moved Permanently", 400: "Bad Request", 401: "Unauthorized",
  403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 412: "Precondition Failed",
  413: "Content Too Large", 415: "Unsupported Media Type", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
};
