//! The tools that every command needs, installed the first time and left alone afterwards.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Doing, Failure, Result};
use crate::process::Run;
use crate::repo::Repo;
use crate::stamp;
use crate::timing::timed;

const TARGET: &str = "wasm32-unknown-unknown";
const WASM_PACK: &str = "0.15.1";
/// The oldest Node.js that has `require` of ES modules without a flag.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Everything that building the package needs.
pub fn for_build(repo: &Repo) -> Result {
    wasm_target()?;
    wasm_bindgen(repo)?;
    npm_packages(repo)
}

/// rustfmt and clippy; a minimal toolchain comes without them.
pub fn components() -> Result {
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !Run::cargo().args([command, "--version"]).works() {
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

pub fn wasm_target() -> Result {
    let libraries = Run::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).stdout()?;
    if Path::new(libraries.trim()).is_dir() { Ok(()) } else { rustup(&["target", "add", TARGET]) }
}

fn rustup(words: &[&str]) -> Result {
    if !Run::new("rustup").arg("--version").works() {
        let what = words.join(" ");
        return Err(Failure::new(format!(
            "Rust came without rustup: install rustup, or do by hand what `rustup {what}` would"
        )));
    }
    timed(&format!("rustup {}", words.join(" ")), || Run::new("rustup").args(words).stdout().map(drop))
}

/// The folder of wasm-bindgen's programs, of exactly the version that the core was compiled against.
pub fn wasm_bindgen(repo: &Repo) -> Result<PathBuf> {
    cargo_tool(repo, "wasm-bindgen-cli", &repo.locked_version("wasm-bindgen")?, "wasm-bindgen")
}

pub fn wasm_pack(repo: &Repo) -> Result<PathBuf> {
    cargo_tool(repo, "wasm-pack", WASM_PACK, "wasm-pack")
}

/// Not `--locked`: a registry may lag behind the lock file that a tool was published with.
fn cargo_tool(repo: &Repo, package: &str, version: &str, program: &str) -> Result<PathBuf> {
    let root = repo.tool(package, version);
    let programs = root.join("bin");
    if programs.join(program).with_extension(std::env::consts::EXE_EXTENSION).is_file() {
        return Ok(programs);
    }
    // Its own folder: the outer cargo may be using the ordinary one. Settings for a quick build, not a quick tool.
    let scratch = repo.work().join("install");
    let install = Run::cargo()
        .args(["install", "--quiet", "--root"])
        .arg(&root)
        .arg(format!("{package}@{version}"))
        .dir(repo.root())
        .env("CARGO_TARGET_DIR", &scratch)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    timed(&format!("installing {program} {version} (once, takes a few minutes)"), || {
        install.recorded(&repo.log(&format!("install-{program}")))
    })?;
    // Only disk space; the tool is in place.
    let _ = fs::remove_dir_all(scratch);
    Ok(programs)
}

/// `npm ci` in tests/, when the lock file is not the one that node_modules was made from.
pub fn npm_packages(repo: &Repo) -> Result {
    node()?;
    let tests = repo.at("tests");
    let read = |name: &str| fs::read(tests.join(name)).doing(|| format!("read tests/{name}"));
    let wanted = stamp::fingerprint(&[&read("package.json")?, &read("package-lock.json")?]);
    let stamp = tests.join("node_modules/.xtask-stamp");
    if stamp::matches(&stamp, &wanted) {
        return Ok(());
    }
    // No install scripts: none of these packages needs one, and what does not run cannot surprise.
    let install = Run::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).dir(&tests);
    timed("installing the npm packages of tests/", || install.recorded(&repo.log("npm-ci")))?;
    stamp::write(&stamp, &wanted)
}

fn node() -> Result {
    let (major, minor) = OLDEST_NODE;
    let remedy = format!("install Node.js {major}.{minor} or newer, with npm");
    let said = Run::new("node")
        .arg("--version")
        .stdout()
        .map_err(|_| Failure::new(format!("Node.js is missing: {remedy}")))?;
    if node_version(&said).is_none_or(|found| found < OLDEST_NODE) {
        return Err(Failure::new(format!("Node.js {} is too old: {remedy}", said.trim())));
    }
    if Run::new("npm").arg("--version").works() {
        Ok(())
    } else {
        Err(Failure::new(format!("npm is missing: {remedy}")))
    }
}

/// The first two numbers of `v20.19.1`.
fn node_version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.trim().trim_start_matches('v').split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::node_version;

    #[test]
    fn versions_of_node_compare_by_number() {
        assert_eq!(node_version("v20.19.1\n"), Some((20, 19)));
        assert!(node_version("v20.9.0") < node_version("v20.19.0"));
        assert_eq!(node_version("nightly"), None);
    }
}
