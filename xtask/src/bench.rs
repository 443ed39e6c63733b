//! `cargo xtask bench`: token checking of the packed package beside its peers, by `benches/run.mjs`; its key server under
//! load, by `benches/load.mjs`, and with many keys, by `benches/many-keys.mjs`.

use std::process::ExitCode;

use crate::build;
use crate::failure::{Failure, Result};
use crate::package;
use crate::process::Run;
use crate::repo::Repo;

/// The names in benches/workloads.mjs, here to refuse a wrong one before anything is built.
const WORKLOADS: [&str; 5] = ["HS256", "HS256-long", "SWT", "RS256", "ES256"];
const RUNTIMES: [&str; 2] = ["node", "workerd"];

/// What is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Subject {
    /// Token checking.
    #[default]
    Tokens,
    /// Deliveries under load.
    Load,
    /// An account with many keys.
    ManyKeys,
}

impl Subject {
    const fn script(self) -> &'static str {
        match self {
            Self::Tokens => "benches/run.mjs",
            Self::Load => "benches/load.mjs",
            Self::ManyKeys => "benches/many-keys.mjs",
        }
    }

    const fn output(self) -> &'static str {
        match self {
            Self::Tokens => "bench.json",
            Self::Load => "load.json",
            Self::ManyKeys => "many-keys.json",
        }
    }
}

#[derive(Default)]
pub struct Options {
    subject: Subject,
    quick: bool,
    /// Names of the workloads asked for; none means all.
    only: Vec<String>,
    /// One runtime; otherwise all.
    runtime: Option<String>,
}

impl Options {
    pub fn parse(words: &[&str]) -> Result<Self> {
        match words {
            [] => Ok(Self::default()),
            ["load"] => Ok(Self { subject: Subject::Load, ..Self::default() }),
            ["many-keys"] => Ok(Self { subject: Subject::ManyKeys, ..Self::default() }),
            ["load", "--quick"] => Ok(Self { quick: true, ..Self::parse(&["load"])? }),
            ["many-keys", "--quick"] => Ok(Self { quick: true, ..Self::parse(&["many-keys"])? }),
            ["--quick", rest @ ..] => Ok(Self { quick: true, ..Self::parse(rest)? }),
            ["--only", name, rest @ ..] if WORKLOADS.contains(name) => {
                let mut options = Self::parse(rest)?;
                options.only.push((*name).to_owned());
                Ok(options)
            }
            ["--runtime", name, rest @ ..] if RUNTIMES.contains(name) => {
                let options = Self::parse(rest)?;
                match options.runtime {
                    None => Ok(Self { runtime: Some((*name).to_owned()), ..options }),
                    Some(_) => Err(Failure::usage("bench takes --runtime once: without it, every runtime is measured")),
                }
            }
            other => Err(Failure::usage(format!(
                "bench does not know `{}`: it takes --quick, --only NAME, one of {}, and --runtime NAME, one of {}; \
                 or load or many-keys, with --quick",
                other.join(" "),
                WORKLOADS.join(", "),
                RUNTIMES.join(", ")
            ))),
        }
    }

    fn words(&self) -> Vec<&str> {
        let quick = self.quick.then_some("--quick");
        let only = self.only.iter().flat_map(|name| ["--only", name]);
        let runtime = self.runtime.iter().flat_map(|name| ["--runtime", name]);
        quick.into_iter().chain(only).chain(runtime).collect()
    }
}

/// A missed target is a result, not a failure; the exit code is of the run itself.
pub fn run(repo: &Repo, options: &Options) -> Result<ExitCode> {
    build::run(repo)?;
    let tarball = package::pack(repo)?;
    let output = repo.target().join(options.subject.output());
    println!();
    let status = Run::new("node")
        .arg(repo.at(options.subject.script()))
        .args(options.words())
        .arg("--output")
        .arg(&output)
        .env("KEYWICKET_TARBALL", tarball)
        .dir(repo.root())
        .status()?;
    if !status.success() {
        return Err(Failure::new(format!("the benchmark failed ({status}): see its message above")));
    }
    println!("\nall of it is in {}", output.display());
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::{Options, WORKLOADS};

    #[test]
    fn options_come_in_any_order_and_are_handed_on() {
        let words = |given: &[&str]| Options::parse(given).map(|options| options.words().join(" ")).unwrap_or_default();
        assert_eq!(words(&["--runtime", "node", "--only", "SWT", "--quick"]), "--quick --only SWT --runtime node");
        assert!(Options::parse(&[]).is_ok_and(|options| options.words().is_empty()));
        assert!(Options::parse(&["--only", "SWT", "--only", "RS256"]).is_ok_and(|options| options.only.len() == 2));
    }

    #[test]
    fn the_key_server_is_measured_by_scripts_of_its_own() {
        let script = |given: &[&str]| Options::parse(given).map(|options| options.subject.script()).unwrap_or_default();
        assert_eq!(script(&["--quick"]), "benches/run.mjs");
        assert_eq!(script(&["load"]), "benches/load.mjs");
        assert_eq!(script(&["many-keys", "--quick"]), "benches/many-keys.mjs");
        assert!(Options::parse(&["load", "--quick"]).is_ok_and(|options| options.words() == ["--quick"]));
        assert!(Options::parse(&["load", "--only", "SWT"]).is_err());
    }

    #[test]
    fn what_means_nothing_is_refused_with_what_does() {
        for wrong in [["--only", "none"].as_slice(), &["--only"], &["--runtime", "deno"], &["--runtime"], &["--fast"]] {
            assert!(
                Options::parse(wrong).is_err_and(|refusal| refusal.to_string().contains("HS256-long")),
                "{wrong:?}"
            );
        }
        assert!(Options::parse(&["--runtime", "node", "--runtime", "workerd"]).is_err());
    }

    #[test]
    fn the_workloads_are_those_of_the_benchmark() {
        let source = include_str!("../../benches/workloads.mjs");
        let names: Vec<_> =
            source.split("{ name: \"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(name, _)| name).collect();
        assert_eq!(names, WORKLOADS);
    }
}
