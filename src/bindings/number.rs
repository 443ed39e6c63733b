//! Whole numbers between Rust and JavaScript, which has doubles for them.

/// Whole numbers beyond this are not exact in JavaScript.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// A number of seconds or of things: finite, not negative, its fraction dropped.
pub(super) fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::as_conversions, reason = "the range was checked: the conversion is exact but for the fraction")]
    (0.0..=MAX_SAFE_INTEGER).contains(&number).then_some(number as i64)
}

/// A time or count. Everything this house counts stays below 2^53, where numbers are exact.
#[expect(clippy::as_conversions, reason = "no lossless conversion exists; the values stay below 2^53")]
pub(super) const fn float(value: i64) -> f64 {
    value as f64
}
