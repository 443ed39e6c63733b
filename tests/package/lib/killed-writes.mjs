/**
 * Writers at work on a server that is killed again and again, and what must stand afterwards. A writer does one thing after
 * another, each wholly or not at all, and remembers what was acknowledged; what was under way when the server died may have
 * happened or not.
 */

import assert from "node:assert/strict";

/**
 * @typedef {object} Work what is written, and how it is looked at
 * @property {(writer: number, number: number) => Promise<void>} create rejected if it was not acknowledged
 * @property {(writer: number, number: number) => Promise<void>} remove of what was created
 * @property {() => Promise<{ present: Set<string>, audited: number }>} inspect everything that is there, as `writer/number`; throws
 *   if anything is torn, or the audit log is broken; `audited` are the entries of the audit log
 */

/**
 * @param {object} options
 * @param {import("./workerd.mjs").WorkerServer} options.server
 * @param {Work} options.work
 * @param {number} options.writers
 * @param {number} options.kills
 * @param {() => number} options.uptime milliseconds between a start and the next kill
 * @param {(line: string) => void} options.say
 */
export async function surviveKills({ server, work, writers, kills, uptime, say }) {
  const team = Array.from({ length: writers }, (_, number) => newWriter(number));
  const total = { sent: 0, acknowledged: 0 };
  for (let kill = 1; kill <= kills; kill += 1) {
    const shift = { over: false };
    const done = Promise.all(team.map((writer) => writeUntil(shift, writer, work, total)));
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, uptime()))]);
    shift.over = true;
    await server.stop();
    await done;
    await server.restart();
    const { present, audited } = await work.inspect();
    for (const writer of team) settle(writer, present);
    const known = new Set(team.flatMap((writer) => [...writer.alive].map((number) => `${writer.name}/${number}`)));
    assert.deepEqual([...present].filter((one) => !known.has(one)), [], "nothing is there that nobody wrote, or that was removed");
    assert.ok(audited >= total.acknowledged && audited <= total.sent, `${audited} audited, ${total.acknowledged} acknowledged, ${total.sent} sent`);
    say(`kill ${kill}: ${total.sent} sent, ${total.acknowledged} acknowledged, ${audited} in the audit log, ${present.size} there`);
  }
  return total;
}

const newWriter = (name) => ({ name, next: 0, alive: new Set(), doubtful: undefined });

async function writeUntil(shift, writer, work, total) {
  while (!shift.over) {
    // Every third thing is a removal of what is known to be there.
    const [oldest] = writer.alive;
    const removes = writer.next % 3 === 2 && oldest !== undefined;
    const number = removes ? oldest : writer.next;
    writer.next += 1;
    total.sent += 1;
    try {
      await (removes ? work.remove(writer.name, number) : work.create(writer.name, number));
    } catch (error) {
      // While the server lives, nothing may fail.
      if (!shift.over) throw error;
      writer.doubtful = number;
      writer.alive.delete(number);
      return;
    }
    total.acknowledged += 1;
    if (removes) writer.alive.delete(number);
    else writer.alive.add(number);
  }
}

/** Everything acknowledged must be there; what was in doubt is now known. */
function settle(writer, present) {
  const lost = [...writer.alive].filter((number) => !present.has(`${writer.name}/${number}`));
  assert.deepEqual(lost, [], `writer ${writer.name} lost what was acknowledged`);
  if (writer.doubtful !== undefined && present.has(`${writer.name}/${writer.doubtful}`)) writer.alive.add(writer.doubtful);
  writer.doubtful = undefined;
}
