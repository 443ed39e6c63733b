/**
 * Many requests at once over kept connections, by raw sockets: an HTTP client of Node's would be the bottleneck. It reads just
 * as much of an answer as it must: the status, the length, the body's bytes.
 */

import { connect } from "node:net";

const HEAD_END = Buffer.from("\r\n\r\n");

/**
 * @param {object} load
 * @param {number | string} load.port on 127.0.0.1
 * @param {number} load.connections each has one request under way
 * @param {number} load.milliseconds
 * @param {(number: number) => string} load.request path and query of each request in turn
 * @param {(status: number, body: Buffer) => boolean} [load.isRight] what does not pass is counted as wrong
 * @returns {Promise<{ count: number, wrong: number, seconds: number, latencies: Float64Array }>} latencies in milliseconds, sorted
 */
export async function runLoad({ port, connections, milliseconds, request, isRight = () => true }) {
  const state = { number: 0, wrong: 0, latencies: [], end: performance.now() + milliseconds, request, isRight };
  const begin = performance.now();
  await Promise.all(Array.from({ length: connections }, () => converse(port, state)));
  const seconds = (performance.now() - begin) / 1000;
  return { count: state.latencies.length, wrong: state.wrong, seconds, latencies: Float64Array.from(state.latencies).sort() };
}

function converse(port, state) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: "127.0.0.1", noDelay: true });
    let waiting = Buffer.alloc(0);
    let sentAt;
    const send = () => {
      sentAt = performance.now();
      if (sentAt >= state.end) {
        socket.destroy();
        resolve();
        return;
      }
      socket.write(`GET ${state.request(state.number)} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: */*\r\n\r\n`);
      state.number += 1;
    };
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("end", () => reject(new Error("the server closed a connection under way")));
    socket.on("data", (chunk) => {
      waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
      const answer = readAnswer(waiting);
      if (answer === undefined) return;
      waiting = Buffer.alloc(0);
      state.latencies.push(performance.now() - sentAt);
      if (!state.isRight(answer.status, answer.body)) state.wrong += 1;
      send();
    });
  });
}

/** An answer that has come wholly, or nothing. */
function readAnswer(bytes) {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = bytes.latin1Slice(0, headEnd + 2);
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without a length:\n${head}`);
  const body = bytes.subarray(headEnd + 4);
  if (body.length < Number(length)) return undefined;
  return { status: Number(head.slice(9, 12)), body };
}
