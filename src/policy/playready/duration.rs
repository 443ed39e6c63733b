//! Time spans in units of 100 nanoseconds, written as `xs:duration` the way .NET's `XmlConvert` did.

use crate::error::{Error, ErrorCode, Result};
use std::fmt;

const TICKS_PER_SECOND: u64 = 10_000_000;
const SECONDS_PER_DAY: u64 = 86_400;

/// A length of time, negative ones included, in 100 ns: .NET's `TimeSpan`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan(i64);

impl TimeSpan {
    /// From units of 100 ns.
    #[must_use]
    pub const fn from_ticks(ticks: i64) -> Self {
        Self(ticks)
    }

    /// Units of 100 ns.
    #[must_use]
    pub const fn ticks(self) -> i64 {
        self.0
    }

    /// Reads `[-]P[nY][nM][nD][T[nH][nM][n[.n]S]]`, white space around. A year counts 365 days, twelve months a year, a
    /// month that is left over 30 days; what is shorter than 100 ns is cut off.
    ///
    /// # Errors
    /// `playready.bad_duration`.
    pub fn parse(text: &str) -> Result<Self> {
        Self::parse_noting(text).map(|(span, _)| span)
    }

    /// As [`TimeSpan::parse`], and a sentence where the value is not exactly what was written.
    pub(super) fn parse_noting(text: &str) -> Result<(Self, Option<&'static str>)> {
        let Parts { negative, years, months, days, hours, minutes, seconds, fraction, cut } =
            Parts::read(text.trim()).ok_or_else(bad_duration)?;
        let ticks = || {
            let days = (years.checked_add(months / 12)?).checked_mul(365)?.checked_add((months % 12) * 30 + days)?;
            let clock = hours.checked_mul(3600)?.checked_add(minutes * 60)?.checked_add(seconds)?;
            let seconds = days.checked_mul(SECONDS_PER_DAY)?.checked_add(clock)?;
            let ticks = seconds.checked_mul(TICKS_PER_SECOND)?.checked_add(fraction)?;
            if negative { 0_i64.checked_sub_unsigned(ticks) } else { i64::try_from(ticks).ok() }
        };
        let note = match (years | months, cut) {
            (0, false) => None,
            (0, true) => Some("what is shorter than 100 nanoseconds is cut off"),
            _ => Some("a year counts 365 days and a month 30, whatever the calendar says"),
        };
        Ok((Self(ticks().ok_or_else(bad_duration)?), note))
    }
}

/// `P[nD][T[nH][nM][n[.fffffff]S]]`, `PT0S` for nothing, `-` in front of a negative one.
impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ticks = self.0.unsigned_abs();
        let (seconds, fraction) = (ticks / TICKS_PER_SECOND, ticks % TICKS_PER_SECOND);
        let (days, clock) = (seconds / SECONDS_PER_DAY, seconds % SECONDS_PER_DAY);
        f.write_str(if self.0 < 0 { "-P" } else { "P" })?;
        if days != 0 {
            write!(f, "{days}D")?;
        }
        if (clock, fraction) == (0, 0) {
            return if days == 0 { f.write_str("T0S") } else { Ok(()) };
        }
        f.write_str("T")?;
        for (amount, unit) in [(clock / 3600, 'H'), (clock / 60 % 60, 'M')] {
            if amount != 0 {
                write!(f, "{amount}{unit}")?;
            }
        }
        match (clock % 60, fraction) {
            (0, 0) => Ok(()),
            (seconds, 0) => write!(f, "{seconds}S"),
            (seconds, fraction) => write!(f, "{seconds}.{}S", format!("{fraction:07}").trim_end_matches('0')),
        }
    }
}

fn bad_duration() -> Error {
    Error::new(
        ErrorCode::PlayReadyBadDuration,
        "this is not a duration: expected the form P1DT2H3M4.5S, such as PT6H, of at most 10675199 days",
    )
}

/// The numbers of a duration as written; each fits 31 bits, as in .NET.
#[derive(Default)]
struct Parts {
    negative: bool,
    years: u64,
    months: u64,
    days: u64,
    hours: u64,
    minutes: u64,
    seconds: u64,
    fraction: u64,
    cut: bool,
}

impl Parts {
    fn read(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let mut rest = text.strip_prefix('P')?;
        let mut parts = Self { negative, ..Self::default() };
        let mut any = false;
        for (unit, place) in [('Y', &mut parts.years), ('M', &mut parts.months), ('D', &mut parts.days)] {
            any |= take(&mut rest, unit, place)?;
        }
        if let Some(clock) = rest.strip_prefix('T') {
            rest = clock;
            // Something must follow the T.
            any = false;
            for (unit, place) in [('H', &mut parts.hours), ('M', &mut parts.minutes)] {
                any |= take(&mut rest, unit, place)?;
            }
            any |= parts.read_seconds(&mut rest)?;
        }
        (any && rest.is_empty()).then_some(parts)
    }

    /// `n[.n]S`; a point without digits on one side, or on both, counts as zeros.
    fn read_seconds(&mut self, rest: &mut &str) -> Option<bool> {
        let Some((whole, after)) = rest.strip_suffix('S').map(|number| number.split_once('.').unwrap_or((number, "")))
        else {
            return Some(false);
        };
        let all_digits = [whole, after].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        let has_point = rest.contains('.');
        if !all_digits || (whole.is_empty() && !has_point) {
            return None;
        }
        self.seconds = if whole.is_empty() { 0 } else { number(whole)? };
        let kept = after.get(..7).unwrap_or(after);
        self.fraction = format!("{kept:0<7}").parse().ok()?;
        self.cut = after.bytes().skip(7).any(|byte| byte != b'0');
        *rest = "";
        Some(true)
    }
}

/// Takes `n` and its unit off the front, if that is what stands there.
fn take(rest: &mut &str, unit: char, place: &mut u64) -> Option<bool> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let Some((amount, after)) = rest.split_at_checked(digits) else { return Some(false) };
    let Some(after) = after.strip_prefix(unit) else { return Some(false) };
    *place = number(amount)?;
    *rest = after;
    Some(true)
}

fn number(digits: &str) -> Option<u64> {
    digits.parse::<i32>().ok().and_then(|number| u64::try_from(number).ok())
}
