import type { ContentKey, ContentKeyType, Finding } from "./index.js";

// ---------------------------------------------------------------------------------------------- Widevine

/** The licence template for Widevine. Names of the wire; `{}` means the defaults of the licence service. */
export interface WidevineMessage {
  allowed_track_types?: "SD_ONLY" | "SD_HD";
  content_key_specs?: WidevineContentKeySpec[];
  /** a free object, kept in its order; without `can_play: true` nothing plays */
  policy_overrides?: WidevinePolicyOverrides;
  payload?: string;
  content_id?: string;
  provider?: string;
  policy_name?: string;
  use_policy_overrides_exclusively?: boolean;
  session_init?: object;
  parse_only?: boolean;
}

export interface WidevineContentKeySpec {
  /** `SD`, `HD`, `AUDIO`, … */
  track_type?: string;
  key_id?: string | null;
  /** 1 software crypto, 2 and an obfuscated decoder, 3 crypto in hardware, 4 and decoding, 5 the whole path */
  security_level?: number;
  required_output_protection?: { hdcp: "HDCP_NONE" | "HDCP_V1" | "HDCP_V2" };
  key?: string;
  iv?: string;
}

export interface WidevinePolicyOverrides {
  can_play?: boolean;
  can_persist?: boolean;
  can_renew?: boolean;
  license_duration_seconds?: number;
  rental_duration_seconds?: number;
  playback_duration_seconds?: number;
  renewal_server_url?: string;
  renewal_delay_seconds?: number;
  renewal_retry_interval_seconds?: number;
  renewal_recovery_duration_seconds?: number;
  renew_with_usage?: boolean;
  [name: string]: unknown;
}

/** The `KeyDeliveryConfiguration` of a Widevine option, as the .NET SDK wrote it: compact, in its order, without nulls. */
export function buildWidevineMessage(message: WidevineMessage): string;

/** Reads the message of any writer. Unknown members are kept and reported; security levels outside 1 to 5 are reported. */
export function readWidevineMessage(json: string): { message: WidevineMessage; findings: Finding[] };

// ---------------------------------------------------------------------------------------------- FairPlay

export interface FairPlayConfiguration {
  /** id of the content key (`FairPlayASk`) that holds the application secret key: the entity id or the bare GUID */
  askId: string;
  /** id of the content key (`FairPlayPfxPassword`) that holds the password of `pfx` */
  pfxPasswordId: string;
  /** the application certificate with its private key: PKCS#12 */
  pfx: Uint8Array;
  /** 32 hex digits; must equal `CommonEncryptionIVForCbcs` of the delivery policy */
  contentEncryptionIV: string;
  /** default `"Undefined"` */
  rentalAndLeaseKeyType?: "Undefined" | "PersistentUnlimited" | "PersistentLimited";
  /** seconds; dropped with `"Undefined"`, as the SDK did */
  rentalDuration?: number;
}

/** The `KeyDeliveryConfiguration` of a FairPlay option, as the .NET SDK wrote it. */
export function buildFairPlayConfiguration(configuration: FairPlayConfiguration): string;

/** Reads the configuration of any writer. A missing initialization vector is reported, and is then missing in the result. */
export function readFairPlayConfiguration(json: string): {
  configuration: Omit<Required<FairPlayConfiguration>, "contentEncryptionIV"> & { contentEncryptionIV?: string };
  findings: Finding[];
};

// -------------------------------------------------------------------------------------- delivery policies

/** What `AssetDeliveryConfiguration` can say, by the names of the SDK. Members are written in the order they stand in. */
export interface DeliveryConfiguration {
  None?: string | null;
  EnvelopeKeyAcquisitionUrl?: string | null;
  EnvelopeBaseKeyAcquisitionUrl?: string | null;
  EnvelopeEncryptionIVAsBase64?: string | null;
  PlayReadyLicenseAcquisitionUrl?: string | null;
  PlayReadyCustomAttributes?: string | null;
  EnvelopeEncryptionIV?: string | null;
  WidevineLicenseAcquisitionUrl?: string | null;
  WidevineBaseLicenseAcquisitionUrl?: string | null;
  FairPlayLicenseAcquisitionUrl?: string | null;
  FairPlayBaseLicenseAcquisitionUrl?: string | null;
  CommonEncryptionIVForCbcs?: string | null;
  UnencryptedTracksByFourCC?: string | null;
  AllowPersistentLicense?: string | null;
}

/** The text of `AssetDeliveryConfiguration`: `[{"Key":2,"Value":"https:\/\/…"}]`. */
export function buildDeliveryConfiguration(configuration: DeliveryConfiguration): string;

/** Reads `AssetDeliveryConfiguration`; `null` where the text is blank. Useless addresses and vectors are reported. */
export function readDeliveryConfiguration(json: string): { configuration: DeliveryConfiguration | null; findings: Finding[] };

