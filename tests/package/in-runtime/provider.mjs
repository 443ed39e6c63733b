/** A verifier whose keys come from an OpenID provider that is not there. Throws at the first thing that is not as it should be. */

import { must, rejectedBy, same, thrownBy } from "./checks.mjs";
import { mintBy, trusting } from "./authorization.mjs";
import { GUID, NOW, SDK_SIGNING_KEY } from "./inputs.mjs";

const ISSUER = "https://login.example.com/";
const DISCOVERY = "https://login.example.com/.well-known/openid-configuration";
const KEY_SET = "https://keys.example.net/keys";
const request = { keyId: GUID, now: NOW };

function provider(keywicket, keys) {
  const state = { keys, fetches: 0, now: NOW, isDown: false };
  const fetch = async (uri) => {
    state.fetches += 1;
    if (state.isDown) throw new Error("no network");
    await new Promise((resolve) => setTimeout(resolve, 1));
    return new Response(JSON.stringify(uri === DISCOVERY ? { issuer: ISSUER, jwks_uri: KEY_SET } : { keys: state.keys }));
  };
  state.source = new keywicket.OpenIdKeys({ discoveryUri: DISCOVERY, issuer: ISSUER, fetch, now: () => state.now });
  return state;
}

/** @returns how often something was fetched */
export async function runProvider(keywicket, first, second) {
  const named = ({ jwk }, kid) => ({ ...jwk, kid });
  const tokens = { first: await mintBy(keywicket, first, { kid: "1" }), second: await mintBy(keywicket, second, { kid: "2" }) };
  let fetches = await fetchesOnceAndRefreshes(keywicket, tokens, named(first, "1"), named(second, "2"));
  fetches += await doesWithoutTheProvider(keywicket, tokens, named(first, "1"));
  fetches += await isDisposedOfWhileFetching(keywicket, tokens, named(first, "1"));
  fetches += await isDisposedOfWhileRefreshing(keywicket, tokens, named(first, "1"), named(second, "2"));
  for (const openIdKeys of [null, {}, "keys", { current: () => "" }]) {
    const error = thrownBy(() => new keywicket.TokenVerifier(trusting(), { openIdKeys }));
    same("no source of keys", `${error.code} ${error.path}`, "argument.wrong_type options.openIdKeys");
  }
  return fetches;
}

async function fetchesOnceAndRefreshes(keywicket, tokens, first, second) {
  const at = provider(keywicket, [first]);
  const gate = new keywicket.TokenVerifier(trusting(), { openIdKeys: at.source });
  same("before any fetch", gate.check(tokens.first, request).code, "token.no_usable_key");
  const many = (token) => Promise.all(Array.from({ length: 20 }, () => gate.checkAsync(token, request)));
  const codes = async (token) => [...new Set((await many(token)).map(({ code }) => code))].join();
  same("twenty at once", await codes(tokens.first), "token.allowed");
  same("fetches for twenty", at.fetches, 2);
  same("check, with the keys that are there", gate.check(tokens.first, request).verificationKey, "jwks[0]");
  same("explain too", gate.explain(tokens.first, request).code, "token.allowed");

  // Just fetched: a name that is not in the set is not asked for again.
  same("an unknown key", await codes(tokens.second), "token.unknown_key");
  at.keys = [first, { ...second, kid: "old" }];
  at.now += 3601;
  await gate.checkAsync(tokens.first, request);
  for (let turn = 0; turn < 500 && at.source.status().isStale; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  same("a set that has grown old", at.fetches, 4);
  same("a key by another name", await codes(tokens.second), "token.unknown_key");
  same("no refresh within the cooldown", at.fetches, 4);
  at.keys = [first, second];
  at.now += 61;
  same("a key of a set that is newer", await codes(tokens.second), "token.allowed");
  same("one refresh for twenty", at.fetches, 6);
  same("the other key still", await codes(tokens.first), "token.allowed");
  gate.dispose();
  return at.fetches;
}

/** The policy's own keys need nobody. */
async function doesWithoutTheProvider(keywicket, tokens, first) {
  const at = provider(keywicket, [first]);
  at.isDown = true;
  const key = Uint8Array.from(SDK_SIGNING_KEY, (character) => character.charCodeAt(0));
  const policy = trusting({ primaryVerificationKey: { kind: "symmetric", key } });
  const gate = new keywicket.TokenVerifier(policy, { openIdKeys: at.source });
  const own = keywicket.mintToken(policy, request);
  same("the policy's own key", (await gate.checkAsync(own, request)).verificationKey, "primary");
  const error = await rejectedBy(gate.checkAsync(tokens.first, request));
  must(error instanceof keywicket.KeywicketError, `${error}`);
  same("a key of the provider's", error.code, "openid.unreachable");
  same("no token at all", (await rejectedBy(gate.checkAsync(null, request))).code, "openid.unreachable");
  at.isDown = false;
  at.now += 61;
  same("when it is back", (await gate.checkAsync(tokens.first, request)).verificationKey, "jwks[0]");
  same("the policy's own key still", (await gate.checkAsync(own, request)).verificationKey, "primary");
  gate.dispose();
  return at.fetches;
}

async function isDisposedOfWhileFetching(keywicket, tokens, first) {
  const at = provider(keywicket, [first]);
  const gate = new keywicket.TokenVerifier(trusting(), { openIdKeys: at.source });
  const pending = gate.checkAsync(tokens.first, request);
  gate.dispose();
  same("disposed of while keys are fetched", (await rejectedBy(pending)).code, "argument.out_of_range");
  same("disposed of before", (await rejectedBy(gate.checkAsync(tokens.first, request))).code, "argument.out_of_range");
  return at.fetches;
}

/** It was refused before, and that stands. */
async function isDisposedOfWhileRefreshing(keywicket, tokens, first, second) {
  const at = provider(keywicket, [first]);
  const gate = new keywicket.TokenVerifier(trusting(), { openIdKeys: at.source });
  await gate.checkAsync(tokens.first, request);
  at.keys = [first, second];
  at.now += 61;
  const pending = gate.checkAsync(tokens.second, request);
  for (let turn = 0; turn < 500 && at.fetches === 2; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
  gate.dispose();
  same("disposed of while keys are fetched again", (await pending).code, "token.unknown_key");
  return at.fetches;
}
