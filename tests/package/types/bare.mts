import { init, KeywicketError, TokenVerifier } from "keywicket";
import type { WasmSource } from "keywicket";
import wasm from "keywicket/core.wasm";
import * as edge from "keywicket/edge";
import edgeWasm from "keywicket/edge/core.wasm";
import * as inline from "keywicket/inline";

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
