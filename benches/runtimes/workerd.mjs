/** workerd, timed from outside: its clock stands still while code runs. */

import { toText } from "../in-runtime/transport.mjs";
import { median } from "../statistics.mjs";
import { bundleWorker } from "../../tests/package/lib/bundle.mjs";
import { serveWorker } from "../../tests/package/lib/workerd.mjs";

const COMPATIBILITY_DATE = "2026-10-01";
const EMPTY_REQUESTS = 15;

export async function startWorkerd({ folder }) {
  const { code, modules } = await bundleWorker(folder, "worker.mjs");
  const server = await serveWorker({ texts: { "main.js": code }, modules, compatibilityDate: COMPATIBILITY_DATE });
  /** What a request costs that does nothing. */
  let overhead = 0;

  async function ask(path, body) {
    const response = await fetch(server.address + path, { method: "POST", body });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`workerd answers ${response.status} to ${path}:\n${text}${server.log()}`);
    return JSON.parse(text);
  }

  async function timed(path) {
    const begin = performance.now();
    const { accepted } = await ask(path);
    return { ms: performance.now() - begin, accepted };
  }

  return {
    name: "workerd",

    load: (workload) => ask("load", toText(workload)),

    /** @returns {Promise<{ ms: number, accepted: number }>} */
    async time(id, start, count) {
      const { ms, accepted } = await timed(`run?${new URLSearchParams({ contestant: id, start, count })}`);
      return { ms: Math.max(ms - overhead, 0), accepted };
    },

    async beginRound() {
      const empty = [];
      for (let asked = 0; asked < EMPTY_REQUESTS; asked += 1) empty.push((await timed("empty")).ms);
      overhead = median(empty);
    },

    stop: () => server.stop(),
  };
}
