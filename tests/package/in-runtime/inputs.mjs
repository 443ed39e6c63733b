/** Fixed input of the flow. Runs in every runtime, so: no imports of a platform. */

export const NOW = 1_800_000_000;
export const GUID = "339c45b5-fb6d-4bd9-994c-eabd9d41c95b";
export const KEY_ID = `nb:kid:UUID:${GUID}`;
export const OTHER_KEY_ID = "nb:kid:UUID:24734598-f050-4cbb-8b98-2dad6eaa260a";
export const ROOT = "https://media.example/api/";

/** 00 01 02 … */
export const counting = (length) => Uint8Array.from({ length }, (_, index) => index);

const ascii = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** The key and claims whose SWT signature three old SDKs publish in their tests. */
export const SDK_SIGNING_KEY = "64bytes6RNhi8EsxcYsdYQ9zpFuNR1Ks9milykbxYWGILaK0LKzd5dCtYonsr456";

const KEY_CLAIM = "urn:microsoft:azure:mediaservices:contentkeyidentifier";

export const restriction = (tokenType) => ({
  tokenType,
  issuer: "http://issuer.com",
  audience: "http://audience.com",
  primaryVerificationKey: { kind: "symmetric", key: ascii(SDK_SIGNING_KEY) },
  requiredClaims: [{ type: KEY_CLAIM, value: null }],
});

export const contentKey = () => ({ id: KEY_ID, type: "EnvelopeEncryption", key: counting(16) });
