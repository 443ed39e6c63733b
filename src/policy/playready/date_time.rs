//! Dates with a time in units of 100 nanoseconds, written as `xs:dateTime` the way .NET's `XmlConvert` did.

use crate::error::{Error, ErrorCode, Result};
use std::fmt;

const TICKS_PER_SECOND: i64 = 10_000_000;
const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
const TICKS_PER_DAY: i64 = 86_400 * TICKS_PER_SECOND;
/// Days from 0001-01-01 to 10000-01-01.
const ALL_DAYS: i64 = 3_652_059;
const DAYS_OF_MONTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// What stands behind the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Zone {
    /// `Z`
    Utc,
    /// `+00:00`: UTC too. It is how a time comes out that was written with an offset, which .NET turned into the
    /// machine's own zone; here every machine stands in UTC.
    UtcOffset,
    /// Nothing: which zone is meant was never said.
    Unspecified,
}

impl Zone {
    const fn suffix(self) -> &'static str {
        match self {
            Self::Utc => "Z",
            Self::UtcOffset => "+00:00",
            Self::Unspecified => "",
        }
    }
}

/// A moment in the years 1 to 9999 of the Gregorian calendar: .NET's `DateTime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    ticks: i64,
    zone: Zone,
}

impl DateTime {
    /// From units of 100 ns since 0001-01-01T00:00:00; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn from_ticks(ticks: i64, zone: Zone) -> Option<Self> {
        (0..ALL_DAYS * TICKS_PER_DAY).contains(&ticks).then_some(Self { ticks, zone })
    }

    /// Units of 100 ns since 0001-01-01T00:00:00.
    #[must_use]
    pub const fn ticks(&self) -> i64 {
        self.ticks
    }

    /// What stands behind the time.
    #[must_use]
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// Reads `yyyy-MM-dd[Thh:mm:ss[.f…]][Z|±hh:mm]`, white space around. A date alone is its midnight; a time with an
    /// offset becomes UTC; of more than seven decimals the rest is rounded, half to even.
    ///
    /// # Errors
    /// `playready.bad_date`.
    pub fn parse(text: &str) -> Result<Self> {
        Self::parse_noting(text).map(|(date, _)| date)
    }

    /// As [`DateTime::parse`], and a sentence where the value is not exactly what was written.
    pub(super) fn parse_noting(text: &str) -> Result<(Self, Option<&'static str>)> {
        Self::read(text.trim()).ok_or_else(|| {
            Error::new(
                ErrorCode::PlayReadyBadDate,
                "this is not a date with a time: expected the form 2015-02-10T09:00:00Z",
            )
        })
    }

    fn read(text: &str) -> Option<(Self, Option<&'static str>)> {
        let (date, rest) = text.split_at_checked(10)?;
        let mut ticks = read_date(date)?.checked_mul(TICKS_PER_DAY)?;
        let mut rest = rest;
        let mut note;
        if let Some(time) = rest.strip_prefix('T') {
            let (time, after) = time.split_at_checked(8)?;
            let (fraction, exact, after) = read_fraction(after)?;
            ticks = ticks.checked_add(read_time(time)?)?.checked_add(fraction)?;
            note = (!exact).then_some("what is shorter than 100 nanoseconds is rounded");
            rest = after;
        } else {
            note = Some("a date without a time is read as its midnight");
        }
        let zone = match rest {
            "" => Zone::Unspecified,
            "Z" | "z" => Zone::Utc,
            offset => {
                let minutes = read_offset(offset)?;
                ticks = ticks.checked_sub(minutes.checked_mul(TICKS_PER_MINUTE)?)?;
                if minutes != 0 {
                    note = Some("the time is turned into UTC; the old reader turned it into the zone of its machine");
                }
                Zone::UtcOffset
            }
        };
        Some((Self::from_ticks(ticks, zone)?, note))
    }
}

