// Loads everything else, so that a module that cannot load ends in a sentence and not in a dead page.
const steps = document.getElementById("steps");

try {
  const { start } = await import("./start.js");
  await start();
  steps.inert = false;
} catch (error) {
  console.warn("The Keywicket module did not load:", error);
  const notice = document.getElementById("load-error");
  const title = document.createElement("strong");
  title.textContent = "Keywicket could not start in this browser. ";
  const advice = "Its WebAssembly file did not load or is not supported. Reload the page; if that does not help, "
    + "use a current Chrome, Edge, Firefox or Safari. ";
  const detail = document.createElement("code");
  detail.textContent = error instanceof Error ? error.message : String(error);
  notice.append(title, advice, detail);
  notice.hidden = false;
  steps.hidden = true;
  for (const status of document.querySelectorAll(".rail-status")) status.textContent = "not available";
} finally {
  steps.removeAttribute("aria-busy");
}
