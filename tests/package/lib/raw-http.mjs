/** HTTP by hand: sends bytes as they are, for requests that no client would write. */

import { connect } from "node:net";

/**
 * @param {number} port on 127.0.0.1
 * @param {string | Buffer} bytes of a whole request
 * @returns {Promise<{ status: number, reason: string, headers: [name: string, value: string][], body: Buffer }>}
 */
export function sendRaw(port, bytes) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const chunks = [];
    const finish = (response) => {
      socket.destroy();
      resolve(response);
    };
    socket.setTimeout(10_000, () => socket.destroy(new Error("no answer within ten seconds")));
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      const response = parse(Buffer.concat(chunks));
      if (response !== undefined) finish(response);
    });
    socket.on("close", () => reject(new Error(`closed after ${Buffer.concat(chunks).length} bytes`)));
    socket.write(bytes);
  });
}

/** A response if all of it is there; interim ones are passed over. */
function parse(bytes) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [line, ...fields] = bytes.toString("latin1", 0, end).split("\r\n");
  const [, code, reason] = /^HTTP\/1\.1 (\d{3}) ?(.*)$/.exec(line);
  const [status, rest] = [Number(code), bytes.subarray(end + 4)];
  if (status < 200) return parse(rest);
  const headers = fields.map((field) => /^([^:]+): ?(.*)$/.exec(field).slice(1));
  const value = (name) => headers.find(([known]) => known.toLowerCase() === name)?.[1];
  const body = /chunked/i.test(value("transfer-encoding") ?? "") ? unchunked(rest) : whole(rest, status, value("content-length"));
  return body && { status, reason, headers, body };
}

function whole(rest, status, length = "0") {
  const expected = status === 204 || status === 304 ? 0 : Number(length);
  return rest.length >= expected ? rest.subarray(0, expected) : undefined;
}

function unchunked(rest) {
  const parts = [];
  for (;;) {
    const line = rest.indexOf("\r\n");
    if (line < 0) return undefined;
    const size = Number.parseInt(rest.toString("latin1", 0, line), 16);
    if (rest.length < line + 2 + size + 2) return undefined;
    if (size === 0) return Buffer.concat(parts);
    parts.push(rest.subarray(line + 2, line + 2 + size));
    rest = rest.subarray(line + 2 + size + 2);
  }
}
