/** PlayReady license templates through the installed package. Expected texts are those of the old SDK's specification. */

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { installed } from "./lib/keys.mjs";

const NAMESPACE = "http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/PlayReadyTemplate/v1";
const INSTANCE = "http://www.w3.org/2001/XMLSchema-instance";
const HEADER = '<ContentKey i:type="ContentEncryptionKeyFromHeader" />';

const root = (children) =>
  `<PlayReadyLicenseResponseTemplate xmlns:i="${INSTANCE}" xmlns="${NAMESPACE}">${children}</PlayReadyLicenseResponseTemplate>`;
const documentOf = (license, rest = "") =>
  root(`<LicenseTemplates><PlayReadyLicenseTemplate>${license}</PlayReadyLicenseTemplate></LicenseTemplates>${rest}`);

/** Every member once. */
const FULL = {
  licenseTemplates: [
    {
      allowTestDevices: true,
      beginDate: "2015-02-10T09:00:00.12Z",
      contentKey: { kind: "fromKeyIdentifier", keyIdentifier: "339c45b5-fb6d-4bd9-994c-eabd9d41c95b" },
      contentType: "UltravioletStreaming",
      expirationDate: "2016-02-10T09:00:00",
      gracePeriod: "P1DT2H3M4.567S",
      licenseType: "Persistent",
      playRight: {
        agcAndColorStripeRestriction: 1,
        allowPassingVideoContentToUnknownOutput: "AllowedWithVideoConstriction",
        analogVideoOpl: 150,
        compressedDigitalAudioOpl: 300,
        compressedDigitalVideoOpl: 400,
        explicitAnalogTelevisionOutputRestriction: { bestEffort: true, configurationData: 0 },
        firstPlayExpiration: "PT6H",
        imageConstraintForAnalogComponentVideoRestriction: true,
        imageConstraintForAnalogComputerMonitorRestriction: true,
        scmsRestriction: 2,
        uncompressedDigitalAudioOpl: 250,
        uncompressedDigitalVideoOpl: 270,
        unknownElements: [{ xml: '<A xmlns="urn:a" />' }],
      },
      unknownElements: [{ after: "ContentKey", xml: '<Foo xmlns="urn:foo"><Bar>1 &amp; 2</Bar></Foo>' }],
    },
    {
      allowTestDevices: false,
      contentKey: { kind: "fromHeader" },
      licenseType: "Nonpersistent",
      playRight: { digitalVideoOnlyContentRestriction: true },
      relativeBeginDate: "PT1H",
      relativeExpirationDate: "-PT0.0000001S",
    },
  ],
  responseCustomData: "a < b",
  unknownElements: [{ after: "LicenseTemplates", xml: '<Zzz xmlns="urn:z">1</Zzz>' }],
};

const FULL_XML = root(
  `<LicenseTemplates><PlayReadyLicenseTemplate><AllowTestDevices>true</AllowTestDevices><BeginDate>2015-02-10T09:00:00.12Z</BeginDate><ContentKey i:type="ContentEncryptionKeyFromKeyIdentifier"><KeyIdentifier>339c45b5-fb6d-4bd9-994c-eabd9d41c95b</KeyIdentifier></ContentKey><Foo xmlns="urn:foo"><Bar>1 &amp; 2</Bar></Foo><ContentType>UltravioletStreaming</ContentType><ExpirationDate>2016-02-10T09:00:00</ExpirationDate><GracePeriod>P1DT2H3M4.567S</GracePeriod><LicenseType>Persistent</LicenseType><PlayRight><A xmlns="urn:a" /><AgcAndColorStripeRestriction><ConfigurationData>1</ConfigurationData></AgcAndColorStripeRestriction><AllowPassingVideoContentToUnknownOutput>AllowedWithVideoConstriction</AllowPassingVideoContentToUnknownOutput><AnalogVideoOpl>150</AnalogVideoOpl><CompressedDigitalAudioOpl>300</CompressedDigitalAudioOpl><CompressedDigitalVideoOpl>400</CompressedDigitalVideoOpl><ExplicitAnalogTelevisionOutputRestriction><BestEffort>true</BestEffort><ConfigurationData>0</ConfigurationData></ExplicitAnalogTelevisionOutputRestriction><FirstPlayExpiration>PT6H</FirstPlayExpiration><ImageConstraintForAnalogComponentVideoRestriction>true</ImageConstraintForAnalogComponentVideoRestriction><ImageConstraintForAnalogComputerMonitorRestriction>true</ImageConstraintForAnalogComputerMonitorRestriction><ScmsRestriction><ConfigurationData>2</ConfigurationData></ScmsRestriction><UncompressedDigitalAudioOpl>250</UncompressedDigitalAudioOpl><UncompressedDigitalVideoOpl>270</UncompressedDigitalVideoOpl></PlayRight></PlayReadyLicenseTemplate><PlayReadyLicenseTemplate><AllowTestDevices>false</AllowTestDevices><ContentKey i:type="ContentEncryptionKeyFromHeader" /><LicenseType>Nonpersistent</LicenseType><PlayRight><DigitalVideoOnlyContentRestriction>true</DigitalVideoOnlyContentRestriction></PlayRight><RelativeBeginDate>PT1H</RelativeBeginDate><RelativeExpirationDate>-PT0.0000001S</RelativeExpirationDate></PlayReadyLicenseTemplate></LicenseTemplates><Zzz xmlns="urn:z">1</Zzz><ResponseCustomData>a &lt; b</ResponseCustomData>`,
);

