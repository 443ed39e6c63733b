// Tokens of one's own: another algorithm, claims, a kid, or a private key. Folded away until wanted.
import { mintToken, mintTokenAsync } from "keywicket";
import { makePolicy } from "../link.js";
import { announce, byId, el, showError } from "../dom.js";
import { state } from "../state.js";
import { generatePair, KINDS, PAGE_KID, readPem } from "./key-pair.js";

const SYMMETRIC = ["HS256", "HS384", "HS512"];
const PAIR = "pair";

/** `take(text, note)` puts a minted token into the box. */
export function wireMint(take) {
  byId("mint-custom").addEventListener("click", () => mintOwn(take));
  byId("mint-signer").addEventListener("change", showAlgorithms);
  for (const button of document.querySelectorAll("[data-pair]")) {
    button.addEventListener("click", () => usePair(button, () => generatePair(button.dataset.pair)));
  }
  byId("pem-use").addEventListener("click", () => usePair(byId("pem-use"), () => readPem(byId("pem").value)));
  byId("pair-forget").addEventListener("click", () => {
    state.pair = null;
    makePolicy();
    byId("mint-signer").focus();
    announce("The key pair was forgotten, and the policy has its public half no more.");
  });
}

/** After a change of the policy: who can sign. */
export function refreshMint() {
  const { policy, pair } = state;
  const signers = [["primary", policy?.primaryVerificationKey],
    ...(policy?.alternateVerificationKeys ?? []).map((key, index) => [`alternate[${index}]`, key])]
    .filter(([, key]) => key?.kind === "symmetric")
    .map(([name]) => [name, `the ${name} key`]);
  if (pair && policy?.tokenType === "JWT") signers.push([PAIR, `the private key: ${KINDS[pair.kind].title}`]);
  const select = byId("mint-signer");
  const before = select.value;
  select.replaceChildren(...signers.map(([value, words]) => el("option", { value }, words)));
  if (signers.some(([value]) => value === before)) select.value = before;
  byId("mint-custom").disabled = !policy || signers.length === 0;
  byId("pair-note").textContent = pairWords();
  byId("pair-forget").hidden = pair === null;
  showAlgorithms();
}

function pairWords() {
  const { pair, policy } = state;
  if (!pair) return "There is none yet.";
  if (policy && policy.tokenType !== "JWT") return "There is one; the policy takes SWTs, which have symmetric keys only.";
  const place = pair.verificationKey ? "an alternate verification key" : `the key set of its discovery document, as kid ${PAGE_KID}`;
  return `${KINDS[pair.kind].title}: its public half is in the policy as ${place}.`;
}

function showAlgorithms() {
  const isPair = byId("mint-signer").value === PAIR;
  const names = isPair ? Object.keys(state.pair.privateKeys) : state.policy?.tokenType === "SWT" ? ["HS256"] : SYMMETRIC;
  const expected = isPair ? state.settings.rsaAlgorithm : state.settings.symmetricAlgorithm;
  byId("mint-algorithm").replaceChildren(...names.map((name) => el("option", { value: name }, name)));
  if (names.includes(expected)) byId("mint-algorithm").value = expected;
  byId("mint-algorithm").disabled = names.length === 1;
  byId("mint-kid").disabled = state.policy?.tokenType === "SWT";
  if (byId("mint-kid").value === PAGE_KID || byId("mint-kid").value === "") {
    byId("mint-kid").value = isPair && !state.pair.verificationKey ? PAGE_KID : "";
  }
}

async function mintOwn(take) {
  showError(byId("mint-error"), null);
  byId("mint-claims").setAttribute("aria-invalid", "false");
  try {
    const signer = byId("mint-signer").value;
    const algorithm = byId("mint-algorithm").value;
    const options = { keyId: state.key.id, ...lifetime(), ...claims() };
    const kid = byId("mint-kid").disabled ? "" : byId("mint-kid").value.trim();
    if (kid) options.kid = kid;
    const token = signer === PAIR
      ? await mintTokenAsync(state.policy, { ...options, algorithm, privateKey: state.pair.privateKeys[algorithm] })
      : mintToken(state.policy, { ...options, ...symmetric(signer, algorithm) });
    take(token, `Minted by you, ${state.policy.tokenType === "JWT" ? algorithm : "HMAC-SHA-256"}, with ${byId("mint-signer").selectedOptions[0].textContent}.`);
    announce("The token was minted and checked.");
  } catch (error) {
    if (error.path?.includes("claims")) byId("mint-claims").setAttribute("aria-invalid", "true");
    showError(byId("mint-error"), error);
  }
}

function symmetric(signer, algorithm) {
  const index = /^alternate\[(\d+)\]$/.exec(signer)?.[1];
  const key = index === undefined ? {} : { signingKey: state.policy.alternateVerificationKeys[index].key };
  return state.policy.tokenType === "JWT" ? { ...key, algorithm } : key;
}

function lifetime() {
  const text = byId("mint-lifetime").value.trim();
  return text === "" ? {} : { lifetime: Number(text) };
}

function claims() {
  const text = byId("mint-claims").value.trim();
  if (!text) return {};
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw Object.assign(new Error(`The claims are not JSON: ${error.message}`), { path: "claims" });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { claims: value };
  throw Object.assign(new Error("The claims are a JSON object: names and values in braces."), { path: "claims" });
}

async function usePair(button, make) {
  showError(byId("pair-error"), null);
  button.disabled = true;
  try {
    state.pair = await make();
    byId("pem").value = "";
    makePolicy();
    if (state.policy?.tokenType === "JWT") {
      byId("mint-signer").value = PAIR;
      showAlgorithms();
    }
    announce("The key pair is ready; its public half is in the policy.");
  } catch (error) {
    showError(byId("pair-error"), error.name === "NotSupportedError" ? new Error("This browser cannot make such a key.") : error);
  } finally {
    button.disabled = false;
    button.focus();
  }
}
