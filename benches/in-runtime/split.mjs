/** Tokens taken apart by hand, as a careful person without a library would. */

const SWT_MARK = "&HMACSHA256=";

/** @returns {{ header: string, payload: string, signature: string, signed: string } | undefined} */
export function splitJwt(token) {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  const [header, payload, signature] = parts;
  return { header, payload, signature, signed: token.slice(0, token.length - signature.length - 1) };
}

/** @returns {{ signed: string, signature: string } | undefined} the signature as base64 */
export function splitSwt(token) {
  const at = token.lastIndexOf(SWT_MARK);
  if (at < 0) return undefined;
  return { signed: token.slice(0, at), signature: formDecoded(token.slice(at + SWT_MARK.length)) };
}

/** The claims of a SWT under the names of a JWT; `undefined` if a name stands there twice. */
export function swtClaims(signed) {
  const claims = new Map();
  for (const pair of signed.split("&")) {
    const at = pair.indexOf("=");
    if (at < 0) return undefined;
    const name = formDecoded(pair.slice(0, at));
    if (claims.has(name)) return undefined;
    claims.set(name, formDecoded(pair.slice(at + 1)));
  }
  const expires = claims.get("ExpiresOn") ?? "";
  return {
    ...Object.fromEntries(claims),
    iss: claims.get("Issuer"),
    aud: claims.get("Audience"),
    exp: /^\d{1,15}$/.test(expires) ? Number(expires) : undefined,
    nbf: undefined,
  };
}

function formDecoded(text) {
  return decodeURIComponent(text.includes("+") ? text.replaceAll("+", " ") : text);
}
