/** The corpus that every runtime judges: policies with what they compile to, and tokens with what is asked of them. */

import { isSynchronous, randomPolicy, written } from "./corpus-policies.mjs";
import { NOW, randomToken } from "./corpus-tokens.mjs";
import { seeded } from "./random.mjs";
import { certified, ecPair, edPair, rsaPair } from "./signing.mjs";

const SEED = 20_240_630;
const GUIDS = ["339c45b5-fb6d-4bd9-994c-eabd9d41c95b", "24734598-f050-4cbb-8b98-2dad6eaa260a"];
const SPELLINGS = [
  (guid) => guid,
  (guid) => guid.toUpperCase(),
  (guid) => `nb:kid:UUID:${guid}`,
  (guid) => `NB:KID:uuid:${guid.toUpperCase()}`,
  (guid) => `{${guid}}`,
  (guid) => `(${guid})`,
  (guid) => guid.replaceAll("-", ""),
  (guid) => ` \t${guid}\n`,
];
const ADDRESSES = ["192.0.2.9", "203.0.113.7", "203.0.113.8", "2001:db8::1", "2001:0DB8:0:0:0:0:0:1", "::ffff:192.0.2.9", "198.51.100.200"];

/**
 * @returns `policies`: compiled, base64; `sources`: what they were compiled from; `isSynchronous`: for which the edge decides
 *   without waiting; `cases`: index of the policy, token and request. All of it is plain JSON.
 */
export function makeCorpus({ compilePolicy, buildTokenRestriction }, count, tokensEach) {
  const random = seeded(SEED);
  const keys = makeKeys();
  const stranger = ({ kind }) => (kind === "symmetric" ? { secret: Buffer.alloc(64, 9) } : { privateKey: keys.strangers[kind] });
  const corpus = { policies: [], sources: [], isSynchronous: [], cases: [] };
  for (let index = 0; index < count; index += 1) {
    const policy = randomPolicy(random, keys);
    const source = written(policy, buildTokenRestriction);
    corpus.policies.push(Buffer.from(compilePolicy(source, policy.settings)).toString("base64"));
    corpus.sources.push({ policy: packed(source), options: policy.settings });
    corpus.isSynchronous.push(isSynchronous(policy));
    const many = tokensEach - 2 + random.below(5);
    for (let number = 0; number < many; number += 1) {
      const guid = random.pick(GUIDS);
      const { token, now } = randomToken(random, policy, guid, stranger);
      corpus.cases.push({ policy: index, token, request: randomRequest(random, guid, now) });
    }
  }
  return corpus;
}

function makeKeys() {
  const rsa = [rsaPair(), rsaPair()];
  const jwks = [rsaPair(), ecPair("P-256"), ecPair("P-384"), edPair(), ecPair("P-256"), edPair()];
  const rsaStranger = rsaPair().privateKey;
  const strangers = {
    rsa: rsaStranger,
    x509: rsaStranger,
    "P-256": ecPair("P-256").privateKey,
    "P-384": ecPair("P-384").privateKey,
    Ed25519: edPair().privateKey,
  };
  return { rsa, x509: certified(), jwks, strangers };
}

function randomRequest(random, guid, now) {
  const asked = random.chance(0.9) ? guid : random.pick(GUIDS);
  const request = { keyId: random.pick(SPELLINGS)(asked), now: random.chance(0.95) ? now : NOW };
  if (random.chance(0.5)) request.clientAddress = random.pick(ADDRESSES);
  if (random.chance(0.3)) request.keyDeliveryType = random.pick([1, 2, 2, 3, 4]);
  if (random.chance(0.5)) request.uses = random.pick([0, 1, 2, 5, 9_007_199_254_740_991]);
  return request;
}

/** JSON has no bytes. */
function packed(value) {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(packed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, packed(member)]));
}
