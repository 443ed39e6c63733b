/** The verifier of the whole package: policies in any form, and everything that explains a decision. */

import { readOptions, wrongType } from "./arguments.js";
import { withNow } from "./clock.js";
import { codeTexts } from "./decision.js";
import { disposable } from "./disposable.js";
import { call, instance } from "./engine.js";
import { KeywicketError } from "./error.js";
import { Gate } from "./gate.js";
import { jsonText } from "./json.js";
import { readToken } from "./request.js";
import { signatures } from "./runtime.js";

/** @type {(gate: TokenVerifier, token: unknown, key: unknown, options: unknown) => object} */
export let deliverThrough;

export function compilePolicy(policy, options) {
  const settings =
    typeof options?.jwks === "object" && options.jwks !== null
      ? { ...options, jwks: jsonText(options.jwks, "options.jwks") }
      : options;
  const source = isV3(policy) ? jsonText(policy, "policy") : policy;
  return call((core) => core.compilePolicy(source, settings));
}

/** A policy of v3, an option of one, or an option's restriction: they cross as the JSON that they are. */
function isV3(policy) {
  if (typeof policy !== "object" || policy === null || Array.isArray(policy)) return false;
  return ["@odata.type", "properties", "options", "restriction"].some((name) => Object.hasOwn(policy, name));
}

export class TokenVerifier {
  #gate;
  /** Where the key set comes from, the set that the gate has, and the gate with none. */
  #openId;
  #isDisposed = false;

  constructor(policy, options) {
    const { openIdKeys, ...settings } = options ?? {};
    const isKeys = typeof openIdKeys?.current === "function" && typeof openIdKeys.refresh === "function";
    if (openIdKeys !== undefined && !isKeys) throw wrongType("options.openIdKeys", "an OpenIdKeys");
    const compiled = compilePolicy(policy, options === undefined ? undefined : settings);
    this.#gate = new Gate(instance, compiled.slice(), signatures());
    if (isKeys) this.#openId = { keys: openIdKeys, compiled, jwks: undefined, running: new Map() };
    else compiled.fill(0);
  }

  check(token, request) {
    return this.#gate.check(token, request);
  }

  checkAsync(token, request) {
    return this.#openId === undefined ? this.#gate.checkAsync(token, request) : this.#checkWithProvider(token, request);
  }

