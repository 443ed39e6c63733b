import { init, KeywicketError, MemoryStore, TokenVerifier } from "keywicket";
import type { WasmSource } from "keywicket";
import wasm from "keywicket/core.wasm";
import * as edge from "keywicket/edge";
import edgeWasm from "keywicket/edge/core.wasm";
import * as inline from "keywicket/inline";
import { createWorker, KeyAccount, settingsFromEnvironment } from "keywicket/worker";

const sources: WasmSource[] = ["https://cdn.example/core.wasm", new Uint8Array(8), new ArrayBuffer(8), wasm];
await Promise.all(sources.map(init));
await inline.init();
await edge.init(edgeWasm);

// @ts-expect-error a number is nothing to load from
await init(7);
// @ts-expect-error nor is an object
await init({ url: "https://cdn.example/core.wasm" });

// Disposal needs no library setting of the user's.
export function disposeTwice(gate: TokenVerifier): void {
  gate.dispose();
  gate[Symbol.dispose]();
}

export const atTheEdge = (gate: edge.TokenVerifier): Promise<edge.Decision> => gate.checkAsync("", { keyId: "" });

export const isOurs = (error: unknown): error is KeywicketError => error instanceof KeywicketError;

// A key server with accounts of one's own.
export { KeyAccount };
export default createWorker({
  account: (request) => request.headers.get("x-account") ?? undefined,
  settings: async (account, env) => ({ ...(await settingsFromEnvironment(account, env)), cacheSeconds: 0 }),
  clientAddress: (request) => request.headers.get("x-real-ip") ?? undefined,
});
// @ts-expect-error a header that anybody can set
createWorker({ clientAddress: "x-forwarded-for" });
// @ts-expect-error the store is the account's
createWorker({ settings: () => ({ store: new MemoryStore() }) });
