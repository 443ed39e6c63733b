/** jose where a thread pool does the cryptography: waiting for one answer at a time is not all that it can do. */

import * as jose from "./jose.mjs";

const IN_FLIGHT = 64;

export async function contestants(workload) {
  const awaited = await jose.contestants(workload);
  return awaited.map((contestant) => ({ ...contestant, name: `jose, ${IN_FLIGHT} in flight`, lanes: IN_FLIGHT }));
}