  async #checkWithProvider(token, request) {
    // Once: fetching keys takes time, and the decision is about now.
    const timed = withNow(request);
    const failure = await this.#takeKeys().then(
      () => undefined,
      (error) => error,
    );
    const keySet = this.#openId.jwks;
    let decision = await this.#checkWithKeys(token, timed);
    if (MAY_BE_NEW.includes(decision.code)) {
      await this.#openId.keys.refresh();
      await this.#takeKeys();
      // Whoever brought the new set, this request or another.
      if (this.#openId.jwks !== keySet) decision = await this.#checkWithKeys(token, timed);
    }
    // Keys of the policy itself are good without the provider; a refusal without its keys would be a guess.
    if (failure !== undefined && !decision.allowed) throw failure;
    return decision;
  }

  async #checkWithKeys(token, request) {
    const gate = this.#gate;
    const running = this.#openId.running;
    running.set(gate, (running.get(gate) ?? 0) + 1);
    try {
      return await gate.checkAsync(token, request);
    } finally {
      running.set(gate, running.get(gate) - 1);
      this.#retire(gate);
    }
  }

  /** Puts the provider's keys in, if they are others than before. */
  async #takeKeys() {
    const openId = this.#openId;
    const jwks = await openId.keys.current();
    // Fetching takes time: what was disposed of meanwhile says so itself.
    if (jwks === openId.jwks || this.#isDisposed) return;
    const compiled = call((core) => core.withKeySet(openId.compiled, jwks));
    const before = this.#gate;
    this.#gate = new Gate(instance, compiled, signatures());
    openId.jwks = jwks;
    this.#retire(before);
  }

  /** Disposes of a gate that is no longer in use and that no check waits for. */
  #retire(gate) {
    if (gate === this.#gate || this.#openId.running.get(gate) > 0) return;
    this.#openId.running.delete(gate);
    gate.dispose();
  }

  explain(token, request) {
    return this.#gate.with(token, request, "request", (gate, input, decided) => {
      const { packed, checks } = gate.explain(...input);
      return Object.assign(decided(packed), { checks });
    });
  }

  record(token, request) {
    return this.#gate.with(token, request, "request", (gate, input, decided, asked) => {
      const { packed, checks, policyDigest, tokenTextDigest } = gate.record(...input);
      const decision = decided(packed).toJSON();
      return { version: 1, policyDigest, tokenTextDigest, request: written(asked, decision.keyId), decision, checks };
    });
  }

  replay(record, token) {
    if (record?.version !== 1 || !record.decision || !record.request) {
      const message = "`record` must be what `record()` returned, or the same read back from JSON.";
      throw new KeywicketError("argument.wrong_type", message, { path: "record" });
    }
    const now = this.record(token, record.request);
    const differences = Object.keys(now).filter((name) => inOrder(now[name]) !== inOrder(record[name]));
    return { same: differences.length === 0, differences, record: now };
  }

  simulate(input = {}) {
    const { tokens, keyIds, times, ...rest } = readOptions(input, SIMULATED, "input");
    // As `check` reads them: how much longer a token is than any that is read does not matter.
    const texts = Array.isArray(tokens) ? tokens.map((token) => (typeof token === "string" ? readToken(token) : token)) : tokens;
    const numbers = this.#gate.with("", { ...rest, keyId: ANY_KEY, now: 0 }, "input", (gate, [length, head, , uses]) =>
      gate.simulate(texts, keyIds, times, length, head, uses),
    );
    const codes = call(codeTexts);
    let next = 0;
    return tokens.map(() => keyIds.map(() => times.map(() => codes[numbers[next++]])));
  }

  dispose() {
    this.#isDisposed = true;
    this.#gate.dispose();
    this.#openId?.compiled.fill(0);
  }

  static {
    disposable(this);

    deliverThrough = (verifier, token, key, options = {}) => {
      if (typeof verifier !== "object" || verifier === null || !(#gate in verifier)) {
        const message = "`gate` must be a TokenVerifier, as made by `new TokenVerifier(policy)`.";
        throw new KeywicketError("argument.wrong_type", message, { path: "gate" });
      }
      // The request is about the key that is handed over, whatever its `id` is like: the core reads it.
      const request = typeof options === "object" && options !== null ? { ...options, keyId: ANY_KEY } : options;
      return verifier.#gate.with(token, request, "options", (gate, input, decided) => {
        const { packed, body } = gate.deliver(key, ...input);
        const decision = decided(packed, "");
        return body === undefined ? { decision } : { decision, body };
      });
    };
  }
}

/** Refusals that newer keys of the provider could turn: it may have changed its keys, or their algorithm. */
const MAY_BE_NEW = ["token.unknown_key", "token.algorithm_not_allowed", "token.no_usable_key"];

const SIMULATED = ["tokens", "keyIds", "times", "clientAddress", "keyDeliveryType", "uses"];

/** In place of an id that the core takes from elsewhere. */
const ANY_KEY = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** JSON with the members of objects in one order: a store may have put them in another. */
function inOrder(value) {
  const isObject = (member) => typeof member === "object" && member !== null && !Array.isArray(member);
  const sorted = (member) => Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify(value, (_, member) => (isObject(member) ? sorted(member) : member));
}

/** A request as a record keeps it: only what was said. */
function written({ now, clientAddress, kind, uses }, keyId) {
  const request = { keyId, now };
  if (clientAddress !== "") request.clientAddress = clientAddress;
  if (kind > 0) request.keyDeliveryType = kind;
  if (uses >= 0) request.uses = uses;
  return request;
}
