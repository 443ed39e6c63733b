/** Who runs in Node. */

import * as fastJwt from "./contestants/fast-jwt.mjs";
import * as full from "./contestants/full.mjs";
import * as gate from "./contestants/gate.mjs";
import * as jose from "./contestants/jose.mjs";
import * as joseInFlight from "./contestants/jose-in-flight.mjs";
import * as nodeCrypto from "./contestants/node-crypto.mjs";
import * as signature from "./contestants/signature-node.mjs";
import * as webCrypto from "./contestants/webcrypto.mjs";

export { load } from "./load.mjs";
export { runSlice } from "./loop.mjs";
export { fromText } from "./transport.mjs";

export const modules = [gate, full, jose, joseInFlight, fastJwt, webCrypto, nodeCrypto, signature];
