/**
 * What stays behind in linear memory after each call: the bytes of keys, their base64, the text of tokens. The memory
 * is the real one, seen through the engine. Refusals must not tell a secret either.
 */

import { exportsOf, must, thrownBy } from "./checks.mjs";
import { KEY_ID, NOW, restriction } from "./inputs.mjs";

const encoder = new TextEncoder();
const request = { keyId: KEY_ID, now: NOW };

/** Bytes that occur nowhere by chance. */
const pattern = (length, step) => Uint8Array.from({ length }, (_, index) => ((index * step + 0x9d) % 251) ^ 0xa5);
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

const KEY = pattern(16, 101);
const HMAC = pattern(64, 57);
const contentKey = () => ({ id: KEY_ID, type: "EnvelopeEncryption", key: KEY });
const policy = () => ({ ...restriction("JWT"), primaryVerificationKey: { kind: "symmetric", key: HMAC } });

/** @returns {{ looks: number, leaks: string[] }} each leak as "call: secret" */
export function runSecrets(keywicket, engine, { rsaCertificate }) {
  const watch = new Watch(engine);
  watch.add("the content key", KEY);
  watch.add("the verification key", HMAC);
  watch.add("the verification key in base64", encoder.encode(base64(HMAC)));
  // As good as the key itself: what HMAC makes of it before hashing.
  watch.add(
    "the verification key, inner pad",
    HMAC.map((byte) => byte ^ 0x36),
  );
  watch.add(
    "the verification key, outer pad",
    HMAC.map((byte) => byte ^ 0x5c),
  );

  create(keywicket, watch, rsaCertificate);
  const xml = link(keywicket, watch);
  const token = authorize(keywicket, watch, xml);
  proveTheSearch(keywicket, watch);

  // An id is no secret, so it may stay in memory; whoever mixes the two up must still not find it in a log.
  refused(() => keywicket.describeKeyId(token), token, token.slice(0, 20));
  return { looks: watch.looks, leaks: watch.leaks };
}

function create(keywicket, watch, certificate) {
  watch.after("importContentKey", () => keywicket.importContentKey(contentKey()));
  watch.after("importContentKey, refused", () =>
    refused(() => keywicket.importContentKey({ ...contentKey(), type: "StorageEncryption" })),
  );
  watch.after("computeChecksum", () => keywicket.computeChecksum(KEY_ID, KEY));
  watch.after("computeChecksum, refused", () => refused(() => keywicket.computeChecksum(KEY_ID, HMAC)));
  watch.after("wrapContentKey", () => keywicket.wrapContentKey(contentKey(), certificate));
  watch.after("wrapContentKey, refused", () => refused(() => keywicket.wrapContentKey(contentKey(), "AAAA")));
  watch.drawn("generateContentKey", () => keywicket.generateContentKey().key);
  watch.drawn("generateVerificationKey", () => keywicket.generateVerificationKey());
}

function link(keywicket, watch) {
  const text = base64(HMAC);
  const xml = watch.after("buildTokenRestriction", () => keywicket.buildTokenRestriction(policy()));
  watch.after("buildTokenRestriction, refused", () =>
    refused(() => keywicket.buildTokenRestriction({ ...policy(), issuer: "" })),
  );
  watch.after("readTokenRestriction", () => keywicket.readTokenRestriction(xml));
  watch.after("readTokenRestriction, refused at the end", () =>
    refused(() => keywicket.readTokenRestriction(xml.slice(0, -5)), text),
  );
  watch.after("readTokenRestriction, refused inside the key", () => {
    const broken = xml.replace("</KeyValue>", "*</KeyValue>");
    refused(() => keywicket.readTokenRestriction(broken), text, text.slice(0, 20));
  });
  return xml;
}

function authorize(keywicket, watch, xml) {
  const token = watch.after("mintToken", () => keywicket.mintToken(policy(), request));
  watch.add("the token", encoder.encode(token.slice(0, 60)));
  watch.add("the token's signature", encoder.encode(token.slice(-40)));
  watch.after("mintToken from XML", () => keywicket.mintToken(xml, request));
  watch.after("a token in place of a policy", () =>
    refused(() => new keywicket.TokenVerifier(token), token, token.slice(0, 20)),
  );
  for (const source of [policy(), xml]) {
    const gate = new keywicket.TokenVerifier(source);
    must(gate.check(token, request).allowed, "the token is not allowed");
    gate.explain(token, request);
    gate.check(`${token}x`, request);
    keywicket.deliverKey(gate, token, contentKey(), { now: NOW });
    watch.after(`a TokenVerifier of an ${typeof source}, disposed`, () => gate.dispose());
  }
  return token;
}

/** The search must be able to find something: a verifier that is alive has its policy's texts. */
function proveTheSearch(keywicket, watch) {
  const audience = "urn:a-text-that-is-no-secret";
  const gate = new keywicket.TokenVerifier({ ...policy(), audience });
  must(watch.sees(encoder.encode(audience)), "the search finds nothing");
  gate.dispose();
}

class Watch {
  looks = 0;
  leaks = [];
  #engine;
  #secrets = [];

  constructor(engine) {
    this.#engine = engine;
  }

  add(name, bytes) {
    this.#secrets.push({ name, bytes });
  }

  after(call, run) {
    const result = run();
    this.looks += 1;
    const left = this.#secrets.filter(({ bytes }) => this.sees(bytes));
    this.leaks.push(...left.map(({ name }) => `${call}: ${name}`));
    return result;
  }

  /** A call whose result is the secret. */
  drawn(call, run) {
    const bytes = run();
    this.add(`what ${call} drew`, bytes);
    this.after(call, () => undefined);
  }

  sees(needle) {
    const memory = new Uint8Array(this.#engine.call((core) => exportsOf(core).memory).buffer);
    for (let at = memory.indexOf(needle[0]); at >= 0; at = memory.indexOf(needle[0], at + 1)) {
      let length = 1;
      while (length < needle.length && memory[at + length] === needle[length]) length += 1;
      if (length === needle.length) return true;
    }
    return false;
  }
}

/** A call that must be refused, by an error that quotes none of the secrets. */
function refused(call, ...secrets) {
  const error = thrownBy(call);
  must(error?.name === "KeywicketError" && error.code !== "internal", `expected a refusal, got ${error}`);
  const told = [error.message, error.path, error.stack, String(error.cause)].join("\n");
  for (const secret of secrets) must(!told.includes(secret), `the error ${error.code} quotes a secret`);
}
