//! `cargo xtask test`: goes through the steps, and says at the end what passed and what did not.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::counts::Counts;
use crate::failure::{Failure, Result};
use crate::repo::Repo;
use crate::steps::{STEPS, Step};
use crate::timing::seconds;

pub struct Options {
    /// Names of the steps asked for; none means all.
    only: Vec<String>,
}

/// A step that was gone through.
struct Finished {
    name: &'static str,
    counts: Counts,
    elapsed: Duration,
}

impl Options {
    pub fn parse(words: &[&str]) -> Result<Self> {
        match words {
            [] => Ok(Self { only: Vec::new() }),
            ["--only", name, rest @ ..] if step(name).is_some() => {
                let mut options = Self::parse(rest)?;
                options.only.push((*name).to_owned());
                Ok(options)
            }
            other => {
                let (other, names) =
                    (other.join(" "), STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", "));
                Err(Failure::usage(format!("test does not know `{other}`: it takes --only STEP, one of {names}")))
            }
        }
    }

    fn includes(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == name || requires(wanted, name))
    }
}

fn step(name: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.name == name)
}

/// Whether the step `name` needs the step `other`, at once or in the end.
fn requires(name: &str, other: &str) -> bool {
    step(name).is_some_and(|step| step.needs.iter().any(|need| *need == other || requires(need, other)))
}

pub fn run(repo: &Repo, options: &Options) -> Result<ExitCode> {
    let mut finished: Vec<Finished> = Vec::new();
    for step in STEPS.iter().filter(|step| options.includes(step.name)) {
        let result = go_through(repo, step, &finished);
        finished.push(result);
    }
    let total: Counts = finished.iter().map(|step| step.counts).sum();
    summarize(&finished);
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 && total.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn go_through(repo: &Repo, step: &Step, before: &[Finished]) -> Finished {
    println!("\n== {}: {}", step.name, step.about);
    let start = Instant::now();
    let broken = before.iter().find(|earlier| earlier.counts.failed > 0 && requires(step.name, earlier.name));
    let (counts, said) = match broken {
        Some(earlier) => (Counts::failed(1), format!("not run, because `{}` failed", earlier.name)),
        None => match (step.run)(repo) {
            Ok(outcome) => (outcome.counts, outcome.said),
            Err(failure) => (Counts::failed(1), failure.to_string()),
        },
    };
    if !said.is_empty() {
        println!("{}", said.trim_end());
    }
    let elapsed = start.elapsed();
    println!("   {}: {} passed, {} failed in {}", step.name, counts.passed, counts.failed, seconds(elapsed));
    Finished { name: step.name, counts, elapsed }
}

fn summarize(finished: &[Finished]) {
    println!("\n{:<14}{:>8}{:>8}{:>10}", "step", "passed", "failed", "seconds");
    for step in finished {
        let Counts { passed, failed } = step.counts;
        println!("{:<14}{passed:>8}{failed:>8}{:>10.1}", step.name, step.elapsed.as_secs_f64());
    }
    println!();
}

#[cfg(test)]
mod tests {
    use super::{Options, requires};
    use crate::steps::STEPS;

    #[test]
    fn a_step_brings_what_it_needs() {
        let only = Options::parse(&["--only", "console"]);
        let names =
            only.map(|only| STEPS.iter().map(|step| step.name).filter(|name| only.includes(name)).collect::<Vec<_>>());
        assert!(names.is_ok_and(|names| names == ["build", "pack", "console"]));
    }

    #[test]
    fn steps_come_after_what_they_need() {
        for (index, step) in STEPS.iter().enumerate() {
            let earlier: Vec<_> = STEPS.iter().take(index).map(|step| step.name).collect();
            assert!(step.needs.iter().all(|need| earlier.contains(need)), "{} comes too early", step.name);
            assert!(!requires(step.name, step.name));
        }
    }

    #[test]
    fn an_unknown_step_is_refused_with_the_known_ones() {
        let refusal = Options::parse(&["--only", "everything"]);
        assert!(refusal.is_err_and(|refusal| refusal.to_string().contains("clippy-wasm")));
    }
}
