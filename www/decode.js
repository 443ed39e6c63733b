// Takes a token apart for display. It decides nothing: that is the verifier's work.
import { fromBase64, toHex } from "./bytes.js";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * `{ kind: "JWT", header, payload, signature }`, `{ kind: "SWT", parameters, signature }`, or null.
 * `times` lists the moments that the token names, in seconds since 1970.
 */
export function decodeToken(text) {
  return decodeJwt(text) ?? decodeSwt(text);
}

function decodeJwt(text) {
  const parts = text.trim().split(".");
  if (parts.length !== 3) return null;
  try {
    const [header, payload] = parts.slice(0, 2).map((part) => JSON.parse(utf8.decode(fromBase64(part))));
    const times = [["Not before", payload?.nbf], ["Issued at", payload?.iat], ["Expires", payload?.exp]];
    return { kind: "JWT", header, payload, signature: signatureHex(parts[2]), times: onlyTimes(times) };
  } catch {
    return null;
  }
}

function decodeSwt(text) {
  if (!/(^|&)HMACSHA256=/.test(text)) return null;
  try {
    const parameters = text.trim().split("&").map((pair) => {
      const at = pair.indexOf("=");
      return (at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)])
        .map((word) => decodeURIComponent(word.replaceAll("+", " ")));
    });
    const value = (name) => parameters.find(([key]) => key === name)?.[1];
    const claims = parameters.filter(([name]) => name !== "HMACSHA256");
    const times = [["Expires", Number(value("ExpiresOn") || Number.NaN)]];
    return { kind: "SWT", parameters: claims, signature: signatureHex(value("HMACSHA256")), times: onlyTimes(times) };
  } catch {
    return null;
  }
}

function signatureHex(base64) {
  try {
    return toHex(fromBase64(base64));
  } catch {
    return null;
  }
}

const LAST_DATE = 8.64e12; // what a JavaScript Date can hold, in seconds
const onlyTimes = (times) => times.filter(([, seconds]) => Number.isFinite(seconds) && Math.abs(seconds) <= LAST_DATE);
