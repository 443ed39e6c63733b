/** The loop that is timed. It counts what was accepted, so that nothing can be optimised away or fail unseen. */

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {(input: unknown) => boolean | Promise<boolean>} check
 * @property {number} [lanes] how many checks are in flight at once; left out: `check` is synchronous
 * @property {(token: string) => unknown} [prepare] makes the input of `check` beforehand; left out: the token itself
 * @property {string} [ours] the method, if the contestant is ours
 * @property {boolean} [signatureOnly] it knows nothing of claims
 */

/**
 * @param {Contestant & { inputs: unknown[] }} contestant
 * @param {number} start index of the first input; behind the last one comes the first again
 * @param {number} count
 * @returns {number | Promise<number>} how many were accepted
 */
export function runSlice({ check, lanes, inputs }, start, count) {
  if (lanes === undefined) return runSync(check, inputs, start, count);
  return lanes === 1 ? runAwaited(check, inputs, start, count) : runLanes(lanes, check, inputs, start, count);
}

function runSync(check, inputs, start, count) {
  let accepted = 0;
  for (let done = 0, at = start; done < count; done += 1) {
    if (check(inputs[at]) === true) accepted += 1;
    at = at + 1 === inputs.length ? 0 : at + 1;
  }
  return accepted;
}

async function runAwaited(check, inputs, start, count) {
  let accepted = 0;
  for (let done = 0, at = start; done < count; done += 1) {
    if ((await check(inputs[at])) === true) accepted += 1;
    at = at + 1 === inputs.length ? 0 : at + 1;
  }
  return accepted;
}

/** Every lane takes the next input as soon as its last answer is there. */
async function runLanes(lanes, check, inputs, start, count) {
  let accepted = 0;
  let done = 0;
  const lane = async () => {
    while (done < count) {
      const at = (start + done) % inputs.length;
      done += 1;
      if ((await check(inputs[at])) === true) accepted += 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return accepted;
}
