/**
 * The one place for what the four steps share. Each member is written by one step and read by those after it;
 * after a write that step calls `changed(topic)`.
 */
export const state = {
  /** The service in this browser, while it runs. @type {{ root: string, deliveryRoot: string, certificate: string, thumbprint: string } | null} */
  service: null,
  // create
  root: "https://media.windows.net/api/",
  /** @type {import("keywicket").ContentKey | null} */
  key: null,
  // link
  /** @type {import("keywicket").TokenRestriction | null} null while the form does not make a valid policy */
  policy: null,
  /** @type {import("keywicket").TokenVerifier | null} */
  gate: null,
  /** How the verifier of `gate` was made. @type {Required<Pick<import("keywicket").VerifierOptions, "tolerance" | "symmetricAlgorithm" | "rsaAlgorithm">> & { jwks?: { keys: object[] } }} */
  settings: { tolerance: 60, symmetricAlgorithm: "HS256", rsaAlgorithm: "RS256" },
  // authorize
  /** A key pair whose public half is in the policy. @type {import("./lab/key-pair.js").KeyPair | null} */
  pair: null,
  /** The token out of what stands in the box. */
  token: "",
  /** Why there is none. @type {{ code: string, why: string, fix: string } | null} */
  missing: null,
  /** How often it was used before, where it limits its uses. @type {number | undefined} */
  uses: undefined,
  /** @type {(import("keywicket").Decision & { checks: import("keywicket").Check[] }) | null} */
  decision: null,
};

/** @type {Map<string, Array<() => void>>} */
const readers = new Map();

/** Runs `react` after every change of `topic`: "service", "root", "key", "policy", "token" or "answers". */
export function whenChanged(topic, react) {
  readers.set(topic, [...(readers.get(topic) ?? []), react]);
}

export function changed(topic) {
  for (const react of readers.get(topic) ?? []) react();
}
