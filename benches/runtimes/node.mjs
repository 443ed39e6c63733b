/** Node: everything in this process. */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { toText } from "../in-runtime/transport.mjs";

export async function startNode({ folder }) {
  const inside = await import(pathToFileURL(join(folder, "node-contestants.mjs")));
  const entered = new Map();
  return {
    name: "node",

    async load(workload) {
      const there = inside.fromText(toText(workload));
      const loaded = await inside.load(inside.modules, there);
      for (const contestant of loaded.entered) entered.set(`${workload.name} ${contestant.name}`, contestant);
      return loaded;
    },

    /** @returns {Promise<{ ms: number, accepted: number }>} */
    async time(id, start, count) {
      const contestant = entered.get(id);
      const begin = performance.now();
      const accepted = await inside.runSlice(contestant, start, count);
      return { ms: performance.now() - begin, accepted };
    },

    async beginRound() {},
    async stop() {},
  };
}
