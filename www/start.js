import { init, versions } from "keywicket";
import * as authorize from "./authorize.js";
import * as create from "./create.js";
import * as deliver from "./deliver.js";
import { byId } from "./dom.js";
import * as link from "./link.js";
import { followScrolling } from "./rail.js";

/** Starts the module, wires the four steps, and runs the flow once. */
export async function start() {
  await init();
  for (const step of [create, link, authorize, deliver]) step.wire();
  create.makeKey();
  link.makePolicy();
  byId("versions").textContent = `Keywicket ${versions().keywicket}.`;
  followScrolling();
}
