/** Licence templates, delivery policies and v3 policies through the packed package. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, it } from "node:test";
import { installed } from "./lib/keys.mjs";
import { traces } from "./lib/memory.mjs";

const GUID = "316d14d4-b603-4d90-b8db-0fede8aa48f8";
const OTHER_GUID = "9c8ea9c6-52bd-4232-8a43-8e43d8564a99";
const IV = "00112233445566778899AABBCCDDEEFF";

let keywicket;
let engine;
before(async () => {
  ({ keywicket, engine } = await installed("drm"));
});

const code = (call) => {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof keywicket.KeywicketError, String(error));
    return [error.code, error.path];
  }
  throw new Error("expected an error");
};
const codes = (findings) => findings.map((finding) => finding.code);

describe("a Widevine message", () => {
  const message = {
    allowed_track_types: "SD_HD",
    content_key_specs: [{ track_type: "SD", security_level: 1, required_output_protection: { hdcp: "HDCP_NONE" } }],
    policy_overrides: { can_play: true, z: 1, a: [] },
  };

  it("is written in the SDK's order and reads back", () => {
    const { content_key_specs, allowed_track_types, policy_overrides } = message;
    const json = keywicket.buildWidevineMessage({ policy_overrides, content_key_specs, allowed_track_types });
    assert.equal(json, JSON.stringify(message));
    const read = keywicket.readWidevineMessage(json);
    assert.deepEqual(read.message, message);
    assert.deepEqual(codes(read.findings), ["widevine.unknown_override", "widevine.unknown_override"]);
  });

  it("has no misspelt members when it is written, and says so when it is read", () => {
    const misspelt = { content_key_specs: [{ security_levle: 1 }] };
    assert.deepEqual(code(() => keywicket.buildWidevineMessage(misspelt)), [
      "argument.unknown_member",
      "message.content_key_specs[0].security_levle",
    ]);
    const [finding] = keywicket.readWidevineMessage(JSON.stringify(misspelt)).findings;
    assert.deepEqual([finding.code, finding.fix], ["widevine.unknown_member", "write security_level"]);
    assert.deepEqual(code(() => keywicket.buildWidevineMessage({ allowed_track_types: "HD" })), [
      "widevine.bad_value",
      "message.allowed_track_types",
    ]);
    assert.deepEqual(code(() => keywicket.readWidevineMessage("[]"))[0], "widevine.not_an_object");
    assert.deepEqual(code(() => keywicket.buildWidevineMessage("{}"))[0], "argument.wrong_type");
  });
});

describe("a FairPlay configuration", () => {
  it("reads back", () => {
    const configuration = {
      askId: GUID,
      pfxPasswordId: OTHER_GUID,
      pfx: new Uint8Array(randomBytes(100)),
      contentEncryptionIV: IV,
      rentalAndLeaseKeyType: "PersistentLimited",
      rentalDuration: 4294967295,
    };
    const json = keywicket.buildFairPlayConfiguration({ ...configuration, askId: `nb:kid:UUID:${GUID}` });
    assert.deepEqual(JSON.parse(json), {
      ASkId: GUID,
      FairPlayPfxPasswordId: OTHER_GUID,
      FairPlayPfx: Buffer.from(configuration.pfx).toString("base64"),
      ContentEncryptionIV: IV,
      RentalAndLeaseKeyType: 418406472,
      RentalDuration: 4294967295,
    });
    assert.deepEqual(keywicket.readFairPlayConfiguration(json), { configuration, findings: [] });
  });

  it("has an initialization vector of 16 bytes and known members", () => {
    const configuration = { askId: GUID, pfxPasswordId: OTHER_GUID, pfx: new Uint8Array(3), contentEncryptionIV: "00" };
    const build = (changes) => code(() => keywicket.buildFairPlayConfiguration({ ...configuration, ...changes }));
    assert.deepEqual(build({}), ["fairplay.bad_iv", "configuration.contentEncryptionIV"]);
    assert.deepEqual(build({ rentalDuration: 2 ** 32, contentEncryptionIV: IV }), [
      "argument.out_of_range",
      "configuration.rentalDuration",
    ]);
    assert.deepEqual(build({ iv: IV }), ["argument.unknown_member", "configuration.iv"]);
    assert.deepEqual(build({ contentEncryptionIV: undefined }), [
      "argument.missing",
      "configuration.contentEncryptionIV",
    ]);
  });
});

describe("a delivery policy", () => {
  it("has a configuration in the order of its members", () => {
    const configuration = {
      WidevineBaseLicenseAcquisitionUrl: "https://keys.example/Widevine/",
      PlayReadyLicenseAcquisitionUrl: "https://keys.example/PlayReady/",
      PlayReadyCustomAttributes: null,
    };
    const json = keywicket.buildDeliveryConfiguration(configuration);
    assert.match(json, /^\[\{"Key":8,"Value":"https:\\\/\\\/keys\.example\\\/Widevine\\\/"\},\{"Key":4,/);
    const read = keywicket.readDeliveryConfiguration(json);
    assert.deepEqual(read, { configuration, findings: [] });
    assert.deepEqual(Object.keys(read.configuration), Object.keys(configuration));
    assert.equal(keywicket.readDeliveryConfiguration(" ").configuration, null);
    assert.deepEqual(code(() => keywicket.buildDeliveryConfiguration({ Url: "x" })), [
      "argument.unknown_member",
      "configuration.Url",
    ]);
    assert.deepEqual(code(() => keywicket.buildDeliveryConfiguration([]))[0], "argument.wrong_type");
    assert.deepEqual(code(() => keywicket.readDeliveryConfiguration('[{"Key":99}]'))[0], "asset_delivery.unknown_key");
  });

  it("needs its key, and decides what a viewer gets", () => {
    const type = "DynamicEnvelopeEncryption";
    keywicket.checkDeliveryPolicy({ type, contentKeyTypes: ["EnvelopeEncryption"] });
    assert.deepEqual(code(() => keywicket.checkDeliveryPolicy({ type, contentKeyTypes: ["CommonEncryption"] })), [
      "asset_delivery.missing_content_key",
      "policy.contentKeyTypes",
    ]);
    const files = [{ name: "a.ism", isPrimary: true }, { name: "a.mp4" }];
    const policies = [{ type, protocols: ["HLS", "Dash"] }];
    assert.deepEqual(keywicket.encryptionState({ files, policies, protocols: ["HLS"] }), {
      state: "DynamicEnvelopeEncryption",
      assetType: "MultiBitrateMP4",
      isStreamable: true,
      supportsDynamicEncryption: true,
    });
    const state = (asset) => keywicket.encryptionState({ assetType: "SmoothStreaming", policies, ...asset }).state;
    assert.equal(state({ protocols: 5 }), "NoSinglePolicyApplies");
    assert.equal(state({ protocols: ["Hds"] }), "BlockedByPolicy");
    assert.equal(state({ protocols: 4, options: "CommonEncryptionProtected" }), "Unsupported");
    assert.deepEqual(code(() => state({ protocols: ["hls"] })), ["argument.out_of_range", "asset.protocols[0]"]);
    assert.deepEqual(code(() => keywicket.encryptionState({ protocols: 1 })), ["argument.missing", "asset.files"]);
  });
});

describe("a policy in both versions", () => {
  const open = { Name: "Open", KeyRestrictionType: 0, Requirements: null };
  const restriction = {
    tokenType: "JWT",
    issuer: "https://sts.example/",
    audience: "urn:example",
    primaryVerificationKey: { kind: "symmetric", key: new Uint8Array(64).fill(3) },
    requiredClaims: [{ type: "urn:microsoft:azure:mediaservices:contentkeyidentifier", value: null }],
  };
  const byToken = (changes) => ({
    Name: "hls",
    KeyDeliveryType: 2,
    KeyDeliveryConfiguration: null,
    Restrictions: [
      {
        Name: "Token Authorization Policy",
        KeyRestrictionType: 1,
        Requirements: keywicket.buildTokenRestriction({ ...restriction, ...changes }),
      },
    ],
  });
  const byFairPlay = () => ({
    Name: "fps",
    KeyDeliveryType: 4,
    KeyDeliveryConfiguration: keywicket.buildFairPlayConfiguration({
      askId: GUID,
      pfxPasswordId: OTHER_GUID,
      pfx: new Uint8Array([1, 2, 3]),
      contentEncryptionIV: IV,
    }),
    Restrictions: [open],
  });
  const secrets = { ask: new Uint8Array(16).fill(9), pfxPassword: "wörd" };
  const fairPlayKeys = { askId: GUID, pfxPasswordId: OTHER_GUID, contentEncryptionIV: IV };

  it("goes to v3 and comes back", () => {
    const options = [byToken(), byFairPlay()];
    const { policy, findings } = keywicket.toV3(options, { description: "both", secrets });
    assert.deepEqual(codes(findings), ["v3.iv_dropped"]);
    assert.equal(policy.properties.options[0].restriction.restrictionTokenType, "Jwt");
    assert.equal(policy.properties.options[1].configuration.fairPlayPfxPassword, "wörd");
    for (const form of [policy, policy.properties, JSON.stringify(policy)]) {
      assert.deepEqual(keywicket.fromV3(form, { fairPlayKeys }), {
        description: "both",
        options,
        contentKeys: [
          { id: `nb:kid:UUID:${GUID}`, type: "FairPlayASk", key: secrets.ask },
          { id: `nb:kid:UUID:${OTHER_GUID}`, type: "FairPlayPfxPassword", key: new TextEncoder().encode("wörd") },
        ],
        findings: [],
      });
    }
    assert.deepEqual(keywicket.toV3(options[0]).policy, keywicket.toV3(JSON.stringify(options[0])).policy);
  });

  it("leaves no secret in memory, in whatever form it came", () => {
    const [hmac, ask, pfx] = [64, 16, 60].map((length) => new Uint8Array(randomBytes(length)));
    const password = randomBytes(24).toString("hex");
    const primaryVerificationKey = { kind: "symmetric", key: hmac };
    const fairPlay = byFairPlay();
    const configuration = { ...fairPlayKeys, pfx };
    fairPlay.KeyDeliveryConfiguration = keywicket.buildFairPlayConfiguration(configuration);
    const options = [byToken({ primaryVerificationKey }), fairPlay];
    const { policy } = keywicket.toV3(options, { secrets: { ask, pfxPassword: password } });
    keywicket.fromV3(policy, { fairPlayKeys });
    keywicket.diffPolicies(policy, options);
    keywicket.readFairPlayConfiguration(fairPlay.KeyDeliveryConfiguration);
    assert.deepEqual(code(() => keywicket.fromV3(`${JSON.stringify(policy)}x`))[0], "v3.not_json");
    for (const bytes of [hmac, ask, pfx]) {
      assert.equal(traces(engine, Buffer.from(bytes)), "");
      assert.equal(traces(engine, Buffer.from(Buffer.from(bytes).toString("base64"))), "", "as base64");
    }
    assert.equal(traces(engine, Buffer.from(password)), "");
  });

  it("is refused where something would be left open", () => {
    assert.deepEqual(code(() => keywicket.toV3({ ...byToken(), Restrictions: [open, open] })), [
      "v3.several_restrictions",
      "options[0].restriction",
    ]);
    assert.deepEqual(code(() => keywicket.toV3(byFairPlay()))[0], "v3.fairplay_secrets_missing");
    const { policy } = keywicket.toV3(byFairPlay(), { secrets });
    assert.deepEqual(code(() => keywicket.fromV3(policy))[0], "v3.fairplay_keys_missing");
    assert.deepEqual(code(() => keywicket.toV3({ ...byToken(), Restriction: [] })), [
      "entity.invalid",
      "policyOptions.Restriction",
    ]);
    assert.deepEqual(code(() => keywicket.toV3(byToken(), { secret: {} })), [
      "argument.unknown_member",
      "options.secret",
    ]);
    assert.deepEqual(code(() => keywicket.toV3([1])), ["argument.wrong_type", "policyOptions[0]"]);
  });

  it("is compared with another, whatever their versions, and shows no key", () => {
    const { policy } = keywicket.toV3(byToken());
    assert.deepEqual(keywicket.diffPolicies(byToken(), policy), []);
    const key = new Uint8Array(64).fill(4);
    const changed = byToken({ audience: "urn:other", primaryVerificationKey: { kind: "symmetric", key } });
    const changes = keywicket.diffPolicies(policy, [changed]);
    assert.deepEqual(
      changes.map(({ path, kind, text }) => [path, kind, text]),
      [
        [
          "options[hls].restriction.primaryVerificationKey",
          "changed",
          "option “hls”: the primary verification key is another key",
        ],
        [
          "options[hls].restriction.audience",
          "changed",
          "option “hls”: the audience is “urn:other” instead of “urn:example”",
        ],
      ],
    );
    for (const bytes of [key, restriction.primaryVerificationKey.key]) {
      assert.ok(!JSON.stringify(changes).includes(Buffer.from(bytes).toString("base64").slice(0, 12)));
    }
  });
});
