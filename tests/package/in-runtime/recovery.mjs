/**
 * What happens after a trap, provoked in the real instance. Runs in every runtime; throws at the first thing that is
 * not as it should be, and reports what it counted.
 */

import { exportsOf, expectInternal, must, thrownBy, trap } from "./checks.mjs";
import { counting, KEY_ID, NOW, restriction } from "./inputs.mjs";

const USERS = 20;
const ROUNDS = 15;
const CHECKSUM = "YXXn5SwesfA=";
const request = { keyId: KEY_ID, now: NOW };

export async function runRecovery(keywicket, engine) {
  const gate = new keywicket.TokenVerifier(restriction("JWT"));
  const token = keywicket.mintToken(restriction("JWT"), request);
  const before = JSON.stringify(gate.explain(token, request));
  const check = () =>
    must(JSON.stringify(gate.explain(token, request)) === before, "the verifier's answer has changed");

  afterOneTrap(keywicket, engine, check);
  afterExhaustingTheStack(keywicket, engine, check);
  afterAnExceptionOfTheCaller(keywicket, check);
  afterATrapInsideAGetter(keywicket, engine, check);
  afterDisposalOfADeadHandle(keywicket, engine);
  const answers = await withUsersInFlight(keywicket, engine, check);
  return { answers, generation: engine.generation() };
}

function afterOneTrap(keywicket, engine, check) {
  const generation = engine.generation();
  const memory = engine.call((core) => exportsOf(core).memory);
  must(
    new Uint8Array(memory.buffer).some((byte) => byte !== 0),
    "the instance has an empty memory",
  );
  expectInternal(keywicket, () => trap(engine), "RuntimeError");
  must(engine.generation() === generation + 1, "the generation did not go up by one");
  must(
    new Uint8Array(memory.buffer).every((byte) => byte === 0),
    "the dead instance's memory was not wiped",
  );
  must(engine.call((core) => exportsOf(core).memory) !== memory, "the instance was not replaced");
  must(keywicket.computeChecksum(KEY_ID, counting(16)) === CHECKSUM, "the next call does not work");
  check();
  check();
}

/** A getter that asks again and again, through the core each time. */
function afterExhaustingTheStack(keywicket, engine, check) {
  const generation = engine.generation();
  const key = {
    id: KEY_ID,
    type: "EnvelopeEncryption",
    get key() {
      return keywicket.importContentKey(key);
    },
  };
  expectInternal(keywicket, () => keywicket.importContentKey(key), "RangeError");
  must(engine.generation() > generation, "running out of stack did not renew the instance");
  check();
}

function afterAnExceptionOfTheCaller(keywicket, check) {
  const mine = new Error("mine");
  const key = {
    id: KEY_ID,
    type: "EnvelopeEncryption",
    get key() {
      throw mine;
    },
  };
  must(thrownBy(() => keywicket.importContentKey(key)) === mine, "the caller's exception did not come back as it was");
  check();
}

/** The trap is swallowed by the caller's own code, while a call is under way in the same instance. */
function afterATrapInsideAGetter(keywicket, engine, check) {
  let inner;
  const key = {
    id: KEY_ID,
    type: "EnvelopeEncryption",
    get key() {
      inner = thrownBy(() => trap(engine));
      return counting(16);
    },
  };
  expectInternal(keywicket, () => keywicket.importContentKey(key));
  must(inner?.code === "internal", "the inner call did not fail");
  check();
}

function afterDisposalOfADeadHandle(keywicket, engine) {
  const gate = new keywicket.TokenVerifier(restriction("SWT"));
  expectInternal(keywicket, () => trap(engine), "RuntimeError");
  gate.dispose();
  gate.dispose();
  must(thrownBy(() => gate.check("", request)).code === "argument.out_of_range", "a disposed verifier still answers");
}

async function withUsersInFlight(keywicket, engine, check) {
  const generation = engine.generation();
  let answers = 0;
  const user = async (number) => {
    const own = new keywicket.TokenVerifier(restriction("JWT"), { tolerance: number });
    for (let round = 0; round < ROUNDS; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, number % 3));
      if (number === 7 && round % 5 === 0) expectInternal(keywicket, () => trap(engine), "RuntimeError");
      // The token runs for 600 seconds, and each user has a tolerance of their own.
      const token = keywicket.mintToken(restriction("JWT"), request);
      const { code: last } = own.check(token, { keyId: KEY_ID, now: NOW + 599 + number });
      const { code: late } = own.check(token, { keyId: KEY_ID, now: NOW + 601 + number });
      must(last === "token.allowed" && late === "token.expired", `user ${number} was answered ${last}, ${late}`);
      check();
      answers += 1;
    }
    own.dispose();
  };
  await Promise.all(Array.from({ length: USERS }, (_, number) => user(number)));
  must(engine.generation() === generation + 3, "the users did not see three traps");
  return answers;
}
