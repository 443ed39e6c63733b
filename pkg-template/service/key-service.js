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
  #lastLines;
  #lastHeaders;

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
    const body = request.body === null ? undefined : await readBody(request, this.#maxBody);
    try {
      const { url, method, headers } = request;
      // Whatever is remembered is answered here and now, in one call.
      let step = this.#core.use((core) => core.begin(method, url, lines(headers), body, clientAddress, Date.now()));
      if (!Array.isArray(step)) step = await this.#walk(step);
      if (step === undefined) return failed();
      const [status, headerLines, bytes, audit] = step;
      if (audit !== "") this.#audit.add(audit, waitUntil);
      // A body is nothing where HTTP knows none.
      const isEmpty = method === "HEAD" || status === 204 || status === 304;
      return new Response(isEmpty ? null : bytes, { status, headers: this.#headers(headerLines) });
    } catch (error) {
      if (error?.code === "internal") return failed();
      throw error;
    } finally {
      body?.fill(0);
    }
  }

  /** Does what is asked, step by step, up to the answer; nothing where the core has started afresh meanwhile. */
  async #walk(ask) {
    const { call } = ask;
    const { generation } = instance;
    let step = ask;
    do {
      const reply = await this.#platform(step);
      if (generation !== instance.generation) return undefined;
      step = instance.call(() => call.step(reply));
    } while (!Array.isArray(step));
    call.free();
    return step;
  }

  /** Deliveries have the same headers again and again, which costs half the time of making a response. */
  #headers(text) {
    if (text !== this.#lastLines) {
      this.#lastHeaders = parsed(text);
      this.#lastLines = text;
    }
    return this.#lastHeaders;
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
  // Some browsers do not show the stream of a request, or let nobody iterate over it.
  if (request.body?.[Symbol.asyncIterator] === undefined) return new Uint8Array(await request.arrayBuffer());
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

/** Names and values, a line each: no value of HTTP holds the end of one. */
function lines(headers) {
  let text = "";
  for (const [name, value] of headers) text += `${name}\n${value}\n`;
  return text;
}

function parsed(text) {
  const headers = new Headers();
  const parts = text.split("\n");
  for (let at = 0; at + 1 < parts.length; at += 2) headers.append(parts[at], parts[at + 1]);
  return headers;
}

/** The core has started afresh, and with it went whatever was under way. */
const failed = () =>
  Response.json(
    { Error: { Message: "The service failed inside and has started afresh. Try again.", Code: "internal" } },
    { status: 500, headers: { "cache-control": "no-store" } },
  );
