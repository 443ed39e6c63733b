/** Doing what the core asks for: the shapes are those of `src/bindings/key_service.rs`. */

import { readBounded } from "../bounded-body.js";

/**
 * @param {{ store: import("./key-service.js").KeyStore, protectionKeys: { privateKey?: CryptoKey }[], fetch?: typeof fetch,
 *   openIdKeys?: (uri: string) => { current(): Promise<string>, refresh(): Promise<void> } }} parts
 * @returns {(ask: object) => Promise<unknown>}
 */
export function platformOf({ store, protectionKeys, fetch: fetchOne = fetch, openIdKeys }) {
  const doers = {
    get: ({ keys }) => store.get(keys),
    list: ({ range }) => store.list(range),
    count: ({ range }) => store.count(range),
    commit: ({ batch }) => store.commit(batch),
    unwrap: ({ key, wrapped }) => unwrap(protectionKeys[key]?.privateKey, wrapped),
    keySet: ({ uri, refresh }) => keySet(openIdKeys?.(uri), refresh),
    fetchPlaylist: ({ url }) => fetchPlaylist(fetchOne, url),
    pause: ({ milliseconds }) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
  return async (ask) => {
    try {
      return await doers[ask.ask](ask);
    } catch {
      // Why is the platform's business: whatever it says might hold what must not be told.
      return { failed: FAILURES[ask.ask] ?? "the store is not available" };
    }
  };
}

const FAILURES = {
  unwrap: "the wrapped key does not unwrap with this private key",
  keySet: "the keys of the policy's OpenID provider are not available",
  fetchPlaylist: "the playlist is not available",
};

async function unwrap(privateKey, wrapped) {
  return new Uint8Array(await crypto.subtle.decrypt({ name: "RSA-OAEP" }, privateKey, wrapped));
}

async function keySet(keys, refresh) {
  if (refresh) await keys.refresh();
  const set = await keys.current();
  return typeof set === "string" ? set : JSON.stringify(set);
}

const MAX_PLAYLIST_BYTES = 4 * 1024 * 1024;

async function fetchPlaylist(fetchOne, url) {
  // Not along redirects: the address was checked, another one was not.
  const { status, body } = await fetchOne(url, { redirect: "manual", signal: AbortSignal.timeout(10_000) });
  if (status !== 200) {
    // Nobody looks at it. Not waited for: a body that stalls may stall at this too.
    body?.cancel().catch(() => undefined);
    return { status, text: "" };
  }
  const bytes = await readBounded(body, MAX_PLAYLIST_BYTES, () => new Error("too large"));
  return { status, text: new TextDecoder().decode(bytes) };
}
