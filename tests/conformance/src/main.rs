//! Runs files of test vectors through the public API and prints, per feature, how many agree.
//!
//! `cargo xtask conformance FILE…`. Three file formats are known ([`vectors`]); an [`adapters`] function turns a
//! vector's input into calls of the public API. A feature without an adapter counts as missing, never as passed.
//! Exit code 1 if a vector that must agree disagrees, 2 if a file cannot be read.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

mod adapters;
mod judge;
mod policy;
mod report;
mod vectors;

use std::process::ExitCode;

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        eprintln!(
            "usage: conformance FILE…   (ams.json, signalling.json, cpix/index.json or files of the same shapes)"
        );
        return ExitCode::from(2);
    }
    let policy = match policy::Policy::load() {
        Ok(policy) => policy,
        Err(message) => return unreadable(&message),
    };
    // Adapters are called through catch_unwind: a panic is a disagreement of that vector, told once.
    std::panic::set_hook(Box::new(|_| {}));
    let mut report = report::Report::default();
    for file in &files {
        match vectors::load(file) {
            Ok(vectors) => vectors.iter().for_each(|vector| report.add(vector, judge::judge(vector, &policy))),
            Err(message) => return unreadable(&message),
        }
    }
    report.print();
    if report.all_agree() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn unreadable(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::from(2)
}
