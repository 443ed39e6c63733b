/** On what it was measured; nothing that tells whose machine it is. */

import { arch, availableParallelism, cpus, loadavg, platform } from "node:os";

export function machine({ workerd }) {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    processors: availableParallelism(),
    system: `${platform()} ${arch()}`,
    // Above the number of processors, somebody else is measured too.
    load: Number(loadavg()[0].toFixed(2)),
    node: process.versions.node,
    v8: process.versions.v8,
    workerd,
  };
}
