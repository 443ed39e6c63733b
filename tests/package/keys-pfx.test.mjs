/** Private keys out of PFX files that openssl made. */

import assert from "node:assert/strict";
import { constants, createPublicKey, publicEncrypt, randomBytes, randomInt } from "node:crypto";
import { before, describe, it } from "node:test";
import { fixture, installed, rejection } from "./lib/keys.mjs";
import { traces } from "./lib/memory.mjs";

const PASSWORD = "Pass-wörd-1";
const ID = "nb:kid:UUID:339c45b5-fb6d-4bd9-994c-eabd9d41c95b";
const pfx = (name) => fixture(`pfx/${name}.pfx`);
const pkcs8 = Buffer.from(fixture("recipient.key.pem").toString().replace(/-----[A-Z ]+-----|\s/g, ""), "base64");
const publicKey = createPublicKey(fixture("recipient.cert.pem"));

let keywicket;
let engine;
before(async () => {
  ({ keywicket, engine } = await installed("keys-pfx"));
});

const open = (bytes, password = PASSWORD) => keywicket.importPrivateKey({ pfx: bytes, password });
const raw = (bytes, password = PASSWORD) => engine.call((core) => core.readPfx(bytes, password));

describe("a PFX file", () => {
  const files = {
    "legacy-rc2": PASSWORD,
    "legacy-3des": PASSWORD,
    aes256: PASSWORD,
    "aes128-sha512": PASSWORD,
    "empty-password": "",
    "no-mac": PASSWORD,
    unencrypted: PASSWORD,
  };
  for (const [name, password] of Object.entries(files)) {
    it(`"${name}" gives the key that openssl put in`, async () => {
      assert.ok(Buffer.from(raw(pfx(name), password)).equals(pkcs8));
      const privateKey = await open(pfx(name), password);
      assert.equal(privateKey.extractable, false);
      const key = randomBytes(16);
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      const wrapped = publicEncrypt({ key: publicKey, padding, oaepHash: "sha1" }, key).toString("base64");
      const unwrapped = await keywicket.unwrapContentKey(
        { Id: ID, ContentKeyType: 0, EncryptedContentKey: wrapped },
        privateKey,
      );
      assert.ok(Buffer.from(unwrapped.key).equals(key));
    });

    it(`"${name}" with another password says one thing`, async () => {
      for (const other of ["", "pass-wörd-1", "Pass-word-1", `${PASSWORD} `, "\u{1f511}"]) {
        if (other === password) continue;
        const error = await rejection(open(pfx(name), other));
        const { code, path, message } = error;
        assert.deepEqual([error.name, code, path], ["KeywicketError", "pfx.wrong_password_or_damaged", "pfx"], message);
      }
    });

    it(`"${name}" leaves no key, password or clear text in memory`, async () => {
      await open(pfx(name), password);
      await rejection(open(pfx(name), `${password}!`));
      assert.equal(traces(engine, pkcs8.subarray(60)), "");
      assert.equal(traces(engine, Buffer.from(PASSWORD)), "");
      assert.equal(traces(engine, Buffer.from(PASSWORD, "utf16le").swap16()), "");
    });
  }

  it("without a private key says so", async () => {
    const { code, path } = await rejection(open(pfx("certificate-only")));
    assert.deepEqual([code, path], ["pfx.no_private_key", "pfx"]);
  });

  it("that is none, or cut short anywhere, is refused", async () => {
    const whole = pfx("aes256");
    for (let length = 0; length < whole.length; length += length < 60 ? 1 : 97) {
      const { code } = await rejection(open(whole.subarray(0, length)));
      assert.equal(code, "pfx.wrong_password_or_damaged", `${length} bytes`);
    }
    assert.equal((await rejection(open(Buffer.concat([whole, Buffer.of(0)])))).code, "pfx.wrong_password_or_damaged");
    assert.equal((await rejection(open(pkcs8))).code, "pfx.wrong_password_or_damaged");
    assert.equal((await rejection(open(new Uint8Array(70_000)))).code, "argument.too_long");
  });

  it("is bytes with a password", async () => {
    const cases = [
      ["argument.wrong_type", "pfx", { pfx: "text", password: "" }],
      ["argument.missing", "pfx", { pfx: undefined, password: "" }],
      ["argument.missing", "password", { pfx: pfx("aes256") }],
      ["argument.wrong_type", "password", { pfx: pfx("aes256"), password: 7 }],
      ["argument.too_long", "password", { pfx: pfx("aes256"), password: "x".repeat(2000) }],
    ];
    for (const [code, path, source] of cases) {
      const error = await rejection(keywicket.importPrivateKey(source));
      assert.deepEqual([error.name, error.code, error.path], ["KeywicketError", code, path], error.message);
    }
  });

  it("may not ask for work without end", async () => {
    // The number of iterations, 2048, in its place in the MAC, the certificates and the key.
    const whole = pfx("aes256");
    const places = [];
    for (let at = 0; (at = whole.indexOf(Buffer.of(2, 2, 8, 0), at)) >= 0; at += 1) places.push(at);
    assert.equal(places.length, 3);
    for (const name of ["aes256", "legacy-3des", "no-mac"]) {
      for (const count of [0x7f, 0x00]) {
        const changed = Buffer.from(pfx(name));
        for (let at = 0; (at = changed.indexOf(Buffer.of(2, 2, 8, 0), at)) >= 0; at += 1) changed.set([count, count], at + 2);
        const start = performance.now();
        assert.match((await rejection(open(changed))).code, /^pfx\.(wrong_password_or_damaged|unsupported)$/);
        assert.ok(performance.now() - start < 5000);
      }
    }
  });

  it("with ten thousand random changes is opened or refused, and never traps", () => {
    const names = ["legacy-rc2", "legacy-3des", "aes256", "no-mac", "unencrypted", "certificate-only"];
    const generation = engine.generation();
    const codes = {};
    for (let round = 0; round < 10_000; round += 1) {
      const changed = mutated(pfx(names[round % names.length]));
      try {
        raw(changed);
        codes.opened = (codes.opened ?? 0) + 1;
      } catch ({ code, message }) {
        assert.match(String(code), /^pfx\./, `${message}: ${changed.toString("base64")}`);
        codes[code] = (codes[code] ?? 0) + 1;
      }
    }
    assert.equal(engine.generation(), generation);
    // Changes in names and certificates without a MAC do not matter; most others do.
    assert.ok(codes.opened > 10 && codes["pfx.wrong_password_or_damaged"] > 1000, JSON.stringify(codes));
  });
});

/** One to four bytes changed, taken out or put in, most of them where the structure is. */
function mutated(bytes) {
  let changed = Buffer.from(bytes);
  for (let times = randomInt(1, 5); times > 0; times -= 1) {
    const at = randomInt(0, randomInt(2) === 0 ? Math.min(150, changed.length) : changed.length);
    const kind = randomInt(6);
    if (kind < 4) changed[at] = [changed[at] ^ (1 << randomInt(8)), randomInt(256), 0x80, 0xff][kind];
    else if (kind === 4) changed = Buffer.concat([changed.subarray(0, at), changed.subarray(at + randomInt(1, 9))]);
    else changed = Buffer.concat([changed.subarray(0, at), randomBytes(randomInt(1, 9)), changed.subarray(at)]);
    if (changed.length === 0) return Buffer.of(0x30);
  }
  return changed;
}
