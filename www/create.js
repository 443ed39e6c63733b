import {
  computeChecksum, createEntityRequest, describeKeyId, generateContentKey, readProtectionCertificate, wrapContentKey,
} from "keywicket";
import { toHex } from "./bytes.js";
import { DOCUMENTED_CERTIFICATE } from "./certificate.js";
import { announce, byId, copyButton, el, factList, icon, isoDate, showError } from "./dom.js";
import { setStep } from "./rail.js";
import { restCall } from "./rest-call.js";
import { changed, state, whenChanged } from "./state.js";

const HIDDEN = "•".repeat(32);

export const createCall = restCall({
  id: "call-create-key",
  title: "Create the content key",
  why: "It carries the wrapped key and its checksum. The clear key is not in it.",
});

let showKeyFacts;
let showCertificateFacts;
let clearKeyCopy;
let certificateProblem = null;

export function wire() {
  showKeyFacts = factList(byId("key-facts"), [
    { name: "entity-id", label: "Entity id", usedBy: "Media Services REST" },
    { name: "guid", label: "GUID", usedBy: "token claim, key-delivery URL" },
    { name: "uri-id", label: "In a URL", usedBy: "ContentKeys('…')" },
    { name: "cenc-hex", label: "CENC order, hex", usedBy: "MP4 tenc and pssh, DASH, Widevine" },
    { name: "cenc-base64", label: "CENC order, base64", usedBy: "CPIX, Widevine" },
    { name: "playready-hex", label: ".NET order, hex", usedBy: "checksum, key seeds" },
    { name: "playready-base64", label: ".NET order, base64", usedBy: "PlayReady header KID" },
    { name: "checksum", label: "Checksum", usedBy: "ties the key to its id" },
  ]);
  showCertificateFacts = factList(byId("certificate-facts"), [
    { name: "thumbprint", label: "Thumbprint", usedBy: "SHA-1: the ProtectionKeyId" },
    { name: "subject", label: "Subject", copy: false },
    { name: "validity", label: "Valid", copy: false },
    { name: "key-size", label: "Public key", copy: false },
    { name: "signature", label: "Signature", copy: false },
    { name: "serial", label: "Serial number", copy: false },
  ]);
  byId("create-calls").append(createCall.element);
  createCall.element.querySelector("details").open = true;

  clearKeyCopy = copyButton("clear key", () => toHex(state.key.key));
  clearKeyCopy.hidden = true;
  byId("reveal-key").after(clearKeyCopy);

  byId("make-key").addEventListener("click", () => {
    if (makeKey()) announce("A new key was made; the old one was wiped.");
  });
  byId("reveal-key").addEventListener("click", () => reveal(byId("reveal-key").getAttribute("aria-pressed") !== "true"));

  const certificate = byId("certificate");
  certificate.value = DOCUMENTED_CERTIFICATE;
  certificate.addEventListener("input", readCertificate);
  byId("certificate-restore").addEventListener("click", () => {
    certificate.value = usualCertificate();
    readCertificate();
    certificate.focus();
  });
  whenChanged("service", takeService);

  const root = byId("api-root");
  root.value = state.root;
  root.addEventListener("input", () => {
    state.root = root.value.trim();
    wrap();
    changed("root");
  });
  readCertificate();
}

/** The one that keys are wrapped to unless somebody says otherwise. */
const usualCertificate = () => state.service?.certificate ?? DOCUMENTED_CERTIFICATE;

/** The service runs: keys are wrapped to its certificate, and requests are its own. */
function takeService() {
  if (state.service === null) return;
  byId("certificate").value = state.service.certificate;
  byId("certificate-restore").textContent = "Put the service’s back";
  byId("api-root").value = state.service.root;
  state.root = state.service.root;
  readCertificate();
  changed("root");
}

/** Replaces the key; the bytes of the old one are overwritten. */
export function makeKey() {
  let key;
  try {
    key = generateContentKey({ type: "EnvelopeEncryption" });
  } catch (error) {
    showError(byId("key-error"), error);
    return false;
  }
  showError(byId("key-error"), null);
  state.key?.key.fill(0);
  state.key = key;
  reveal(false);

  const id = describeKeyId(key.id);
  showKeyFacts({
    "entity-id": id.id,
    guid: id.guid,
    "uri-id": id.uriEncoded,
    "cenc-hex": id.cenc.hex,
    "cenc-base64": id.cenc.base64,
    "playready-hex": id.playready.hex,
    "playready-base64": id.playready.base64,
    checksum: computeChecksum(key.id, key.key),
  });
  wrap();
  changed("key");
  return true;
}

function reveal(shown) {
  byId("clear-key").textContent = shown ? toHex(state.key.key) : HIDDEN;
  const button = byId("reveal-key");
  button.setAttribute("aria-pressed", String(shown));
  button.textContent = shown ? "Hide the key" : "Reveal the key";
  clearKeyCopy.hidden = !shown;
}

function readCertificate() {
  const text = byId("certificate").value;
  byId("certificate-restore").hidden = text === usualCertificate();
  byId("certificate-source").hidden = text !== DOCUMENTED_CERTIFICATE;
  byId("certificate-ours").hidden = text !== state.service?.certificate;
  let certificate = null;
  certificateProblem = null;
  try {
    certificate = readProtectionCertificate(text);
  } catch (error) {
    certificateProblem = error;
  }
  byId("certificate").setAttribute("aria-invalid", String(certificateProblem !== null));
  showError(byId("certificate-error"), certificateProblem);
  byId("certificate-facts").hidden = certificateProblem !== null;
  byId("certificate-findings").replaceChildren(...(certificate?.findings ?? []).map(findingItem));
  if (certificate) {
    showCertificateFacts({
      thumbprint: certificate.thumbprint,
      subject: certificate.subject,
      validity: `${isoDate(certificate.notBefore)} to ${isoDate(certificate.notAfter)}`,
      "key-size": `RSA, ${certificate.keyBits} bits, exponent ${certificate.exponent}`,
      signature: certificate.signatureAlgorithm,
      serial: certificate.serialNumber,
    });
  }
  wrap();
}

function findingItem({ code, severity, why, fix }) {
  return el("li", { class: `finding finding-${severity}`, "data-code": code }, icon("warning"),
    el("div", {}, el("code", { class: "code" }, code), el("span", { class: "visually-hidden" }, ` (${severity})`),
      el("p", {}, why), fix ? el("p", { class: "fix" }, fix) : null));
}

/** Wraps the key to the certificate and writes the request. */
function wrap() {
  if (!state.key) return;
  try {
    if (certificateProblem) throw new Error("Waiting for a valid certificate: see above.");
    const entity = wrapContentKey(state.key, byId("certificate").value, { name: "Envelope key" });
    createCall.show(createEntityRequest(state.root, "ContentKeys", entity));
    setStep("create", "done", "key made and wrapped");
  } catch (error) {
    createCall.fail(error);
    setStep("create", "bad", "cannot wrap the key");
  }
}
