// Reading the audit log from the service.
import { state } from "../state.js";
import { rowTexts } from "./audit-chain.js";
import { send } from "./connection.js";

/** As many as the service gives at once. */
const WHOLE_PAGE = 1000;

/** One page, by the query of the page before or by one of its own. */
export async function readPage(query) {
  const { status, text } = await send({ method: "GET", url: `${state.service.root}AuditLog?${query}`, headers: { Accept: "application/json" } });
  if (status !== 200) throw new Error(`The service answered ${status} to the question for its audit log: ${text}`);
  const { next } = JSON.parse(text);
  return { texts: rowTexts(text), next: next ?? null };
}

/** All rows in their order. */
export async function readAll() {
  const all = [];
  for (let query = `from=1&$top=${WHOLE_PAGE}`; query !== null;) {
    const { texts, next } = await readPage(query);
    all.push(...texts);
    query = texts.length > 0 ? next : null;
  }
  return all;
}
