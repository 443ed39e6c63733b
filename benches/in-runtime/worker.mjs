/**
 * The Worker, and who runs in it. A request loads a workload, or runs one slice; the clock stands still inside, so
 * whoever asked takes the time.
 */

import * as full from "./contestants/full.mjs";
import * as gate from "./contestants/gate.mjs";
import * as jose from "./contestants/jose.mjs";
import * as signature from "./contestants/signature-webcrypto.mjs";
import * as webCrypto from "./contestants/webcrypto.mjs";
import { load } from "./load.mjs";
import { runSlice } from "./loop.mjs";
import { fromText } from "./transport.mjs";

const modules = [gate, full, jose, webCrypto, signature];
const entered = new Map();

const actions = {
  async load(request) {
    const workload = fromText(await request.text());
    const loaded = await load(modules, workload);
    for (const contestant of loaded.entered) entered.set(`${workload.name} ${contestant.name}`, contestant);
    return { ...loaded, entered: loaded.entered.map(({ name, ours }) => ({ name, ours })) };
  },
  async run(_, parameters) {
    const contestant = entered.get(parameters.get("contestant"));
    return { accepted: await runSlice(contestant, Number(parameters.get("start")), Number(parameters.get("count"))) };
  },
  async empty() {
    return { accepted: 0 };
  },
};

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    try {
      return Response.json(await actions[pathname.slice(1)](request, searchParams));
    } catch (error) {
      return new Response(error.stack ?? String(error), { status: 500 });
    }
  },
};
