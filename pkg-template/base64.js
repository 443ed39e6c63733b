/** Bytes of standard base64 text. */
export function decodeBase64(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = characters.charCodeAt(index);
  return bytes;
}

/** Standard base64 text of bytes, of which there are few. */
export function encodeBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}
