//! `cargo xtask conformance`: test vectors through the public API, by the runner in `tests/conformance`.

use std::process::ExitCode;

use crate::failure::{Failure, Result};
use crate::process::Run;
use crate::repo::Repo;

/// Passes the runner's exit code on. The files are relative to where the caller is, so we stay there.
pub fn run(repo: &Repo, files: &[&str]) -> Result<ExitCode> {
    if files.is_empty() {
        return Err(Failure::usage("name at least one file of test vectors: cargo xtask conformance FILE…"));
    }
    let status = command(repo).args(files).status()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The runner, ready for the names of files.
pub fn command(repo: &Repo) -> Run {
    Run::cargo()
        .args(["run", "--quiet", "--profile", "runner", "--package", "conformance", "--manifest-path"])
        .arg(repo.at("Cargo.toml"))
        .arg("--")
}