/// `yyyy-MM-ddThh:mm:ss[.fffffff][Z]`, the fraction without zeros at its end.
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(self.ticks / TICKS_PER_DAY);
        let seconds = self.ticks % TICKS_PER_DAY / TICKS_PER_SECOND;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        let fraction = self.ticks % TICKS_PER_SECOND;
        if fraction != 0 {
            write!(f, ".{}", format!("{fraction:07}").trim_end_matches('0'))?;
        }
        f.write_str(self.zone.suffix())
    }
}

/// A number of exactly `digits` digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Days from 0001-01-01 to `yyyy-MM-dd`.
fn read_date(text: &str) -> Option<i64> {
    let mut fields = text.splitn(3, '-');
    let (year, month) = (number(fields.next()?, 4)?, number(fields.next()?, 2)?);
    let day = number(fields.next()?, 2)?;
    if year < 1 || month < 1 {
        return None;
    }
    let before = usize::try_from(month - 1).ok()?;
    let lengths = DAYS_OF_MONTHS.get(..=before)?;
    let of_this = lengths.last()? + i64::from(month == 2 && is_leap(year));
    let earlier: i64 = lengths.iter().take(before).sum::<i64>() + i64::from(month > 2 && is_leap(year));
    (1..=of_this).contains(&day).then(|| days_before_year(year) + earlier + day - 1)
}

/// `hh:mm:ss` in units of 100 ns.
fn read_time(text: &str) -> Option<i64> {
    let mut fields = text.splitn(3, ':');
    let mut field = |below: i64| number(fields.next()?, 2).filter(|value| *value < below);
    Some((field(24)? * 3600 + field(60)? * 60 + field(60)?) * TICKS_PER_SECOND)
}

/// `[.f…]`, whether it is exact, and what follows it.
fn read_fraction(text: &str) -> Option<(i64, bool, &str)> {
    let Some(decimals) = text.strip_prefix('.') else { return Some((0, true, text)) };
    let count = decimals.bytes().take_while(u8::is_ascii_digit).count();
    let (decimals, after) = decimals.split_at_checked(count).filter(|_| count > 0)?;
    let (kept, cut) = decimals.split_at_checked(7).unwrap_or((decimals, ""));
    let fraction: i64 = format!("{kept:0<7}").parse().ok()?;
    let cut = cut.trim_end_matches('0');
    let up = match cut.as_bytes() {
        [b'5'] => fraction % 2 == 1,
        [first, ..] => *first >= b'5',
        [] => false,
    };
    Some((fraction + i64::from(up), cut.is_empty(), after))
}

/// `±hh:mm` in minutes, at most 14 hours as XML Schema has it.
fn read_offset(text: &str) -> Option<i64> {
    let (east, text) =
        text.strip_prefix('+').map(|rest| (true, rest)).or_else(|| Some((false, text.strip_prefix('-')?)))?;
    let (hours, minutes) = text.split_once(':')?;
    let minutes = number(hours, 2)? * 60 + number(minutes, 2).filter(|minutes| *minutes < 60)?;
    (minutes <= 14 * 60).then_some(if east { minutes } else { -minutes })
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_before_year(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

/// Year, month and day of a number of days since 0001-01-01.
fn date_of(days: i64) -> (i64, i64, i64) {
    // A year has 365.2425 days on average: the estimate is right or one too late.
    let estimate = (days * 400 + 591) / 146_097 + 1;
    let year = if days_before_year(estimate) > days { estimate - 1 } else { estimate };
    let (mut day, mut month) = (days - days_before_year(year), 1);
    for length in DAYS_OF_MONTHS {
        let length = length + i64::from(month == 2 && is_leap(year));
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    (year, month, day + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every day there is, counted one by one.
    #[test]
    fn every_day_has_its_date() {
        let (mut year, mut month, mut day) = (1, 1, 1);
        for days in 0..ALL_DAYS {
            assert_eq!(date_of(days), (year, month, day));
            assert_eq!(read_date(&format!("{year:04}-{month:02}-{day:02}")), Some(days));
            let last = match month {
                2 if is_leap(year) => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > last {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
        }
        assert_eq!((year, month, day), (10_000, 1, 1));
    }
}
