/** From a workload to contestants that have shown that they answer rightly. */

/** Valid tokens that each contestant must accept before it is timed. Afterwards every accepted token is counted. */
const SHOWN = 50;

/**
 * @param {{ contestants: (workload: object) => Promise<object[]> }[]} modules
 * @returns {Promise<{ entered: import("./loop.mjs").Contestant[], skipped: { name: string, skipped: string }[] }>}
 */
export async function load(modules, workload) {
  const all = [];
  for (const module of modules) all.push(...(await module.contestants(workload)));
  const entered = all.filter(({ skipped }) => skipped === undefined);
  for (const contestant of entered) {
    contestant.inputs = contestant.prepare ? workload.tokens.map(contestant.prepare) : workload.tokens;
    await mustAnswerRightly(contestant, workload);
  }
  return { entered, skipped: all.filter(({ skipped }) => skipped !== undefined) };
}

async function mustAnswerRightly({ name, check, prepare = (token) => token, signatureOnly, inputs }, workload) {
  const wrong = [];
  for (const [index, input] of inputs.slice(0, SHOWN).entries()) {
    if ((await check(input)) !== true) wrong.push(`refuses valid token ${index}`);
  }
  for (const { why, bySignature, token } of workload.refused) {
    if (signatureOnly && !bySignature) continue;
    if ((await check(prepare(token))) !== false) wrong.push(`does not refuse a token with this fault: ${why}`);
  }
  if (wrong.length > 0) throw new Error(`${workload.name}: ${name} ${wrong.slice(0, 5).join("; ")}`);
}
