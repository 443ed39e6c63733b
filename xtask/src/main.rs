//! The repository's commands: build the npm package, show the page, run every test.
//!
//! Called as `cargo xtask COMMAND`; each command first sets up the tools it needs.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "talking to the terminal is what these commands do")]

mod bench;
mod browser;
mod build;
mod conformance;
mod counts;
mod demo;
mod failure;
mod http;
mod package;
mod process;
mod python;
mod repo;
mod server;
mod stamp;
mod steps;
mod test;
mod timing;
mod tools;
mod wasm;

use std::process::ExitCode;

use failure::{Failure, Result};
use repo::Repo;

const HELP: &str = "\
Usage: cargo xtask COMMAND

Commands:
  demo [--check] [--port N]   build everything and serve the page until Ctrl-C;
                              --check fetches the page and stops
  test [--only STEP]…         run every test, or the named steps and what they need
  build                       write the npm package to pkg/
  bench [--quick] [--only WORKLOAD]… [--runtime node|workerd]
                              measure token checking beside its peers; the results
                              go to target/bench.json, too
  conformance FILE…           run files of test vectors through the public API
  help                        print this text

Each command installs the tools it misses, the first time, inside this repository.
Needed beforehand: Rust by rustup, and Node.js 20.19 or newer.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(words: &[&str]) -> Result<ExitCode> {
    match words {
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        ["build"] => build::run(&Repo::find()?).map(|()| ExitCode::SUCCESS),
        ["demo", options @ ..] => demo::run(&Repo::find()?, &demo::Options::parse(options)?),
        ["test", options @ ..] => test::run(&Repo::find()?, &test::Options::parse(options)?),
        ["bench", options @ ..] => bench::run(&Repo::find()?, &bench::Options::parse(options)?),
        ["conformance", files @ ..] => conformance::run(&Repo::find()?, files),
        _ => Err(Failure::usage(format!("`{}` is not a command\n\n{HELP}", words.join(" ")))),
    }
}
