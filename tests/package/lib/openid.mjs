/** An OpenID provider that is not there: its documents by address, and a clock. Runs wherever the package does. */

export const ISSUER = "https://login.example.com/tenant/v2.0";
export const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`;
export const KEY_SET = "https://keys.example.net:443/tenant/discovery/v2.0/keys";
/** As it is fetched. */
export const KEY_SET_NORMAL = KEY_SET.replace(":443", "");
export const START = 1_800_000_000;

export const publicKey = (kid) => ({
  kty: "RSA",
  use: "sig",
  kid,
  n: "sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri",
  e: "AQAB",
});

export const json = (value) => new Response(JSON.stringify(value));

/**
 * `answers` by address: a value is sent as JSON, a function is asked for the answer. Both may be changed at any time.
 * `calls` are the requests so far; `init` is tried on the platform's Request, which throws for what it does not take.
 */
export function fakeProvider() {
  const provider = {
    answers: {
      [DISCOVERY]: { issuer: ISSUER, jwks_uri: KEY_SET, token_endpoint: `${ISSUER}/token` },
      [KEY_SET_NORMAL]: { keys: [publicKey("1")] },
    },
    calls: [],
    now: START,
    async fetch(uri, init) {
      if (this !== undefined) throw new TypeError("Illegal invocation");
      const request = new Request(uri, init);
      provider.calls.push({ uri, init, request });
      const answer = provider.answers[uri];
      return typeof answer === "function" ? answer(init) : json(answer);
    },
  };
  return provider;
}

/** The options that go with it. */
export const optionsFor = (provider, more) => ({
  discoveryUri: DISCOVERY,
  issuer: ISSUER,
  fetch: provider.fetch,
  now: () => provider.now,
  ...more,
});

export const kids = (text) => JSON.parse(text).keys.map(({ kid }) => kid);

export const outcome = (promise) =>
  promise.then(
    (value) => ({ value }),
    ({ name, code, path, message }) => ({ name, code, path, message }),
  );
