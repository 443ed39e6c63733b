/** JSON text of an object (an entity, claims, a key set, a policy), within limits: it has few members, and no bytes. */

import { KeywicketError } from "./error.js";

const MOST_MEMBERS = 10_000;

/**
 * @param {unknown} value
 * @param {string} path the argument's name
 * @returns {string}
 */
export function jsonText(value, path) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new KeywicketError("argument.wrong_type", `\`${path}\` must be an object.`, { path });
  }
  let members = 0;
  const text = stringify(value, path, (name, member) => {
    members += Array.isArray(member) ? member.length : 1;
    if (members > MOST_MEMBERS) {
      throw new KeywicketError("argument.too_long", `\`${path}\` has more than ${MOST_MEMBERS} members.`, { path });
    }
    if (ArrayBuffer.isView(member)) {
      throw new KeywicketError(
        "entity.not_json",
        `\`${path}\` holds bytes in \`${name}\`; write them as base64 text.`,
        { path },
      );
    }
    return member;
  });
  if (text === undefined) {
    throw new KeywicketError("entity.not_json", `\`${path}\` has a toJSON method that gives nothing.`, { path });
  }
  return text;
}

function stringify(value, path, replacer) {
  try {
    return JSON.stringify(value, replacer);
  } catch (cause) {
    // What JSON itself cannot write is a TypeError (BigInt, circles) or a RangeError (depth, size); the rest is the caller's.
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause;
    throw new KeywicketError("entity.not_json", `\`${path}\` cannot be written as JSON: ${cause.message}`, {
      path,
      cause,
    });
  }
}
