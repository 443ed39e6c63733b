// Decisions that the service explained to the engineer, remembered while the page is open, and taken to the decision lab.
import { TokenVerifier } from "keywicket";
import { announce, byId } from "../dom.js";
import { openRecord } from "../lab/record.js";
import { state } from "../state.js";
import { send } from "./connection.js";

const MOST = 500;
/** A row of the audit log and the question for its reasons are this far apart at most, in milliseconds. */
const NEAR = 10_000;

/** @type {{ time: number, code: string, digest?: string, record: object, token: string, age: number | null }[]} */
const remembered = [];

/** The last answers, newest last. */
export const lastExplained = () => remembered.at(-1);

/** Reads what the service told the engineer, and keeps it where it carries a record. */
export function remember(engineer, token) {
  engineer.read = readExplained(engineer.text);
  const { decision, record } = engineer.read;
  if (!record) return;
  const age = engineer.age === null ? null : Number(engineer.age);
  remembered.push({ time: Date.now(), code: decision.code, digest: decision.tokenDigest, record, token, age });
  if (remembered.length > MOST) remembered.shift();
}

function readExplained(text) {
  let body = {};
  try {
    body = JSON.parse(text);
  } catch {
    // An answer without reasons: it is shown as it is.
  }
  return { record: body.Record ?? null, decision: body.Decision ?? null, checks: body.Decision?.checks ?? [], policyId: body.PolicyId };
}

/** The explained decision that a row of the audit log tells of, if this page asked for it. */
export function explainedOf({ time, code, token }) {
  const near = remembered.filter((one) => one.code === code && (one.digest === undefined || token === undefined || one.digest === token));
  const distance = (one) => Math.abs(one.time - time);
  const [nearest] = near.toSorted((a, b) => distance(a) - distance(b));
  return nearest && distance(nearest) < NEAR ? nearest : undefined;
}

/** Opens a record in the lab, where it is decided again with the policy as the service has it. */
export async function showInLab({ record, token }) {
  openRecord(record, { token, gate: await servedGate() });
  const panel = byId("record-save").closest(".panel");
  panel.scrollIntoView();
  byId("record-text").focus({ preventScroll: true });
  announce("The decision is in the lab, and was made again there.");
}

/** The options of the key's policy, as the service answers them. */
async function servedGate() {
  const ask = async (path) => JSON.parse((await send({
    method: "GET", url: `${state.service.root}${path}`, headers: { Accept: "application/json", "x-ms-version": "2.19" },
  })).text);
  const key = await ask(`ContentKeys('${encodeURIComponent(state.key.id)}')`);
  if (!key.AuthorizationPolicyId) return null;
  const { value } = await ask(`ContentKeyAuthorizationPolicies('${encodeURIComponent(key.AuthorizationPolicyId)}')/Options`);
  return new TokenVerifier(value.map(({ Name, KeyDeliveryType, KeyDeliveryConfiguration, Restrictions }) =>
    ({ Name, KeyDeliveryType, KeyDeliveryConfiguration, Restrictions })));
}
