import { IndexedDbStore, KeyService, MemoryStore } from "keywicket";
import type { KeyStore } from "keywicket";
import { serveKeys } from "keywicket/service-worker";

const store: KeyStore = await IndexedDbStore.open("keys");
const { privateKey } = await crypto.subtle.generateKey(
  { name: "RSA-OAEP", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-1" }, false, ["decrypt", "encrypt"],
);
using service = new KeyService({ store, protectionKeys: [{ certificate: "…", privateKey }], fetch });
const response: Response = await service.fetch(new Request("https://keys.example/?KID="), { waitUntil: () => undefined });
await response.arrayBuffer();
await IndexedDbStore.remove("keys");

serveKeys({ settings: () => ({ cacheSeconds: 0 }) });
serveKeys({ base: "keys/", settings: async () => ({ store: new MemoryStore() }), wasm: "/core.wasm" });
// @ts-expect-error settings are asked for, so that they can wait for a private key
serveKeys({ settings: { cacheSeconds: 0 } });
// @ts-expect-error a store is opened, not made
new IndexedDbStore("keys");
