/**
 * The key service: requests go through the core, which asks for storage, private keys and the network step by step. Here
 * is who does what it asks.
 */

import { readOptions, wrongType } from "../arguments.js";
import { disposable } from "../disposable.js";
import { instance } from "../engine.js";
import { Rebuildable } from "../rebuildable.js";
import { compilePolicy } from "../verifier.js";
import { AuditBuffer } from "./audit-buffer.js";
import { platformOf } from "./platform.js";

const OPTIONS = [
  "store",
  "adminPolicy",
  "protectionKeys",
  "root",
  "entryHosts",
  "adminHosts",
  "deliveryHosts",
  "deliveryRoot",
  "allowedOrigins",
  "playlistOrigins",
  "cacheSeconds",
  "scanLimit",
  "fetch",
  "openIdKeys",
];

export class KeyService {
  #core;
  #platform;
  #audit;
  #maxBody;

  constructor(options) {
    const { store, adminPolicy, protectionKeys = [], fetch, openIdKeys, ...rest } = readOptions(options, OPTIONS);
    if (typeof store?.commit !== "function") throw wrongType("options.store", "a KeyStore");
    const settings = {
      ...rest,
      protectionKeys: protectionKeys.map(({ certificate, privateKey }) => ({ certificate, canUnwrap: privateKey !== undefined })),
    };
    if (adminPolicy !== undefined) settings.adminPolicy = compilePolicy(adminPolicy);
    this.#core = new Rebuildable(
      instance,
      "KeyService",
      settings,
      (core, source) => new core.KeyServiceCore(source),
      (source) => source.adminPolicy?.fill(0),
    );
    this.#maxBody = instance.call((core) => core.KeyServiceCore.maxBody());
    this.#platform = platformOf({ store, protectionKeys, fetch, openIdKeys });
    this.#audit = new AuditBuffer(store);
  }

  /**
   * @param {Request} request
   * @param {{ clientAddress?: string, waitUntil?: (promise: Promise<unknown>) => void }} [context]
   * @returns {Promise<Response>}
   */
  async fetch(request, { clientAddress, waitUntil } = {}) {
    const body = await readBody(request, this.#maxBody);
    const headers = [...request.headers].flat();
    let step;
    try {
      const call = this.#core.use((core) =>
        core.begin(request.method, request.url, headers, body, clientAddress, Date.now()),
      );
      const generation = instance.generation;
      let reply;
      for (;;) {
        if (generation !== instance.generation) return failed();
        step = instance.call(() => call.step(reply));
        if (step.response !== undefined) break;
        reply = await this.#platform(step);
      }
      call.free();
    } catch (error) {
      if (error?.code === "internal") return failed();
      throw error;
    } finally {
      body.fill(0);
    }
    this.#audit.add(step.response.audit, waitUntil);
    return answer(step.response, request.method);
  }

  /** Writes what the audit log still lacks; deliveries are logged in batches. */
  flush() {
    return this.#audit.flush();
  }

  dispose() {
    this.#core.dispose();
  }

  static {
    disposable(this);
  }
}

/** One byte more than is read says enough: the core answers 413. */
async function readBody(request, max) {
  if (request.body === null) return new Uint8Array();
  const parts = [];
  let length = 0;
  for await (const part of request.body) {
    parts.push(part);
    length += part.length;
    if (length > max) break;
  }
  const body = new Uint8Array(Math.min(length, max + 1));
  let at = 0;
  for (const part of parts) {
    body.set(part.subarray(0, body.length - at), at);
    at = Math.min(at + part.length, body.length);
    part.fill(0);
  }
  return body;
}

/** A body is nothing where HTTP knows none. */
function answer({ status, headers, body }, method) {
  const isEmpty = method === "HEAD" || status === 204 || status === 304;
  return new Response(isEmpty ? null : body, { status, headers });
}

/** The core has started afresh, and with it went whatever was under way. */
const failed = () =>
  Response.json(
    { Error: { Message: "The service failed inside and has started afresh. Try again.", Code: "internal" } },
    { status: 500, headers: { "cache-control": "no-store" } },
  );
