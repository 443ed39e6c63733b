/** Names of the custom sections of a WebAssembly module, by reading its bytes. */
export function customSections(bytes) {
  const names = [];
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const id = bytes[at++];
    const size = number();
    const end = at + size;
    if (id === 0) {
      const length = number();
      names.push(Buffer.from(bytes.subarray(at, at + length)).toString());
    }
    at = end;
  }
  return names;
}
