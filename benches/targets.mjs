/**
 * What we aim at, as ratios and never as microseconds.
 *
 * @typedef {object} Target
 * @property {"node" | "workerd"} runtime
 * @property {string} workload
 * @property {string} peer
 * @property {number} [atLeast] the peer's time divided by ours
 * @property {number} [atMost] our time divided by the peer's
 * @property {number} [stretch] what would be very good
 */

/** @type {Target[]} */
export const targets = [
  { runtime: "workerd", workload: "HS256", peer: "jose", atLeast: 4.5, stretch: 5 },
  { runtime: "workerd", workload: "HS256", peer: "WebCrypto by hand", atLeast: 2.5 },
  { runtime: "workerd", workload: "HS256-long", peer: "jose", atLeast: 2.2, stretch: 3 },
  { runtime: "workerd", workload: "SWT", peer: "WebCrypto by hand", atLeast: 3.5, stretch: 4 },
  { runtime: "workerd", workload: "RS256", peer: "jose", atLeast: 1.35 },
  { runtime: "workerd", workload: "ES256", peer: "jose", atLeast: 1.1 },
  { runtime: "node", workload: "HS256", peer: "jose", atLeast: 40 },
  { runtime: "node", workload: "HS256", peer: "jose, 64 in flight", atLeast: 10 },
  { runtime: "node", workload: "HS256", peer: "fast-jwt", atLeast: 2.5 },
  { runtime: "node", workload: "RS256", peer: "jose", atLeast: 5 },
  { runtime: "node", workload: "ES256", peer: "jose", atLeast: 2.5 },
  ...["workerd", "node"].flatMap((runtime) =>
    ["HS256", "HS256-long", "SWT", "RS256", "ES256"].map((workload) => {
      return { runtime, workload, peer: "signature alone", atMost: 1.5 };
    }),
  ),
];
