/** The verification keys of an OpenID provider: fetched as seldom as possible, and kept no longer than allowed. */

import { outOfRange, readOptions, wrongType } from "./arguments.js";
import { now as runtimeClock } from "./clock.js";
import { KeywicketError } from "./error.js";
import { publicAddress, publicHosts } from "./openid-address.js";
import { fetchKeySet } from "./openid-fetch.js";

const OPTIONS = [
  "discoveryUri",
  "issuer",
  "fetch",
  "maxAge",
  "cooldown",
  "timeout",
  "maxBytes",
  "staleFor",
  "allowedHosts",
  "now",
];
const MONTH = 31 * 86_400;
const LONGEST_ISSUER = 2048;
/** 2286-11-20: what looks later is milliseconds. */
const FAR_FUTURE = 10_000_000_000;
const LATE = Symbol("late");

export class OpenIdKeys {
  #source;
  #maxAge;
  #staleFor;
  #cooldown;
  #clock;
  /** The newest keys: their text, when the attempt that got them began, and its number. */
  #set;
  #attempts = 0;
  /** Number of the newest attempt that has ended. */
  #ended = 0;
  #lastAttemptAt;
  #lastError;
  /** The attempt under way: its number, when it began, and a promise of its error or nothing, never rejected. */
  #flight;

