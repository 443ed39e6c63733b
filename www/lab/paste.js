// What was pasted: a token, or something that carries one.
import { extractToken } from "keywicket";

const PLACES = {
  authorization: "the Authorization header",
  query: "the query of the URL",
  playready_custom_data: "the PlayReady custom data",
};

const HEADER = /^\s*authorization\s*:\s*(.*)$/im;
const REQUEST_LINE = /^\s*(?:get|post|head|put)\s+(\S+)(?:\s+http\/[\d.]+)?\s*$/im;
const URL_START = /^(?:[a-z][a-z\d+.-]*:\/\/|\/\S*\?|\?|token=)/i;
const SCHEME = /^bearer(?:[ \t=+]|%20|%3d|%2b)/i;

/** The places of a request in a text, for `extractToken`; null for a text that must be the token itself. */
export function placesIn(text) {
  const trimmed = text.trim();
  if (trimmed.startsWith("<")) return { playReadyCustomData: trimmed };
  const header = HEADER.exec(trimmed);
  const line = REQUEST_LINE.exec(trimmed);
  if (header || line) return { authorization: header?.[1], url: line?.[1] ?? urlBeside(trimmed) };
  if (SCHEME.test(trimmed)) return { authorization: trimmed };
  return URL_START.test(trimmed) && !/\s/.test(trimmed) ? { url: trimmed } : null;
}

/** The URL on a line of its own beside a header. */
const urlBeside = (text) => text.split("\n").map((line) => line.trim()).find((line) => /^https?:\/\//i.test(line));

/**
 * `{ token, found }`: the token, and a sentence on where it stood ("" for a bare token); or `{ token: "", missing }` with
 * code, reason and remedy.
 */
export function readPasted(text) {
  const places = placesIn(text);
  if (places === null) return { token: text, found: "" };
  const found = extractToken(places);
  if (found.token !== undefined) return { token: found.token, found: `Found in ${PLACES[found.source]}.` };
  const name = places.playReadyCustomData ? PLACES.playready_custom_data : places.authorization ? PLACES.authorization : "the URL";
  return { token: "", found: `Looked for in ${name}: ${found.why}.`, missing: found };
}
