// What a token says, beside it. Nothing of it is verified here.
import { inspectToken } from "keywicket";
import { toHex } from "../bytes.js";
import { byId, el, nowSeconds } from "../dom.js";
import { state } from "../state.js";
import { timeline } from "../timeline.js";
import { MAX_USES_CLAIM } from "./recipes.js";

const LAST_DATE = 8.64e12; // what a JavaScript Date can hold, in seconds
const NAMES = {
  JWT: [["nbf", "Not before"], ["iat", "Issued at"], ["exp", "Expires"]],
  SWT: [["ExpiresOn", "Expires"]],
};

/** The moments that the token in the box names. */
let times = [];

/** Shows the token apart. Returns its claims, or null for a text that is no token. */
export function showDecoded(token) {
  const { inspected, problem } = inspect(token);
  byId("decoded-kind").textContent = inspected?.tokenType ?? "";
  byId("decoded").replaceChildren(...(inspected ? parts(inspected)
    : [el("p", { class: "note" }, problem ?? "There is no token.")]));
  times = inspected ? timesOf(inspected) : [];
  showValidity();
  return inspected?.claims ?? null;
}

export const limitsUses = (claims) => claims !== null && Object.hasOwn(claims, MAX_USES_CLAIM);

/** Drawn again every second: the present moves. */
export function showValidity() {
  const drawn = times.length ? [el("h4", {}, "When it is valid"), timeline(times, nowSeconds(), state.settings.tolerance)] : [];
  byId("validity").replaceChildren(...drawn);
}

function inspect(token) {
  if (!token) return {};
  try {
    return { inspected: inspectToken(token) };
  } catch (error) {
    return { problem: `${error.message.charAt(0).toUpperCase()}${error.message.slice(1).replace(/ \(at token\)$/, "")}.` };
  }
}

function parts({ tokenType, header, claims, signature }) {
  const part = (name, title, ...content) => el("div", { class: `part part-${name}` }, el("h4", {}, title), ...content);
  const json = (value, id) => el("pre", { class: "code", id }, JSON.stringify(value, null, 2));
  const signed = part("signature", `Signature, ${signature.length} bytes`,
    el("p", { class: "signature" }, el("code", {}, toHex(signature))));
  if (tokenType === "JWT") {
    return [part("header", "Header", json(header, "decoded-header")), part("payload", "Claims", json(claims, "decoded-payload")), signed];
  }
  return [part("payload", "Claims", el("dl", { class: "pairs", id: "decoded-parameters" },
    ...Object.entries(claims).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(value)))))), signed];
}

function timesOf({ tokenType, claims }) {
  const named = NAMES[tokenType].map(([claim, name]) => [name, toNumber(claims[claim])]);
  return named.filter(([, seconds]) => Number.isFinite(seconds) && Math.abs(seconds) <= LAST_DATE);
}

/** An SWT has texts only; a text in a JWT is no time. */
const toNumber = (value) => (typeof value === "string" && /^\d+$/.test(value) ? Number(value) : typeof value === "number" ? value : Number.NaN);
