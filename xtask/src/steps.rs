//! What `cargo xtask test` consists of, in order: every step, and how it is done.

use std::fs;
use std::path::{Path, PathBuf};

use crate::browser::Browser;
use crate::build;
use crate::conformance;
use crate::counts::{self, Counts};
use crate::demo;
use crate::failure::{Doing, Failure, Result};
use crate::package;
use crate::process::{Recorded, Run};
use crate::python;
use crate::repo::Repo;
use crate::tools;

/// One thing to test.
pub struct Step {
    pub name: &'static str,
    pub about: &'static str,
    /// Steps without which this one means nothing.
    pub needs: &'static [&'static str],
    pub run: fn(&Repo) -> Result<Outcome>,
}

pub const STEPS: &[Step] = &[
    Step { name: "format", about: "rustfmt", needs: &[], run: format },
    Step { name: "clippy", about: "clippy on this machine's target", needs: &[], run: clippy },
    Step { name: "clippy-wasm", about: "clippy on WebAssembly", needs: &[], run: clippy_wasm },
    Step { name: "rust", about: "Rust tests on this machine's target", needs: &[], run: rust },
    Step { name: "docs", about: "documentation of the crate", needs: &[], run: docs },
    Step { name: "build", about: "the npm package", needs: &[], run: build },
    Step { name: "web", about: "Rust tests as WebAssembly in Chromium", needs: &[], run: web },
    Step { name: "conformance", about: "test vectors kept beside the repository", needs: &[], run: vectors },
    Step { name: "pack", about: "npm pack", needs: &["build"], run: pack },
    Step {
        name: "package",
        about: "the packed package in Node and bundlers",
        needs: &["pack"],
        run: |repo| node_tests(repo, "package"),
    },
    Step {
        name: "worker",
        about: "the packed package in workerd",
        needs: &["pack"],
        run: |repo| node_tests(repo, "worker"),
    },
    Step {
        name: "console",
        about: "the page, walked by Playwright",
        needs: &["pack"],
        run: |repo| node_tests(repo, "console"),
    },
    Step { name: "demo", about: "cargo xtask demo --check", needs: &["build"], run: page },
];

/// How a step ended.
pub struct Outcome {
    pub counts: Counts,
    /// What to show: everything the step said if it failed, a remark if there is one.
    pub said: String,
}

impl Outcome {
    fn passed(count: u32) -> Self {
        Self { counts: Counts::passed(count), said: String::new() }
    }

    /// A command that is one check as a whole.
    fn check(recorded: Recorded) -> Self {
        let counts = if recorded.success { Counts::passed(1) } else { Counts::failed(1) };
        Self::of(counts, recorded.text)
    }

    /// A command that runs tests: it must have run some, and a bad exit status is at least one failure.
    fn tests(mut counts: Counts, recorded: Recorded) -> Self {
        if counts == Counts::default() && recorded.success {
            return Self {
                counts: Counts::failed(1),
                said: format!("{}\nno test ran, though some should have", recorded.text.trim_end()),
            };
        }
        if !recorded.success {
            counts.failed = counts.failed.max(1);
        }
        Self::of(counts, recorded.text)
    }

    fn of(counts: Counts, text: String) -> Self {
        Self { counts, said: if counts.failed > 0 { text } else { String::new() } }
    }
}

/// A cargo command in the repository, recorded under the step's name.
fn cargo(repo: &Repo, step: &str, words: &[&str]) -> Result<Recorded> {
    Run::cargo().args(words).dir(repo.root()).env("RUSTDOCFLAGS", "-D warnings").record(&repo.log(step))
}

fn format(repo: &Repo) -> Result<Outcome> {
    tools::components()?;
    cargo(repo, "format", &["fmt", "--all", "--check"]).map(Outcome::check)
}

fn clippy(repo: &Repo) -> Result<Outcome> {
    tools::components()?;
    let words = ["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"];
    cargo(repo, "clippy", &words).map(Outcome::check)
}

/// Both modules of the package: the edge one leaves out most of the bindings.
fn clippy_wasm(repo: &Repo) -> Result<Outcome> {
    tools::components()?;
    tools::wasm_target()?;
    let target = ["--target", "wasm32-unknown-unknown", "--package", "keywicket", "--lib"];
    let mut counts = Vec::new();
    for chosen in [["--tests"].as_slice(), &["--no-default-features", "--features", "edge"]] {
        let words = [["clippy", "--quiet"].as_slice(), &target, chosen, &["--", "-D", "warnings"]].concat();
        let outcome = cargo(repo, "clippy-wasm", &words).map(Outcome::check)?;
        if outcome.counts.failed > 0 {
            return Ok(outcome);
        }
        counts.push(outcome.counts);
    }
    Ok(Outcome { counts: counts.into_iter().sum(), said: String::new() })
}

