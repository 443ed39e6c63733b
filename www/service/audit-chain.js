// The chain of the audit log, computed again: each row carries the hash of the one before.

const ROW = /^(\{"n":(\d+),"prev":"([0-9a-f]{64})","entry":.*),"hash":"([0-9a-f]{64})"\}$/s;
const NOTHING_BEFORE = "0".repeat(64);

/**
 * The rows of a page of the log, each as the text that was hashed: reading and writing it as JSON could change its spelling.
 *
 * @param {string} page `{"value":[…],…}`
 * @returns {string[]}
 */
export function rowTexts(page) {
  const rows = [];
  let depth = 0;
  let isText = false;
  let start = 0;
  const from = page.indexOf("[") + 1;
  for (let at = from; at < page.length; at += 1) {
    const character = page[at];
    if (isText) {
      if (character === "\\") at += 1;
      else if (character === '"') isText = false;
    } else if (character === '"') {
      isText = true;
    } else if (character === "{") {
      if (depth === 0) start = at;
      depth += 1;
    } else if (character === "}") {
      depth -= 1;
      if (depth === 0) rows.push(page.slice(start, at + 1));
    } else if (character === "]" && depth === 0) {
      return rows;
    }
  }
  throw new Error("This is no page of an audit log.");
}

async function sha256(text) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Walks along the chain. Rows are in their order; a log may begin later than with its first row, and then nothing is said about
 * what was before.
 *
 * @param {string[]} rows
 * @returns {Promise<{ rows: number, first?: number, last?: number, hash?: string, problem?: { row: number, why: string } }>}
 */
export async function verifyChain(rows) {
  let before;
  let found = { rows: rows.length };
  for (const [index, text] of rows.entries()) {
    const [, hashed, digits, prev, hash] = ROW.exec(text) ?? [];
    const n = Number(digits);
    const bad = (why) => ({ ...found, problem: { row: index + 1, ...(hashed && { n }), why } });
    if (hashed === undefined || !isJson(text)) return bad("is not a row of an audit log");
    if (before === undefined && n === 1 && prev !== NOTHING_BEFORE) return bad("is the first, and yet it names one before it");
    if (before !== undefined && n !== before.n + 1) return bad(`comes after row ${before.n}: rows between them are missing, or out of order`);
    if (before !== undefined && prev !== before.hash) return bad(`does not follow from row ${before.n}: its “prev” is another hash`);
    if ((await sha256(`${hashed}}`)) !== hash) return bad("was changed: its text has another hash than it says");
    before = { n, hash };
    found = { ...found, first: found.first ?? n, last: n, hash };
  }
  return found;
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