export type DeliveryPolicyType =
  | "None" | "Blocked" | "NoDynamicEncryption" | "DynamicEnvelopeEncryption" | "DynamicCommonEncryption"
  | "DynamicCommonEncryptionCbcs";

export type DeliveryProtocol = "None" | "SmoothStreaming" | "Dash" | "HLS" | "Hds" | "ProgressiveDownload" | "All";

/** Names, or the number of the entity: 1 Smooth Streaming, 2 DASH, 4 HLS, 8 HDS, 16 download. */
export type DeliveryProtocols = DeliveryProtocol[] | number;

/** Throws `asset_delivery.missing_content_key` if the key that a policy of this type encrypts with is not linked to the asset. */
export function checkDeliveryPolicy(policy: { type: DeliveryPolicyType; contentKeyTypes: ContentKeyType[] }): void;

export type AssetType = "Unknown" | "MultiBitrateMP4" | "SmoothStreaming" | "MediaServicesHLS" | "MP4";

export type EncryptionState =
  | "Unsupported" | "StaticEnvelopeEncryption" | "StaticCommonEncryption" | "ClearOutput"
  | "StorageEncryptedWithNoDeliveryPolicy" | "NoSinglePolicyApplies" | "BlockedByPolicy" | "NoDynamicEncryption"
  | "DynamicEnvelopeEncryption" | "DynamicCommonEncryption" | "DynamicCommonEncryptionCbcs";

/** An asset and what is asked of it. Its type is given, or found out from its files. */
export type DeliveredAsset = {
  /** how its files are encrypted, a name or the number of the entity; default `"None"` */
  options?: "None" | "StorageEncrypted" | "CommonEncryptionProtected" | "EnvelopeEncryptionProtected" | number;
  /** linked to it, in order; default none */
  policies?: { type: DeliveryPolicyType; protocols: DeliveryProtocols }[];
  /** by which the viewer asks */
  protocols: DeliveryProtocols;
} & (
  | { assetType: AssetType; files?: never }
  | { assetType?: never; files: { name: string; isPrimary?: boolean; isFragmented?: boolean }[] }
);

/** What a viewer gets from an asset: `GetEncryptionState` of the .NET SDK. */
export function encryptionState(asset: DeliveredAsset): {
  state: EncryptionState;
  assetType: AssetType;
  isStreamable: boolean;
  supportsDynamicEncryption: boolean;
};

// --------------------------------------------------------------------------------------------- v2 and v3

/** An option entity of v2, by the names of the wire. */
export interface PolicyOptionEntity {
  Id?: string;
  Name: string | null;
  /** 1 PlayReady licence, 2 the key itself, 3 Widevine, 4 FairPlay */
  KeyDeliveryType: number;
  KeyDeliveryConfiguration: string | null;
  Restrictions: { Name: string | null; KeyRestrictionType: number; Requirements: string | null }[];
}

/** A content key policy of v3 (`Microsoft.Media/mediaServices/contentKeyPolicies`), ready to be sent. */
export interface V3Policy {
  properties: {
    description?: string;
    options: { name?: string; configuration: V3Typed; restriction: V3Typed }[];
  };
}

export interface V3Typed {
  "@odata.type": string;
  [name: string]: unknown;
}

/**
 * v2 options (or their JSON text) as a v3 policy. What v3 has no place for is in `findings`; what may not be left out (several
 * restrictions, a restriction by address) is refused. A v2 FairPlay option names its secrets by key id and v3 holds
 * them, so they must be given.
 */
export function toV3(
  policyOptions: PolicyOptionEntity | PolicyOptionEntity[] | string,
  options?: { description?: string; secrets?: { ask: Uint8Array; pfxPassword: string } },
): { policy: V3Policy; findings: Finding[] };

/**
 * A v3 policy (the resource, its properties, or the text of either; with its secrets) as v2 options. FairPlay secrets become
 * content keys: say which ids they shall have, and the initialization vector, and wrap the keys that come back.
 */
export function fromV3(
  policy: object | string,
  options?: { fairPlayKeys?: { askId: string; pfxPasswordId: string; contentEncryptionIV: string } },
): { description?: string; options: PolicyOptionEntity[]; contentKeys: ContentKey[]; findings: Finding[] };

/** One difference. Secrets are not shown: of keys it is said that they are others. */
export interface PolicyChange {
  /** in the names of v3, options by theirs: `options[hls].restriction.issuer` */
  path: string;
  kind: "added" | "removed" | "changed";
  before?: string;
  after?: string;
  /** the same as a sentence */
  text: string;
}

/** What is different between two policies: each is v2's option or options, or a v3 policy, or the JSON text of either. */
export function diffPolicies(
  before: PolicyOptionEntity | PolicyOptionEntity[] | V3Policy | object | string,
  after: PolicyOptionEntity | PolicyOptionEntity[] | V3Policy | object | string,
): PolicyChange[];
