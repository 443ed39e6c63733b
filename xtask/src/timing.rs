//! Saying what is being done, and how long it took.

use std::io::{Write, stdout};
use std::time::{Duration, Instant};

use crate::failure::Result;

/// Prints `what…`, does it, and ends the line with the seconds it took.
pub fn timed<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    print!("{what}… ");
    // Shown before the work starts; a terminal that cannot be flushed is no reason to stop.
    let _ = stdout().flush();
    let start = Instant::now();
    let result = work();
    match &result {
        Ok(_) => println!("{}", seconds(start.elapsed())),
        Err(_) => println!("failed after {}", seconds(start.elapsed())),
    }
    result
}

pub fn seconds(elapsed: Duration) -> String {
    format!("{:.1} s", elapsed.as_secs_f64())
}
