/** Everything that is run in every runtime, as one report in plain JSON. */

import { runFlow } from "./flow.mjs";
import { runHostile } from "./hostile.mjs";
import { runRecovery } from "./recovery.mjs";
import { runRefusals } from "./refusals.mjs";
import { runSecrets } from "./secrets.mjs";
import { runVerifier } from "./verifier.mjs";

/**
 * @param engine the package's internal engine, which users cannot import
 * @returns {Promise<Record<string, { value?: unknown, failure?: string }>>} one part does not keep the others from running
 */
export async function runSuite(keywicket, engine, fixtures) {
  return {
    flow: await part(() => runFlow(keywicket, fixtures)),
    refusals: await part(() => runRefusals(keywicket, fixtures)),
    hostile: await part(() => runHostile(keywicket, fixtures)),
    secrets: await part(() => runSecrets(keywicket, engine, fixtures)),
    verifier: await part(() => runVerifier(keywicket, engine)),
    recovery: await part(() => runRecovery(keywicket, engine)),
  };
}

async function part(run) {
  try {
    return { value: await run() };
  } catch (error) {
    return { failure: `${error?.stack ?? error}` };
  }
}
