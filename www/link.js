import {
  buildTokenRestriction, CONTENT_KEY_IDENTIFIER_CLAIM, createEntityRequest, generateVerificationKey,
  linkEntitiesRequest, TokenVerifier, updateEntityRequest,
} from "keywicket";
import { announce, byId, copyButton, showError } from "./dom.js";
import { wireImport } from "./policy-import.js";
import { setStep } from "./rail.js";
import { restCall } from "./rest-call.js";
import { changed, state, whenChanged } from "./state.js";
import { layOutXml } from "./xml-layout.js";

const BASELINE_HTTP = 2; // ContentKeyDeliveryType: the AES-128 key itself
const TOKEN_RESTRICTED = 1; // ContentKeyRestrictionType
/** A key set has its place in a policy by this address only; the page never asks it. */
const DISCOVERY_EXAMPLE = "https://issuer.example/.well-known/openid-configuration";

/** Keys and claims of the policy; the form has the rest. */
const TIED_TO_A_KEY = [{ type: CONTENT_KEY_IDENTIFIER_CLAIM, value: null }];
const content = { primary: undefined, alternates: [], requiredClaims: TIED_TO_A_KEY, openIdDiscoveryUri: undefined };
const MOST_ALTERNATES = 4;
let xml = "";

const entity = (set, id) => ({ set, id });
const asset = () => entity("Assets", byId("asset-id").value.trim());
const contentKey = () => entity("ContentKeys", state.key.id);
const policy = () => entity("ContentKeyAuthorizationPolicies", byId("policy-id").value.trim());
const option = () => entity("ContentKeyAuthorizationPolicyOptions", byId("option-id").value.trim());

/** An example's id until the service gives its own. */
const take = (input) => ({ Id }) => {
  byId(input).value = Id;
  writeCalls();
};

/** Azure Media Services had the assets from elsewhere; the service in this browser begins without any. */
export const assetCall = restCall({
  id: "call-create-asset",
  title: "First, an asset",
  why: "The service in this browser begins without any. It answers with the Id that the next call needs.",
  onAnswer: take("asset-id"),
});

/** The calls of the step, in the order in which they are sent. */
export const calls = [
  {
    id: "call-link-asset",
    title: "Link the key to the asset",
    why: "From now on the asset’s files are encrypted and decrypted with this key.",
    request: () => linkEntitiesRequest(state.root, asset(), "ContentKeys", contentKey()),
  },
  {
    id: "call-create-policy",
    title: "Create the authorization policy",
    why: "An empty frame that can hold several options. The service answers with its Id.",
    onAnswer: take("policy-id"),
    request: () => createEntityRequest(state.root, policy().set, { Name: "Token policy" }),
  },
  {
    id: "call-create-option",
    title: "Create the option",
    why: "What the policy asks for: the token restriction above, as text inside JSON.",
    onAnswer: take("option-id"),
    request: () => createEntityRequest(state.root, option().set, {
      Name: "Token option for HLS",
      KeyDeliveryType: BASELINE_HTTP,
      KeyDeliveryConfiguration: null,
      Restrictions: [
        { Name: "Token authorization policy", KeyRestrictionType: TOKEN_RESTRICTED, Requirements: exactXml() },
      ],
    }),
  },
  {
    id: "call-link-option",
    title: "Link the policy to the option",
    why: "One policy, one or more options: a viewer passes when any of them is satisfied.",
    request: () => linkEntitiesRequest(state.root, policy(), "Options", option()),
  },
  {
    id: "call-put-policy",
    title: "Put the policy on the key",
    why: "The key is guarded from here on; the service may remember an older policy for up to 15 minutes.",
    request: () => updateEntityRequest(state.root, contentKey(), { AuthorizationPolicyId: policy().id }),
  },
].map((spec, index) => ({ ...spec, card: restCall({ ...spec, number: String(index + 1) }) }));

