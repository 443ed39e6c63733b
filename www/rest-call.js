import { copyButton, el, errorWords } from "./dom.js";

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

/** A card for one REST call. Returns the element and `show(request)` / `fail(error)`. */
export function restCall({ id, number, title, why }) {
  let request = null;
  const method = el("span", { class: "method" });
  const url = el("code", { class: "url", id: `${id}-url` });
  const headersTitle = el("summary");
  const headers = el("pre", { class: "code", id: `${id}-headers` });
  const body = el("pre", { class: "code body", id: `${id}-body`, tabindex: "0", role: "region", "aria-label": `Body of: ${title}` });
  const problem = el("p", { class: "notice notice-error", hidden: true });
  const content = el("div", { class: "call-content" },
    el("p", { class: "call-line" }, method, " ", url),
    el("details", {}, headersTitle, headers),
    body,
    el("div", { class: "button-row" },
      copyButton(title, () => httpText(request), { words: "Copy request" }),
      copyButton(title, () => request.body, { words: "Copy body" }),
      copyButton(title, () => curlText(request), { words: "Copy as curl" })));
  const element = el("article", { class: "call", id, "aria-labelledby": `${id}-title` },
    el("h4", { id: `${id}-title` }, number ? el("span", { class: "call-number" }, number) : null, title),
    el("p", { class: "note" }, why),
    problem,
    content);

  return {
    element,
    show(next) {
      request = next;
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
