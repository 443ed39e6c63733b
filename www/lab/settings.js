// What a verifier is told beside its policy.
import { byId, showError } from "../dom.js";
import { makePolicy } from "../link.js";
import { state } from "../state.js";

export function wireSettings() {
  byId("tolerance").addEventListener("input", () => {
    const seconds = Number(byId("tolerance").value);
    const isGood = byId("tolerance").value !== "" && Number.isInteger(seconds) && seconds >= 0 && seconds <= 900;
    byId("tolerance").setAttribute("aria-invalid", String(!isGood));
    showError(byId("settings-error"), isGood ? null : new Error("The tolerance is 0 to 900 whole seconds; the last good one is in force."));
    if (isGood) change({ tolerance: seconds });
  });
  byId("symmetric-algorithm").addEventListener("change", ({ target }) => change({ symmetricAlgorithm: target.value }));
  byId("rsa-algorithm").addEventListener("change", ({ target }) => change({ rsaAlgorithm: target.value }));
  summarise();
}

function change(setting) {
  Object.assign(state.settings, setting);
  summarise();
  makePolicy();
}

function summarise() {
  const { tolerance, symmetricAlgorithm, rsaAlgorithm } = state.settings;
  byId("settings-summary").textContent = `${tolerance} s of tolerance, ${symmetricAlgorithm}, ${rsaAlgorithm}`;
}