  constructor(options) {
    const { discoveryUri, issuer, fetch, allowedHosts, now, ...rest } = readOptions(options, OPTIONS);
    const { maxAge = 3600, cooldown = 60, timeout = 5000, maxBytes = 65_536, staleFor = 86_400 } = rest;
    const hosts = allowedHosts === undefined ? undefined : publicHosts(allowedHosts, "options.allowedHosts");
    this.#maxAge = wholeNumber(maxAge, "options.maxAge", 1, MONTH);
    this.#staleFor = wholeNumber(staleFor, "options.staleFor", maxAge, MONTH);
    this.#cooldown = wholeNumber(cooldown, "options.cooldown", 1, 86_400);
    this.#clock = optionalFunction(now, "options.now") ?? runtimeClock;
    this.#source = {
      discoveryUri: publicAddress(text(discoveryUri, "options.discoveryUri"), "options.discoveryUri", hosts),
      issuer: issuerText(issuer, "options.issuer"),
      hosts,
      // Called as a plain function: the platform's own refuses to be a method of anything else.
      fetch: optionalFunction(fetch, "options.fetch") ?? ((uri, init) => globalThis.fetch(uri, init)),
      timeout: wholeNumber(timeout, "options.timeout", 1, 60_000),
      maxBytes: wholeNumber(maxBytes, "options.maxBytes", 1, 1 << 20),
    };
  }

  async current() {
    const age = this.#age();
    if (age <= this.#maxAge) return this.#set.text;
    // In Workers the background ends with the request; an attempt that was lost so is made again in the foreground.
    if (age <= this.#staleFor && !this.#isLost()) {
      if (!this.#flight && !this.#isCoolingFromFailure()) this.#start();
      return this.#set.text;
    }
    if (!this.#flight && this.#isCoolingFromFailure()) throw this.#tooSoon();
    const error = await this.#attempt();
    if (error === undefined || this.#age() <= this.#staleFor) return this.#set.text;
    throw error;
  }

  async refresh(now) {
    if (now !== undefined) seconds(now, "now");
    const before = this.#set?.text;
    const isUnderWay = this.#flight && !this.#isLost();
    if (!isUnderWay && this.#isCooling(now)) return false;
    await this.#attempt();
    return this.#set?.text !== before;
  }

  status() {
    const status = { isStale: true };
    if (this.#set) status.fetchedAt = this.#set.fetchedAt;
    if (this.#lastAttemptAt !== undefined) status.lastAttemptAt = this.#lastAttemptAt;
    if (this.#lastError) status.lastError = this.#lastError;
    try {
      status.isStale = !(this.#age() <= this.#maxAge);
    } catch {
      // The caller's clock is broken, which current() says; a console shows what it can.
    }
    return status;
  }

  /** The outcome of the attempt under way, or of one of our own: an error or nothing. */
  async #attempt() {
    for (let patience = 2; patience > 0 && this.#flight && !this.#isLost(); patience -= 1) {
      const flight = this.#flight;
      // In Workers a promise of another request may never settle, as when that one is cancelled: so not for ever.
      const outcome = await inTime(flight.outcome, this.#source.timeout);
      if (outcome !== LATE) return outcome;
      if (this.#flight === flight) this.#flight = undefined;
      // Somebody else has given it up before, and been answered.
      if (this.#ended > flight.number) return this.#lastError;
    }
    return this.#start();
  }

  #start() {
    const startedAt = this.#now();
    this.#attempts += 1;
    this.#lastAttemptAt = startedAt;
    const flight = { startedAt, number: this.#attempts };
    this.#flight = flight;
    flight.outcome = this.#fly(flight);
    return flight.outcome;
  }

  async #fly(flight) {
    const { startedAt, number } = flight;
    let error;
    try {
      const keys = await fetchKeySet(this.#source);
      // One that was given up as lost may still come, and be older than what has come meanwhile.
      if (number > (this.#set?.number ?? 0)) this.#set = { text: keys, fetchedAt: startedAt, number };
    } catch (thrown) {
      error = thrown;
    }
    if (this.#flight === flight) this.#flight = undefined;
    if (number > this.#ended) {
      this.#ended = number;
      this.#lastError = error;
    }
    return error;
  }

  #now() {
    return seconds(this.#clock(), "options.now");
  }

  /** Of the keys, in seconds; without any, infinite. A clock that is set back must not keep keys alive. */
  #age() {
    const now = this.#now();
    return this.#set ? Math.abs(now - this.#set.fetchedAt) : Infinity;
  }

  /** Whether an attempt has begun and can no longer end, because it has outlived its own limit. */
  #isLost() {
    // A second more, because clocks may count whole ones.
    const limit = this.#source.timeout / 1000 + 1;
    return this.#flight !== undefined && Math.abs(this.#now() - this.#flight.startedAt) > limit;
  }

  /** By the clock, and by the time that the caller decides for: a decision about the past fetches nothing. */
  #isCooling(asOf = Infinity) {
    if (this.#lastAttemptAt === undefined) return false;
    const since = Math.abs(this.#now() - this.#lastAttemptAt);
    return since < this.#cooldown || asOf - this.#lastAttemptAt < this.#cooldown;
  }

  #isCoolingFromFailure() {
    return this.#lastError !== undefined && this.#isCooling();
  }

  #tooSoon() {
    const { code, message, path } = this.#lastError;
    const since = Math.abs(this.#now() - this.#lastAttemptAt);
    const again = `this was ${since} s ago, and is not tried again within ${this.#cooldown} s`;
    return new KeywicketError(code, `${message}; ${again}`, { path, cause: this.#lastError });
  }
}

/** What a promise gives within a time, or `LATE`. */
async function inTime(promise, milliseconds) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds, LATE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function seconds(value, path) {
  if (typeof value !== "number" || Number.isNaN(value)) throw wrongType(path, "a number of seconds");
  if (Math.abs(value) < FAR_FUTURE) return value;
  throw outOfRange(path, "expected seconds since 1970-01-01; this looks like milliseconds");
}

function text(value, path) {
  if (value === undefined) throw new KeywicketError("argument.missing", `this is missing (at ${path})`, { path });
  if (typeof value !== "string") throw wrongType(path, "a string");
  return value;
}

function issuerText(value, path) {
  const { length } = text(value, path);
  if (length >= 1 && length <= LONGEST_ISSUER) return value;
  throw outOfRange(path, `expected 1 to ${LONGEST_ISSUER} characters`);
}

function wholeNumber(value, path, least, most) {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw outOfRange(path, `expected a whole number from ${least} to ${most}`);
}

function optionalFunction(value, path) {
  if (value === undefined || typeof value === "function") return value;
  throw wrongType(path, "a function");
}
