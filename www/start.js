import { init, versions } from "keywicket";
import * as authorize from "./authorize.js";
import * as create from "./create.js";
import * as deliver from "./deliver.js";
import { byId } from "./dom.js";
import * as link from "./link.js";
import { followScrolling } from "./rail.js";
import * as asking from "./service/asking.js";
import * as audit from "./service/audit-view.js";
import * as edge from "./service/edge-view.js";
import * as service from "./service/panel.js";

/** Starts the module, wires the four steps and the service, and runs the flow once. */
export async function start() {
  await init();
  for (const step of [create, link, authorize, deliver, service, asking, edge, audit]) step.wire();
  create.makeKey();
  link.makePolicy();
  byId("versions").textContent = `Keywicket ${versions().keywicket}.`;
  followScrolling();
  // Not waited for: without the service the page is whole.
  service.resume();
}
