/**
 * A Cloudflare Worker that is a key server: the Worker answers, a Durable Object for each account keeps. Nothing happens before
 * the first request: at global scope there is neither a clock nor randomness.
 */

import { readOptions, wrongType } from "../arguments.js";
import { KeyService } from "../workerd.js";
import { clientAddressFromEnvironment, settingsFromEnvironment } from "./environment.js";
import { Misconfigured, misconfigured } from "./misconfigured.js";
import { RemoteStore } from "./remote-store.js";

export { KeyAccount } from "./key-account.js";
export { RemoteStore } from "./remote-store.js";
export { settingsFromEnvironment } from "./environment.js";

const OPTIONS = ["account", "settings", "clientAddress"];
/** Of the accounts whose services are ready in this isolate; the one longest unused is made anew when it is asked for again. */
const MAX_SERVICES = 100;
const MAX_ACCOUNT_LENGTH = 200;

const ADDRESSES = new Map([
  ["none", () => undefined],
  ["cf-connecting-ip", (request) => request.headers.get("cf-connecting-ip") ?? undefined],
]);

export function createWorker(options) {
  const {
    account = () => "default",
    settings = settingsFromEnvironment,
    clientAddress = "none",
  } = readOptions(options, OPTIONS);
  const addressOf = typeof clientAddress === "function" ? clientAddress : ADDRESSES.get(clientAddress);
  for (const [name, value] of Object.entries({ account, settings, clientAddress: addressOf })) {
    if (typeof value !== "function") throw wrongType(`options.${name}`, EXPECTED[name]);
  }
  const services = new Map();

  /** What is kept is the service, never a promise of it: a promise dies with the request that it belongs to. */
  async function make(name, env) {
    const service = new KeyService({ ...(await settings(name, env)), store: storeOf(env, name) });
    // Another request may have been quicker.
    const other = services.get(name);
    if (other !== undefined) {
      service.dispose();
      return other;
    }
    if (services.size >= MAX_SERVICES) {
      const [[unused, before]] = services;
      services.delete(unused);
      before.dispose();
    }
    services.set(name, service);
    return service;
  }

  /** One that is ready; it becomes the last of the row. */
  function ready(name) {
    const service = services.get(name);
    if (service !== undefined) {
      services.delete(name);
      services.set(name, service);
    }
    return service;
  }

  function serve(service, request, env, context) {
    let clientAddress;
    try {
      clientAddress = addressOf(request, env);
    } catch (error) {
      return misconfigured(error);
    }
    return service.fetch(request, { clientAddress, waitUntil: (promise) => context.waitUntil(promise) });
  }

  async function serveFirst(name, request, env, context) {
    let service;
    try {
      service = await make(name, env);
    } catch (error) {
      return misconfigured(error);
    }
    return serve(service, request, env, context);
  }

  return {
    fetch(request, env, context) {
      let name;
      try {
        name = account(request, env);
      } catch (error) {
        return misconfigured(error);
      }
      if (name === undefined || name === null) return noAccount();
      const service = ready(name);
      return service === undefined ? serveFirst(name, request, env, context) : serve(service, request, env, context);
    },
  };
}

const EXPECTED = {
  account: "a function of a request, which gives the account's name",
  settings: "a function of an account's name, which gives the options of its KeyService",
  clientAddress: '"none", "cf-connecting-ip" or a function of a request',
};

function storeOf(env, name) {
  if (typeof env.KEYS?.idFromName !== "function") throw new Misconfigured("KEYS", "worker.no_binding");
  if (typeof name !== "string" || name === "" || name.length > MAX_ACCOUNT_LENGTH) {
    throw wrongType("options.account", `1 to ${MAX_ACCOUNT_LENGTH} characters`);
  }
  return new RemoteStore(env.KEYS, name);
}

/** Nothing is served there. */
const noAccount = () => new Response(null, { status: 404, headers: { "cache-control": "no-store" } });

export default createWorker({ clientAddress: clientAddressFromEnvironment(ADDRESSES) });
