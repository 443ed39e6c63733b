import { copyButton, el, errorWords } from "./dom.js";
import { answerView } from "./service/answer.js";
import { isOurs, send } from "./service/connection.js";
import { whenChanged } from "./state.js";

/** The request as it goes over the wire, but for `Host` and `Authorization`, which are the sender's to add. */
export function httpText({ method, url, headers, body, contentLength }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (!("Content-Length" in headers)) lines.push(`Content-Length: ${contentLength}`);
  return `${method} ${url} HTTP/1.1\n${lines.join("\n")}\n\n${body}`;
}

const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The request for a POSIX shell; the management token is read from `$MEDIA_SERVICES_TOKEN`. */
export function curlText({ method, url, headers, body }) {
  const parts = [`curl --request ${method} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) parts.push(`--header ${quoted(`${name}: ${value}`)}`);
  parts.push('--header "Authorization: Bearer $MEDIA_SERVICES_TOKEN"');
  if (body) parts.push(`--data-raw ${quoted(body)}`);
  return parts.join(" \\\n  ");
}

/**
 * A card for one REST call. Returns the element, `show(request)` / `fail(error)`, and `send()`, which says whether the service
 * took it. `onAnswer(entity)` is told what the service made of it, where it answers with an entity.
 */
export function restCall({ id, number, title, why, onAnswer }) {
  let request = null;
  const method = el("span", { class: "method" });
  const url = el("code", { class: "url", id: `${id}-url` });
  const headersTitle = el("summary");
  const headers = el("pre", { class: "code", id: `${id}-headers` });
  const body = el("pre", { class: "code body", id: `${id}-body`, tabindex: "0", role: "region", "aria-label": `Body of: ${title}` });
  const sender = el("button", { type: "button", class: "quiet send", "aria-label": `Send: ${title}`, hidden: true }, "Send");
  const answer = el("div", { class: "call-answer", role: "status", "aria-live": "polite" });
  const problem = el("p", { class: "notice notice-error", hidden: true });
  const content = el("div", { class: "call-content" },
    el("p", { class: "call-line" }, method, " ", url),
    el("details", {}, headersTitle, headers),
    body,
    el("div", { class: "button-row" }, sender,
      copyButton(title, () => httpText(request), { words: "Copy request" }),
      copyButton(title, () => request.body, { words: "Copy body" }),
      copyButton(title, () => curlText(request), { words: "Copy as curl" })),
    answer);
  const element = el("article", { class: "call", id, "aria-labelledby": `${id}-title` },
    el("h4", { id: `${id}-title` }, number ? el("span", { class: "call-number" }, number) : null, title),
    el("p", { class: "note" }, why),
    problem,
    content);

  const showSender = () => { sender.hidden = !request || !isOurs(request.url); };
  whenChanged("service", showSender);

  async function sendIt() {
    sender.disabled = true;
    try {
      const got = await send(request);
      answer.replaceChildren(...answerView(got));
      const took = got.status >= 200 && got.status < 300;
      if (took && got.status === 201) onAnswer?.(JSON.parse(got.text));
      return took;
    } catch (error) {
      answer.replaceChildren(el("p", { class: "notice notice-error" }, ...errorWords(error)));
      return false;
    } finally {
      sender.disabled = false;
    }
  }
  sender.addEventListener("click", async () => {
    await sendIt();
    sender.focus();
  });

  return {
    element,
    title,
    send: sendIt,
    show(next) {
      if (next.url !== request?.url || next.body !== request?.body) answer.replaceChildren();
      request = next;
      showSender();
      method.textContent = next.method;
      method.dataset.method = next.method;
      url.textContent = next.url;
      const lines = Object.entries(next.headers).map(([name, value]) => `${name}: ${value}`);
      headersTitle.textContent = `${lines.length} headers, and the two you add: Host, Authorization`;
      headers.textContent = lines.join("\n");
      body.textContent = next.body;
      problem.hidden = true;
      content.hidden = false;
    },
    fail(error) {
      request = null;
      problem.replaceChildren(...errorWords(error));
      problem.hidden = false;
      content.hidden = true;
    },
  };
}