let keywicket;
before(async () => {
  ({ keywicket } = await installed("playready"));
});

describe("a PlayReady license template", () => {
  it("is by default what the REST documentation prints", () => {
    assert.equal(
      keywicket.buildPlayReadyLicenseTemplate({ licenseTemplates: [{}] }),
      documentOf(
        `<AllowTestDevices>false</AllowTestDevices>${HEADER}<LicenseType>Nonpersistent</LicenseType><PlayRight />`,
      ),
    );
  });

  it("is written with every member and read back by both readers", () => {
    assert.equal(keywicket.buildPlayReadyLicenseTemplate(FULL), FULL_XML);
    for (const options of [undefined, { strict: true }]) {
      const { template, findings } = keywicket.readPlayReadyLicenseTemplate(FULL_XML, options);
      assert.deepEqual(template, FULL);
      assert.deepEqual(
        findings.map(({ code, severity, path, line }) => [code, severity, path, line]),
        [
          ["playready.unknown_element", "info", "Zzz", 1],
          ["playready.unknown_element", "info", "LicenseTemplates[0].Foo", 1],
          ["playready.unknown_element", "info", "LicenseTemplates[0].PlayRight.A", 1],
        ],
      );
    }
  });

  it("is mended by default, and read as the old SDK read it when that is asked for", () => {
    const late = documentOf(
      `${HEADER}<PlayRight><UncompressedDigitalVideoOpl>270</UncompressedDigitalVideoOpl><AnalogVideoOpl>100</AnalogVideoOpl></PlayRight>`,
    );
    const mended = keywicket.readPlayReadyLicenseTemplate(late);
    assert.deepEqual(mended.template.licenseTemplates[0].playRight, {
      analogVideoOpl: 100,
      uncompressedDigitalVideoOpl: 270,
    });
    assert.equal(mended.findings[0].mended, "100");
    const strict = keywicket.readPlayReadyLicenseTemplate(late, { strict: true });
    assert.deepEqual(strict.template.licenseTemplates[0].playRight, {
      uncompressedDigitalVideoOpl: 270,
      unknownElements: [
        { after: "UncompressedDigitalVideoOpl", xml: `<AnalogVideoOpl xmlns="${NAMESPACE}">100</AnalogVideoOpl>` },
      ],
    });
    // What was read strictly is written as it was.
    const again = keywicket.buildPlayReadyLicenseTemplate(strict.template);
    assert.ok(again.includes("<AnalogVideoOpl>100</AnalogVideoOpl></PlayRight>"), again);
  });

  it("of the published documentation is read with a finding", () => {
    const printed = documentOf(`${HEADER}<PlayRight />`).replace(INSTANCE, INSTANCE.replace("http", "https"));
    const { template, findings } = keywicket.readPlayReadyLicenseTemplate(printed);
    assert.deepEqual(template.licenseTemplates[0].contentKey, { kind: "fromHeader" });
    assert.deepEqual(
      findings.map(({ code }) => code),
      ["playready.https_schema_instance"],
    );
  });
});