fn rust(repo: &Repo) -> Result<Outcome> {
    let recorded = cargo(repo, "rust", &["test", "--quiet", "--workspace", "--no-fail-fast"])?;
    Ok(Outcome::tests(counts::cargo(&recorded.text), recorded))
}

fn docs(repo: &Repo) -> Result<Outcome> {
    cargo(repo, "docs", &["doc", "--quiet", "--no-deps", "--package", "keywicket"]).map(Outcome::check)
}

fn build(repo: &Repo) -> Result<Outcome> {
    build::run(repo).map(|()| Outcome::passed(1))
}

/// The command of the README as it stands. It exits with 0 when it has skipped every file, hence the count.
fn web(repo: &Repo) -> Result<Outcome> {
    let folders = [tools::wasm_bindgen(repo)?, tools::wasm_pack(repo)?, repo.at("tests/node_modules/.bin")];
    tools::for_build(repo)?;
    let browser = Browser::ready(repo)?;
    let recorded = Run::new("wasm-pack")
        .args(["test", "--headless", "--chrome", "--chromedriver"])
        .arg(browser.driver)
        .dir(repo.root())
        .env("PATH", repo.path_with(&folders)?)
        .record(&repo.log("web"))?;
    Ok(Outcome::tests(counts::cargo(&recorded.text), recorded))
}

/// Vectors that are not ours to publish; where they are not at hand there is nothing to run.
fn vectors(repo: &Repo) -> Result<Outcome> {
    let files = ["ams.json", "signalling.json", "cpix/index.json"].map(|name| repo.at("../shared/vectors").join(name));
    let files: Vec<_> = files.into_iter().filter(|file| file.is_file()).collect();
    if files.is_empty() {
        return Ok(Outcome {
            counts: Counts::default(),
            said: "no vectors beside the repository: nothing to run".into(),
        });
    }
    let recorded = conformance::command(repo).args(files).record(&repo.log("conformance"))?;
    let said = recorded.text.clone();
    // Its table is worth reading when all is well, too.
    Ok(Outcome { said, ..Outcome::check(recorded) })
}

fn pack(repo: &Repo) -> Result<Outcome> {
    package::pack(repo).map(|_| Outcome::passed(1))
}

fn page(repo: &Repo) -> Result<Outcome> {
    demo::check(repo, demo::PORT).map(Outcome::passed)
}

/// Node's own runner on every `*.test.mjs` of one folder of tests/, against the packed package.
fn node_tests(repo: &Repo, folder: &str) -> Result<Outcome> {
    let browser = Browser::ready(repo)?;
    let files = test_files(&repo.at("tests").join(folder))?;
    let artefacts = repo.target().join("artefacts");
    fs::create_dir_all(&artefacts).doing(|| format!("create {}", artefacts.display()))?;
    let tap = repo.log(folder).with_extension("tap");
    let recorded = Run::new("node")
        .args(["--test", "--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap"])
        .arg(format!("--test-reporter-destination={}", tap.display()))
        .args(&files)
        .dir(repo.root())
        .env("KEYWICKET_TARBALL", repo.tarball())
        .env("KEYWICKET_ARTEFACTS", artefacts)
        .env("CHROMIUM", browser.chromium)
        .env("PYTHONPATH", python::packages(repo)?)
        .record(&repo.log(folder))?;
    let tap = fs::read_to_string(&tap).doing(|| format!("read {}", tap.display()))?;
    let empty = counts::without_tests(&tap, &files);
    let mut outcome = Outcome::tests(counts::node(&tap, empty.len()), recorded);
    outcome.said.extend(empty.iter().map(|file| format!("{file} holds no test\n")));
    Ok(outcome)
}

fn test_files(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).doing(|| format!("list {}", folder.display()))?;
    let paths = entries.flatten().map(|entry: fs::DirEntry| entry.path());
    let mut files: Vec<String> = paths
        .map(|path: PathBuf| path.to_string_lossy().into_owned())
        .filter(|path| path.ends_with(".test.mjs"))
        .collect();
    files.sort();
    if files.is_empty() {
        Err(Failure::new(format!("{} has no *.test.mjs file: its tests are missing", folder.display())))
    } else {
        Ok(files)
    }
}
