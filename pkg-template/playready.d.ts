import type { Finding } from "./index.js";

/** Where the content key of a PlayReady license comes from: the header of the content (what is usual), or this id. */
export type PlayReadyContentKey =
  | { kind: "fromHeader" }
  /** a GUID in any .NET spelling; all zeros can be read, and is reported, but not written */
  | { kind: "fromKeyIdentifier"; keyIdentifier: string };

/** An element that nothing here reads: it is carried along, and written again where it stands. */
export interface PlayReadyUnknownElement {
  /** name of the known element it stands behind, such as `ContentKey`; left out: before all of them */
  after?: string;
  /** the element with its namespaces */
  xml: string;
}

/** Control bits of an output restriction. */
export type PlayReadyTwoBits = 0 | 1 | 2 | 3;

/** Restrictions of playback; what is left out restricts nothing. The numbers are output protection levels. */
export interface PlayReadyPlayRight {
  agcAndColorStripeRestriction?: PlayReadyTwoBits;
  /** default `NotAllowed` */
  allowPassingVideoContentToUnknownOutput?: "NotAllowed" | "Allowed" | "AllowedWithVideoConstriction";
  analogVideoOpl?: 100 | 150 | 200;
  compressedDigitalAudioOpl?: 100 | 150 | 200 | 250 | 300;
  compressedDigitalVideoOpl?: 400 | 500;
  /** not together with passing to unknown outputs */
  digitalVideoOnlyContentRestriction?: boolean;
  explicitAnalogTelevisionOutputRestriction?: { bestEffort?: boolean; configurationData?: PlayReadyTwoBits };
  /** ISO 8601 duration; persistent licenses only */
  firstPlayExpiration?: string;
  imageConstraintForAnalogComponentVideoRestriction?: boolean;
  imageConstraintForAnalogComputerMonitorRestriction?: boolean;
  scmsRestriction?: PlayReadyTwoBits;
  uncompressedDigitalAudioOpl?: 100 | 150 | 200 | 250 | 300;
  uncompressedDigitalVideoOpl?: 100 | 250 | 270 | 300;
  unknownElements?: PlayReadyUnknownElement[];
}

/**
 * One license. Dates are ISO 8601 such as `2015-02-10T09:00:00Z` (without a zone, none is said; an offset becomes UTC),
 * durations such as `P1DT6H`, both to 100 ns. A year in a duration counts 365 days, a month 30.
 */
export interface PlayReadyLicense {
  /** default false; true lowers the minimum security level from 2000 to 150 */
  allowTestDevices?: boolean;
  /** persistent licenses only, and not together with `relativeBeginDate` */
  beginDate?: string;
  /** default `{ kind: "fromHeader" }` */
  contentKey?: PlayReadyContentKey;
  contentType?: "Unspecified" | "UltravioletDownload" | "UltravioletStreaming";
  /** persistent licenses only, and not together with `relativeExpirationDate` */
  expirationDate?: string;
  /** persistent licenses only */
  gracePeriod?: string;
  /** default `Nonpersistent`; `Persistent` licenses are stored by the player, for offline use */
  licenseType?: "Nonpersistent" | "Persistent";
  playRight?: PlayReadyPlayRight;
  /** duration from when the license was issued */
  relativeBeginDate?: string;
  /** duration from when the license was issued */
  relativeExpirationDate?: string;
  unknownElements?: PlayReadyUnknownElement[];
}

/** A PlayReadyLicenseResponseTemplate. */
export interface PlayReadyLicenseTemplate {
  /** at least one */
  licenseTemplates: PlayReadyLicense[];
  /** text that is sent along with the license; an empty one is written too */
  responseCustomData?: string;
  unknownElements?: PlayReadyUnknownElement[];
}

/** The PlayReadyLicenseResponseTemplate XML, as the .NET SDK wrote it. */
export function buildPlayReadyLicenseTemplate(template: PlayReadyLicenseTemplate): string;

/**
 * Reads a PlayReadyLicenseResponseTemplate of any writer. What had to be mended is in `findings`. `strict` reads as the .NET
 * SDK did, in its order only: what stands too late is carried along unread, and `findings` say so.
 */
export function readPlayReadyLicenseTemplate(
  xml: string,
  options?: { strict?: boolean },
): { template: PlayReadyLicenseTemplate; findings: Finding[] };
