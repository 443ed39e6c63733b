/** What is said where a Worker is not set up rightly: the variable, to the log; that there is something, to whoever asked. */

import { KeywicketError } from "../error.js";

/** A variable of the Worker that cannot be used. Its value is in no message: it may be a secret, or next to one. */
export class Misconfigured extends Error {
  /**
   * @param {string} variable
   * @param {string} code
   */
  constructor(variable, code) {
    super(`${variable}: ${code}`);
    this.variable = variable;
    this.code = code;
  }
}

/** Which variable each option of a KeyService comes from. */
const VARIABLES = {
  "options.root": "API_ROOT",
  "options.deliveryRoot": "DELIVERY_ROOT",
  "options.entryHosts": "ENTRY_HOSTS",
  "options.adminHosts": "ADMIN_HOSTS",
  "options.deliveryHosts": "DELIVERY_HOSTS",
  "options.allowedOrigins": "ALLOWED_ORIGINS",
  "options.playlistOrigins": "PLAYLIST_ORIGINS",
  "options.cacheSeconds": "CACHE_SECONDS",
  "options.scanLimit": "SCAN_LIMIT",
  "options.protectionKeys[0]": "PROTECTION_CERTIFICATE",
  "options.protectionKeys[1]": "PREVIOUS_PROTECTION_CERTIFICATE",
};

/** What to look at: a variable, or a setting where settings come from a function of somebody's own. */
function variableOf(error) {
  if (error instanceof Misconfigured) return error.variable;
  const path = error?.path ?? "";
  const option = Object.keys(VARIABLES).find((name) => path.startsWith(name));
  if (option !== undefined) return VARIABLES[option];
  if (path.startsWith("options.") && !path.startsWith("options.adminPolicy")) return path;
  // A policy is read by itself, and its errors are about places in it.
  return error instanceof KeywicketError ? "ADMIN_POLICY" : "settings";
}

const told = new Set();

/** A 500, and one line in the log of this isolate. */
export function misconfigured(error) {
  const line = error?.line === undefined ? "" : ` (line ${error.line})`;
  const reason = `keywicket: ${variableOf(error)} is wrong: ${typeof error?.code === "string" ? error.code : "unusable"}${line}`;
  if (!told.has(reason)) {
    told.add(reason);
    console.error(reason);
  }
  return Response.json(
    { Error: { Message: "The key server is not set up rightly. Its log says which setting is wrong.", Code: "worker.misconfigured" } },
    { status: 500, headers: { "cache-control": "no-store" } },
  );
}