describe("what is refused", () => {
  const one = (license) => ({ licenseTemplates: [license] });
  const refusals = [
    [undefined, "argument.missing", "template"],
    [{}, "argument.missing", "template.licenseTemplates"],
    [{ licenseTemplates: [] }, "playready.no_license_templates", "template.licenseTemplates"],
    [{ licenseTemplates: [{}], extra: 1 }, "argument.unknown_member", "template.extra"],
    [one({ graceperiod: "P1D" }), "argument.unknown_member", "template.licenseTemplates[0].graceperiod"],
    [one({ playRight: { opl: 1 } }), "argument.unknown_member", "template.licenseTemplates[0].playRight.opl"],
    [one({ playRight: null }), "argument.missing", "template.licenseTemplates[0].playRight"],
    [one({ allowTestDevices: "true" }), "argument.wrong_type", "template.licenseTemplates[0].allowTestDevices"],
    [one({ beginDate: new Date(0) }), "argument.wrong_type", "template.licenseTemplates[0].beginDate"],
    [one({ beginDate: "tomorrow" }), "playready.bad_date", "template.licenseTemplates[0].beginDate"],
    [one({ gracePeriod: "1 day" }), "playready.bad_duration", "template.licenseTemplates[0].gracePeriod"],
    [one({ gracePeriod: "P1D" }), "playready.grace_period_on_nonpersistent", "template.licenseTemplates[0].gracePeriod"],
    [one({ licenseType: "persistent" }), "playready.unknown_name", "template.licenseTemplates[0].licenseType"],
    [one({ contentKey: { kind: "header" } }), "argument.out_of_range", "template.licenseTemplates[0].contentKey.kind"],
    [
      one({ contentKey: { kind: "fromKeyIdentifier" } }),
      "argument.missing",
      "template.licenseTemplates[0].contentKey.keyIdentifier",
    ],
    [
      one({ contentKey: { kind: "fromKeyIdentifier", keyIdentifier: "0".repeat(32) } }),
      "playready.all_zero_key_identifier",
      "template.licenseTemplates[0].contentKey.keyIdentifier",
    ],
    ...[100.5, 250, 2 ** 40].map((analogVideoOpl) => [
      one({ playRight: { analogVideoOpl } }),
      "playready.bad_opl",
      "template.licenseTemplates[0].playRight.analogVideoOpl",
    ]),
    [
      one({ playRight: { scmsRestriction: 4 } }),
      "playready.bad_two_bit",
      "template.licenseTemplates[0].playRight.scmsRestriction",
    ],
    [
      one({ unknownElements: [{ after: "ContentKey", xml: "<a>" }] }),
      "xml.malformed",
      "template.licenseTemplates[0].unknownElements[0].xml",
    ],
    [
      one({ playRight: { digitalVideoOnlyContentRestriction: true, allowPassingVideoContentToUnknownOutput: "Allowed" } }),
      "playready.unknown_output_with_digital_video_only",
      "template.licenseTemplates[0].playRight.allowPassingVideoContentToUnknownOutput",
    ],
  ];
  for (const [index, [template, code, path]] of refusals.entries()) {
    it(`has its code and place: ${index + 1}. ${code} at ${path}`, () => {
      assert.throws(() => keywicket.buildPlayReadyLicenseTemplate(template), { name: "KeywicketError", code, path });
    });
  }

  it("in XML has a position too", () => {
    const xml = documentOf(`\n  ${HEADER}<LicenseType>NonPersistent</LicenseType><PlayRight />`);
    assert.throws(() => keywicket.readPlayReadyLicenseTemplate(xml), {
      code: "playready.unknown_name",
      path: "LicenseTemplates[0].LicenseType",
      line: 2,
      column: 3 + HEADER.length,
    });
    assert.throws(() => keywicket.readPlayReadyLicenseTemplate(xml, { strictly: true }), {
      code: "argument.unknown_member",
      path: "options.strictly",
    });
  });
});
