/** The shipped schema: what the package writes validates against it, and it is not a schema that lets everything pass. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { validateXML } from "xmllint-wasm";
import { fixture, installed } from "./lib/keys.mjs";

let keywicket;
let schema;

before(async () => {
  const { packageFolder, ...project } = await installed("schema");
  keywicket = project.keywicket;
  schema = readFileSync(join(packageFolder, "dist/schemas/token-restriction-template.xsd"), "utf8");
});

async function faults(xml) {
  const { valid, errors } = await validateXML({ xml: [{ fileName: "template.xml", contents: xml }], schema: [schema] });
  return valid ? [] : errors.map(({ message }) => message);
}

/** The same at every run: bytes of SHA-512 over a counter. */
const bytes = (seed, length) => createHash("sha512").update(`${seed}`).digest().subarray(0, length);

function* restrictions() {
  const certificate = Buffer.from(fixture("rsa-2048.cert.pem").toString().replace(/-----[^-]+-----|\s/g, ""), "base64");
  const keys = [
    { kind: "symmetric", key: new Uint8Array(bytes("key", 64)) },
    { kind: "symmetric", key: new Uint8Array() },
    { kind: "x509", certificate: new Uint8Array(certificate) },
    { kind: "rsa", exponent: new Uint8Array([1, 0, 1]), modulus: new Uint8Array(bytes("modulus", 64)) },
  ];
  const claims = [[], [{ type: "a" }], [{ type: "b & <c>", value: "" }, { type: "é漢😀", value: 'd"\'\n\t' }]];
  for (const tokenType of ["JWT", "SWT"]) {
    for (const primaryVerificationKey of [...keys, undefined]) {
      for (const alternateVerificationKeys of [[], keys]) {
        for (const requiredClaims of claims) {
          for (const openIdDiscoveryUri of ["https://sts.example/.well-known?a=1&b=2", undefined]) {
            if (!primaryVerificationKey && !openIdDiscoveryUri) continue;
            const [issuer, audience] = tokenType === "SWT" ? ["urn:i", "http://a/?x=1&y=2"] : ["i & <j>", "😀"];
            yield { tokenType, issuer, audience, primaryVerificationKey, alternateVerificationKeys, requiredClaims, openIdDiscoveryUri };
          }
        }
      }
    }
  }
}

describe("the schema of token restrictions", () => {
  it("accepts what is written, in every form", async () => {
    let count = 0;
    for (const restriction of restrictions()) {
      for (const form of ["current", "2015", "3.1", "3.0"]) {
        // The first release had no JWT.
        if (form === "3.0" && restriction.tokenType === "JWT") continue;
        const xml = keywicket.buildTokenRestriction(restriction, { form });
        // Validating starts a worker each time; every fifth is enough to meet each combination of two.
        if (count++ % 5 === 0) assert.deepEqual(await faults(xml), [], xml);
      }
    }
    assert.ok(count > 300, `${count} documents`);
  });

  it("refuses what the old reader refused", async () => {
    const [restriction] = restrictions();
    const xml = keywicket.buildTokenRestriction(restriction);
    const wrong = {
      "wrong order": xml.replace(/(<Audience>.*<\/Audience>)(<Issuer>.*<\/Issuer>)/, "$2$1"),
      "no audience": xml.replace(/<Audience>.*<\/Audience>/, ""),
      "abstract key": xml.replace("SymmetricVerificationKey", "AsymmetricTokenVerificationKey"),
      "key that is not base64": xml.replace(/<KeyValue>[^<]*/, "<KeyValue>A"),
      "unknown token type": xml.replace("JWT", "jwt"),
      "swept namespace": xml.replaceAll("http://www.w3.org", "https://www.w3.org"),
    };
    for (const [name, text] of Object.entries(wrong)) {
      assert.notEqual(text, xml, name);
      assert.notDeepEqual(await faults(text), [], name);
    }
  });
});