export function wire() {
  byId("issuer").value = "https://issuer.example/";
  byId("audience").value = "urn:test";
  byId("asset-id").value = `nb:cid:UUID:${crypto.randomUUID()}`;
  byId("policy-id").value = `nb:ckpid:UUID:${crypto.randomUUID()}`;
  byId("option-id").value = `nb:ckpoid:UUID:${crypto.randomUUID()}`;
  byId("policy-xml-copy").append(copyButton("token restriction, exactly as sent", () => xml, { words: "Copy exact XML" }));
  byId("asset-call").append(assetCall.element);
  byId("link-calls").append(...calls.map(({ card }) => card.element));

  for (const id of ["issuer", "audience"]) byId(id).addEventListener("input", makePolicy);
  for (const id of ["type-jwt", "type-swt"]) byId(id).addEventListener("change", makePolicy);
  for (const id of ["asset-id", "policy-id", "option-id"]) byId(id).addEventListener("input", writeCalls);
  byId("new-verification-key").addEventListener("click", () => {
    for (const key of [content.primary, ...content.alternates]) key?.key?.fill(0);
    Object.assign(content, { primary: undefined, alternates: [] });
    makePolicy();
    announce("A new verification key was made; tokens signed with the old one are refused now.");
  });
  byId("roll-over").addEventListener("click", () => {
    content.alternates = [content.primary, ...content.alternates].slice(0, MOST_ALTERNATES);
    content.primary = undefined;
    makePolicy();
    announce("A new primary key was made; the old one is an alternate and still opens.");
  });
  wireImport(takePolicy);
  whenChanged("root", writeCalls);
  whenChanged("key", writeCalls);
  whenChanged("service", () => { byId("asset-call").hidden = state.service === null; });
}

/** Chooses the token type from elsewhere in the page. */
export function chooseTokenType(type) {
  byId(type === "SWT" ? "type-swt" : "type-jwt").checked = true;
  makePolicy();
}

/** Takes a policy over: into the form what the form shows, the rest beside it. */
function takePolicy(restriction) {
  const { tokenType, issuer, audience, primaryVerificationKey, alternateVerificationKeys = [], requiredClaims = [] } = restriction;
  Object.assign(content, {
    primary: primaryVerificationKey ?? null, alternates: alternateVerificationKeys, requiredClaims,
    openIdDiscoveryUri: restriction.openIdDiscoveryUri,
  });
  byId("policy-note").textContent = "The keys and the required claims are those of your policy.";
  byId("issuer").value = issuer;
  byId("audience").value = audience;
  chooseTokenType(tokenType);
}

/** What the form says, and the public half of the page's own key pair where there is one. */
function restrictionOfForm() {
  if (content.primary === undefined) content.primary = { kind: "symmetric", key: generateVerificationKey() };
  const tokenType = byId("type-swt").checked ? "SWT" : "JWT";
  const pair = tokenType === "JWT" ? state.pair : null;
  const alternates = [...content.alternates, ...(pair?.verificationKey ? [pair.verificationKey] : [])];
  const jwks = pair && !pair.verificationKey ? { keys: [pair.jwk] } : undefined;
  const openIdDiscoveryUri = content.openIdDiscoveryUri ?? (jwks && DISCOVERY_EXAMPLE);
  return {
    jwks,
    restriction: {
      tokenType,
      issuer: byId("issuer").value,
      audience: byId("audience").value,
      requiredClaims: content.requiredClaims,
      ...(content.primary && { primaryVerificationKey: content.primary }),
      ...(alternates.length > 0 && { alternateVerificationKeys: alternates }),
      ...(openIdDiscoveryUri && { openIdDiscoveryUri }),
    },
  };
}

/** Builds the policy from the form; `state.policy` is null while the form does not make one. */
export function makePolicy() {
  state.gate?.[Symbol.dispose]();
  state.gate = null;
  state.policy = null;
  xml = "";
  let problem = null;
  try {
    const { restriction, jwks } = restrictionOfForm();
    xml = buildTokenRestriction(restriction);
    delete state.settings.jwks;
    if (jwks) state.settings.jwks = jwks;
    state.gate = new TokenVerifier(xml, state.settings);
    state.policy = restriction;
  } catch (error) {
    problem = error;
  }
  for (const id of ["issuer", "audience"]) {
    byId(id).setAttribute("aria-invalid", String(problem?.path?.endsWith(id) === true));
  }
  byId("roll-over").disabled = content.primary?.kind !== "symmetric";
  showError(byId("policy-error"), problem);
  byId("policy-xml").textContent = layOutXml(xml);
  byId("policy-xml").closest(".block").hidden = problem !== null;
  writeCalls();
  changed("policy");
}

function exactXml() {
  if (!xml) throw new Error("Waiting for a valid policy: see the form above.");
  return xml;
}

function writeAssetCall() {
  try {
    assetCall.show(createEntityRequest(state.root, "Assets", { Name: "Episode 1" }));
  } catch (error) {
    assetCall.fail(error);
  }
}

function writeCalls() {
  if (!state.key) return;
  let failed = 0;
  if (state.service) writeAssetCall();
  for (const { card, request } of calls) {
    try {
      card.show(request());
    } catch (error) {
      card.fail(error);
      failed += 1;
    }
  }
  if (failed === 0) setStep("link", "done", `${calls.length} calls ready`);
  else setStep("link", "bad", failed === 1 ? "1 call not ready" : `${failed} calls not ready`);
}
