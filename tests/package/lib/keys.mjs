/** The installed package inside the test process, and what the tests of keys share. */

import { createCipheriv, createHash, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { project } from "./installed.mjs";

export const fixture = (name) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));

/** @returns the package, its internal engine, and where they are installed */
export async function installed(purpose) {
  const consumer = await project(purpose);
  const load = (name) => import(pathToFileURL(join(consumer.packageFolder, "dist", name)));
  return { ...consumer, keywicket: await load("node.js"), engine: await load("engine.js") };
}

// ---------------------------------------------------------------------- expected values, by node:crypto alone

/** The GUID of 16 bytes as they are written. */
export function guidOf(bytes) {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** .NET order: 4, 2 and 2 bytes turned around, 8 as written. */
export function dotNetBytes(bytes) {
  const turned = Buffer.from(bytes);
  turned.subarray(0, 4).reverse();
  turned.subarray(4, 6).reverse();
  turned.subarray(6, 8).reverse();
  return turned;
}

export function encryptBlock(key, block) {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

export const checksumOf = (id, key) => encryptBlock(key, dotNetBytes(id)).subarray(0, 8);

/** The PlayReady derivation as its specification prints it. */
export function derivedKey(seed, id) {
  const first = seed.subarray(0, 30);
  const kid = dotNetBytes(id);
  const digests = [
    [first, kid],
    [first, kid, first],
    [first, kid, first, kid],
  ].map((parts) => createHash("sha256").update(Buffer.concat(parts)).digest());
  return Buffer.from(
    Array.from({ length: 16 }, (_, index) =>
      digests.reduce((byte, digest) => byte ^ digest[index] ^ digest[index + 16], 0),
    ),
  );
}

/** AES-256-CTR as the REST documentation has it: 8 bytes of vector, 8 bytes of block number. */
export function storageCipher(key, iv, offset = 0) {
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(iv));
  counter.writeBigUInt64BE(BigInt(offset) / 16n, 8);
  const cipher = createCipheriv("aes-256-ctr", key, counter);
  cipher.update(Buffer.alloc(Number(BigInt(offset) % 16n)));
  return cipher;
}

// --------------------------------------------------------------------------------------------------- streams

export async function collected(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Cuts bytes into random pieces, empty ones among them. */
export function* randomPieces(bytes, most = 50) {
  for (let at = 0; at < bytes.length; ) {
    const length = randomInt(0, most + 1);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/** @returns {Promise<unknown>} what a promise was rejected with */
export async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected a rejection");
}
