/**
 * The key service: requests go through the core, which asks for storage, private keys and the network step by step. Here
 * is who does what it asks.
 */

import { readOptions, wrongType } from "../arguments.js";
import { disposable } from "../disposable.js";
import { instance } from "../engine.js";
import { Handle } from "../handle.js";
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
  /** Requests under way: the core lives until the last of them is answered. */
  #underWay = 0;
  #isDisposed = false;

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
  async fetch(request, context) {
    let body;
    let isRead = false;
    this.#underWay += 1;
    try {
      if (request.body !== null) body = await readBody(request, this.#maxBody);
      isRead = true;
      return await this.#answer(request, body, context ?? {});
    } catch {
      // What it was is in no answer: it may hold what must not be told.
      return isRead ? failed() : incomplete();
    } finally {
      body?.fill(0);
      this.#underWay -= 1;
      if (this.#isDisposed) this.dispose();
    }
  }

  async #answer({ url, method, headers }, body, { clientAddress, waitUntil }) {
    // Whatever is remembered is answered here and now, in one call.
    let step = this.#core.use((core) => core.begin(method, url, lines(headers), body, clientAddress, Date.now()));
    if (!Array.isArray(step)) step = await this.#walk(step);
    const [status, headerLines, bytes, audit] = step;
    if (audit !== "") this.#audit.add(audit, waitUntil);
    // A body is nothing where HTTP knows none.
    const isEmpty = method === "HEAD" || status === 204 || status === 304;
    return new Response(isEmpty ? null : bytes, { status, headers: this.#headers(headerLines) });
  }

  /** Does what is asked, step by step, up to the answer. Throws where the core has started afresh meanwhile. */
  async #walk(ask) {
    const call = new Handle(ask.call);
    let step = ask;
    try {
      do {
        const reply = await this.#platform(step);
        try {
          step = call.use((core) => core.step(reply));
        } finally {
          // An unwrapped key, of which the core has its copy.
          if (reply instanceof Uint8Array) reply.fill(0);
        }
      } while (!Array.isArray(step));
      return step;
    } finally {
      call.free();
    }
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

  /** Requests under way are still answered. */
  dispose() {
    this.#isDisposed = true;
    if (this.#underWay === 0) this.#core.dispose();
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
  try {
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
    }
    return body;
  } finally {
    for (const part of parts) part.fill(0);
  }
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

/** Most likely the core has started afresh, and with it went whatever was under way. */
const failed = () => refused(500, "internal", "The service failed inside. Try again.");

const incomplete = () => refused(400, "request.incomplete", "The body of the request broke off. Send the request again.");

const refused = (status, Code, Message) =>
  Response.json({ Error: { Message, Code } }, { status, headers: { "cache-control": "no-store" } });
