//! Reading from the output of other test runners how many tests ran.

use std::iter::Sum;

/// How many tests passed and how many did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u32,
    pub failed: u32,
}

impl Counts {
    pub fn passed(passed: u32) -> Self {
        Self { passed, failed: 0 }
    }

    pub fn failed(failed: u32) -> Self {
        Self { passed: 0, failed }
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self { passed: a.passed + b.passed, failed: a.failed + b.failed })
    }
}

/// Adds up every `test result: ok. 3 passed; 0 failed; …` of cargo or of wasm-bindgen's runner.
pub fn cargo(output: &str) -> Counts {
    output.lines().filter_map(|line| line.trim_start().strip_prefix("test result:")).map(cargo_line).sum()
}

fn cargo_line(line: &str) -> Counts {
    let before = |label: &str| {
        let number = line.split(';').find_map(|part| part.trim_end().strip_suffix(label))?;
        number.split_whitespace().next_back()?.parse().ok()
    };
    Counts { passed: before("passed").unwrap_or(0), failed: before("failed").unwrap_or(0) }
}

/// Reads the summary of Node's runner in TAP.
///
/// Node counts a file without any test as one passed test; here each of the `empty` ones has failed.
pub fn node(tap: &str, empty: usize) -> Counts {
    let number = |label: &str| -> u32 {
        let last = tap.lines().rev().find_map(|line| line.strip_prefix("# ")?.strip_prefix(label)?.trim().parse().ok());
        last.unwrap_or(0)
    };
    let empty = u32::try_from(empty).unwrap_or(u32::MAX);
    Counts {
        passed: number("pass ").saturating_sub(empty),
        failed: number("fail ").saturating_add(number("cancelled ")).saturating_add(empty),
    }
}

/// Those of the files, given to Node by their absolute paths, that hold no test: Node reports the file itself.
pub fn without_tests<'a>(tap: &str, files: &'a [String]) -> Vec<&'a str> {
    let passed = |line: &'_ str| {
        line.strip_prefix("ok ").and_then(|rest| rest.split_once(" - ")).map(|(_, name)| name.to_owned())
    };
    let names: Vec<String> = tap.lines().filter_map(passed).collect();
    files.iter().filter(|file| names.contains(file)).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::{Counts, cargo, node, without_tests};

    #[test]
    fn results_of_cargo_are_added_up() {
        let output = "running 3 tests\n...\ntest result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n\
                      test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";
        assert_eq!(cargo(output), Counts { passed: 4, failed: 2 });
        assert_eq!(cargo("no tests to run!"), Counts::default());
    }

    #[test]
    fn the_summary_of_node_is_read() {
        let tap =
            "TAP version 13\n# pass 9\nok 1 - works\n1..4\n# tests 7\n# pass 4\n# fail 2\n# cancelled 1\n# skipped 0\n";
        assert_eq!(node(tap, 0), Counts { passed: 4, failed: 3 });
        assert_eq!(node("", 0), Counts::default());
    }

    #[test]
    fn a_file_without_tests_has_failed() {
        let tap = "ok 1 - works\nok 2 - /tests/empty.test.mjs\n# pass 2\n# fail 0\n";
        let files = ["/tests/empty.test.mjs".to_owned(), "/tests/good.test.mjs".to_owned()];
        assert_eq!(without_tests(tap, &files), ["/tests/empty.test.mjs"]);
        assert_eq!(node(tap, 1), Counts { passed: 1, failed: 1 });
    }
}
