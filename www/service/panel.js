// Starting the service, sending everything to it, and forgetting it.
import { announce, byId, copyButton, el, factList, showError } from "../dom.js";
import { createCall } from "../create.js";
import { assetCall, calls } from "../link.js";
import { changed, state, whenChanged } from "../state.js";
import { bearer, forget, start, wasStarted } from "./connection.js";
import { keepPage } from "./offline.js";

let showFacts;

export function wire() {
  showFacts = factList(byId("service-facts"), [
    { name: "service-root", label: "Management API", usedBy: "with a bearer token" },
    { name: "service-delivery", label: "Key delivery", usedBy: "with the viewer’s token" },
    { name: "service-thumbprint", label: "Server certificate", usedBy: "thumbprint; keys are wrapped to it" },
  ]);
  byId("service-start").addEventListener("click", begin);
  byId("service-send-all").addEventListener("click", sendAll);
  byId("service-forget").addEventListener("click", forgetAll);
  whenChanged("service", show);
}

/** A service that was started before goes on by itself. */
export async function resume() {
  if (await wasStarted()) await begin();
}

async function begin() {
  byId("service-start").disabled = true;
  showError(byId("service-error"), null);
  byId("service-progress").textContent = "Starting: a key pair and a certificate are made the first time.";
  byId("service-mark").textContent = "starting";
  try {
    await start();
    announce("The service runs in this browser.");
  } catch (error) {
    byId("service-progress").textContent = "";
    byId("service-mark").textContent = "not started";
    showError(byId("service-error"), error);
  } finally {
    byId("service-start").disabled = false;
  }
  // Without room for its files the page still works, but not without a network.
  if (state.service) await keepPage().catch((error) => console.warn("The page’s files were not kept:", error));
}

function show() {
  const runs = state.service !== null;
  byId("service").dataset.runs = String(runs);
  byId("service-start").hidden = runs;
  byId("service-lead").hidden = runs;
  for (const id of ["service-send-all", "service-forget", "service-running"]) byId(id).hidden = !runs;
  byId("service-mark").textContent = runs ? "running here" : "not started";
  if (!runs) return;
  byId("service-progress").textContent = "";
  const { root, deliveryRoot, thumbprint } = state.service;
  showFacts({ "service-root": root, "service-delivery": `${deliveryRoot}?KID=`, "service-thumbprint": thumbprint });
  showTokenCopy();
}

/** A token for other tools; it is made when it is copied, and shown nowhere. */
function showTokenCopy() {
  if (byId("copy-bearer")) return;
  const button = copyButton("a management token, good for some minutes", bearer, { words: "Copy a management token" });
  button.id = "copy-bearer";
  byId("fact-service-root").parentElement.querySelector(".fact-actions").prepend(button);
}

/** Sends the calls of the first two steps in their order; the first refusal ends it. */
async function sendAll() {
  const button = byId("service-send-all");
  const all = [createCall, assetCall, ...calls.map(({ card }) => card)];
  button.disabled = true;
  let sent = 0;
  for (const card of all) {
    byId("service-progress").textContent = `Sending ${sent + 1} of ${all.length}: ${card.title}`;
    if (!(await card.send())) break;
    sent += 1;
  }
  button.disabled = false;
  button.focus();
  changed("answers");
  const failed = all[sent];
  byId("service-progress").replaceChildren(...(failed
    ? [`The service took ${sent} of ${all.length} calls, but not `, el("a", { href: `#${failed.element.id}` }, failed.title), ": its answer is there."]
    : [`All ${sent} calls were taken. Now `, el("a", { href: "#asking" }, "ask for the key"), "."]));
}

async function forgetAll() {
  byId("service-forget").disabled = true;
  try {
    await forget();
    // Its worker lives as long as a page that it controls.
    location.replace(location.href.replace(/#.*/, ""));
  } catch (error) {
    showError(byId("service-error"), error);
    byId("service-forget").disabled = false;
  }
}
