/** The exchanges that the old service's documentation prints, and what must be put in their place to send them. */

import { readFileSync } from "node:fs";

/** @typedef {{ lines: string[], body: string }} Message lines of the head, as printed */
/** @typedef {{ page: string, request: Message, response?: Message }} Exchange */

const fixture = (name) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8");

/** @returns {Exchange[]} in the order of the pages */
export function documentedExchanges() {
  const exchanges = [];
  for (const part of fixture("documented-exchanges.txt").split(/^### /m).slice(1)) {
    const [title, ...rest] = part.split("\n");
    const [page, kind] = title.split(" ");
    const [head, body = ""] = rest.join("\n").trimEnd().split("\n\n");
    const message = { lines: head.split("\n"), body };
    if (kind === "request") exchanges.push({ page, request: message });
    else exchanges.at(-1).response = message;
  }
  return exchanges;
}

export const documentedCertificate = fixture("documented-protection-certificate.txt").trim();

/** Of that certificate, as the pages print it. */
export const THUMBPRINT = "7D9BB04D9D0A4A24800CADBFEF232689E048F69C";
/** What the pages print in words only, in place of a response. */
export const PLAYREADY_URL = "https://account001.keydelivery.mediaservices.windows.net/PlayReady/";
export const API_ROOT = "https://wamsbayclus001rest-hs.cloudapp.net/api/";

/** The key that stands for the pages' placeholders of one. */
export const PLACEHOLDER_KEY = "nb:kid:UUID:9c8ea9c6-52bd-4232-8a43-8e43d8564a99";
const PLACEHOLDER_ASSET = "nb:cid:UUID:fbd7ce05-1087-401b-aaae-29f16383c801";

/**
 * Everything that is sent otherwise than printed, and why.
 *
 * @param {{ bearer: string, wrapped: string }} ours a token of our manager, and what stands for a wrapped key
 */
export function substitutions({ bearer, wrapped }) {
  return [
    { why: "the bearer is a token of our own policy", printed: /^Authorization: Bearer .*$/m, sent: `Authorization: Bearer ${bearer}` },
    { why: "a placeholder for 256 bytes", printed: "your encrypted content key", sent: wrapped },
    { why: "a placeholder for 8 bytes", printed: "calculated checksum", sent: "TfXtjCIlq1Y=" },
    { why: "a placeholder for an id", printed: "*contentkeyid*", sent: PLACEHOLDER_KEY },
    { why: "a placeholder for an id", printed: "('ContentkeyId')", sent: `('${PLACEHOLDER_KEY}')` },
    { why: "a placeholder for an id", printed: "('assetid')", sent: `('${PLACEHOLDER_ASSET}')` },
  ];
}

/** Request lines that stand alone in a table of methods are sent like the sample below them. */
const TABLE_HEADERS = ["Content-Type: application/json", "Accept: application/json", "x-ms-version: 2.19", "Authorization: Bearer x"];
const TABLE_BODIES = [
  [/^POST \S+\/ContentKeys HTTP/, ({ wrapped }) => JSON.stringify({ ContentKeyType: 0, EncryptedContentKey: wrapped, ProtectionKeyId: THUMBPRINT })],
  [/^POST \S+\/GetKeyDeliveryUrl HTTP/, () => '{"keyDeliveryType":1}'],
];

/** The bytes to send: as printed, with the substitutions and the length that the body then has. */
export function requestText({ request }, ours) {
  const isTableRow = request.lines.length === 1;
  const lines = isTableRow ? [...request.lines, ...TABLE_HEADERS] : request.lines;
  const body = request.body || (isTableRow && TABLE_BODIES.find(([line]) => line.test(lines[0]))?.[1](ours)) || "";
  let [head, sent] = [lines.join("\n"), body];
  for (const { printed, sent: instead } of substitutions(ours)) {
    head = head.replace(printed, () => instead);
    sent = sent.replace(printed, () => instead);
  }
  const host = /^\S+ https?:\/\/([^/]+)/.exec(head)[1];
  const kept = head.split("\n").filter((line) => !/^(Content-Length|Host):/i.test(line));
  return [...kept, `Host: ${host}`, `Content-Length: ${Buffer.byteLength(sent)}`, "", sent].join("\r\n");
}

/** Ids of entities that the pages speak of and nobody creates on them. */
export function idsInRequests(exchanges) {
  const texts = exchanges.map(({ request }) => decodeURIComponent(`${request.lines[0]} ${request.body}`));
  const created = texts.flatMap((text) => [...text.matchAll(/"Id" ?: ?"([^"]+)"/g)].map(([, id]) => id));
  const named = texts.flatMap((text) => text.match(/nb:\w+:UUID:[0-9a-f-]{36}/g) ?? []);
  return [...new Set([...named, PLACEHOLDER_KEY])].filter((id) => !created.includes(id));
}
