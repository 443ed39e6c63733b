// The smallest X.509 certificate there is: version 1, self-signed, as old services had them for wrapping keys.

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const NULL = 0x05;
const OBJECT_ID = 0x06;
const UTF8 = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

const SHA256_WITH_RSA = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b]; // 1.2.840.113549.1.1.11
const COMMON_NAME = [0x55, 0x04, 0x03]; // 2.5.4.3

/** Tag, length, content; contents are arrays of bytes or of such arrays. */
function der(tag, ...contents) {
  const content = contents.flatMap((part) => [...part]);
  const length = content.length;
  if (length < 0x80) return [tag, length, ...content];
  const digits = [];
  for (let rest = length; rest > 0; rest >>= 8) digits.unshift(rest & 0xff);
  return [tag, 0x80 | digits.length, ...digits, ...content];
}

const text = (value) => new TextEncoder().encode(value);
const algorithm = () => der(SEQUENCE, der(OBJECT_ID, SHA256_WITH_RSA), der(NULL));
const name = (commonName) => der(SEQUENCE, der(SET, der(SEQUENCE, der(OBJECT_ID, COMMON_NAME), der(UTF8, text(commonName)))));
const bits = (bytes) => der(BIT_STRING, [0], bytes);

/** UTCTime up to 2049 and GeneralizedTime from then on, as RFC 5280 wants it. */
function moment(date) {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, "");
  return date.getUTCFullYear() < 2050 ? der(UTC_TIME, text(digits.slice(2))) : der(GENERALIZED_TIME, text(digits));
}

/** A positive number that needs no byte in front of it. */
function serialNumber() {
  const serial = crypto.getRandomValues(new Uint8Array(16));
  serial[0] = (serial[0] & 0x7f) | 0x40;
  return der(INTEGER, serial);
}

/**
 * @param {{ commonName: string, from: Date, until: Date, keys: CryptoKeyPair }} parts keys are for RSASSA-PKCS1-v1_5 with SHA-256
 * @returns {Promise<Uint8Array>} DER
 */
export async function selfSigned({ commonName, from, until, keys }) {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey));
  const certified = der(SEQUENCE,
    serialNumber(), algorithm(), name(commonName), der(SEQUENCE, moment(from), moment(until)), name(commonName), publicKey);
  const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", keys.privateKey, new Uint8Array(certified));
  return new Uint8Array(der(SEQUENCE, certified, algorithm(), bits(new Uint8Array(signature))));
}
