/** Which addresses a server may be sent to by an option, or by a document that somebody else wrote. */

import { outOfRange, wrongType } from "./arguments.js";
import { KeywicketError } from "./error.js";

const LONGEST = 2048;
const MOST_HOSTS = 100;
/** Names that mean something else on each network, and never an identity provider for everybody. */
const PRIVATE = [".local", ".internal", ".localhost", ".home.arpa", ".onion"];

/**
 * The address as it is to be fetched. What its name resolves to cannot be seen from here: a network that must not be
 * reached has to be out of reach.
 *
 * @param {string} text
 * @param {string} path the option or member it comes from
 * @param {string[]} [hosts] the only ones allowed
 * @returns {string}
 */
export function publicAddress(text, path, hosts) {
  const url = parsed(text);
  const reason =
    url === undefined ? "expected an address as https://login.example.com/…" : whyRefused(text, url, hosts);
  if (reason === undefined) return url.href;
  throw new KeywicketError("openid.refused", `${reason} (at ${path})`, { path });
}

/** The hosts of an option, checked one by one: `name`, or `name:port` where the port is not 443. */
export function publicHosts(list, path) {
  if (!Array.isArray(list)) throw wrongType(path, "an array of host names");
  if (list.length === 0 || list.length > MOST_HOSTS) throw outOfRange(path, `expected 1 to ${MOST_HOSTS} host names`);
  return Array.from(list, (host, index) => {
    const itsPath = `${path}[${index}]`;
    if (typeof host !== "string") throw wrongType(itsPath, "a string");
    const url = parsed(`https://${host}/`);
    const reason =
      url?.host === host ? whyNotPublic(url.hostname) : "expected login.example.com, or with a port that is not 443";
    if (reason !== undefined) throw outOfRange(itsPath, reason);
    return host;
  });
}

function parsed(text) {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function whyRefused(text, url, hosts) {
  if (!/^https:\/\/[^/]/i.test(text)) return "expected an address that begins with https://";
  if (text.length > LONGEST) return `expected an address of at most ${LONGEST} characters`;
  // Parsers mend these, each in its own way; what is read here must be what is fetched.
  if (/[^\x21-\x7e]|\\/.test(text)) return "expected an address in plain characters, without spaces and backslashes";
  if (url.username !== "" || url.password !== "") return "an address with a user name or password is not fetched";
  if (text.includes("#")) return "an address with a fragment is not fetched";
  const reason = whyNotPublic(url.hostname);
  if (reason !== undefined) return reason;
  if (hosts === undefined) {
    return url.port === "" ? undefined : `${url.host} is fetched only if options.allowedHosts names it with its port`;
  }
  return hosts.includes(url.host) ? undefined : `${url.host} is not one of options.allowedHosts`;
}

/** @param {string} hostname as the URL parser writes it: every spelling of an IP address has become one */
function whyNotPublic(hostname) {
  if (hostname.startsWith("[") || /^[\d.]+$/.test(hostname)) return "expected the name of a host, not an IP address";
  const labels = hostname.split(".");
  const isPrivate = PRIVATE.some((suffix) => `.${hostname}`.endsWith(suffix));
  if (labels.length > 1 && !labels.includes("") && !isPrivate) return undefined;
  return `${hostname} is not a public host name: expected one as login.example.com`;
}
