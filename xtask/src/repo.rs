//! Where things are: the repository, the target directory and what the commands keep in it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Doing, Failure, Result};
use crate::process::Run;

pub struct Repo {
    root: PathBuf,
    target: PathBuf,
}

impl Repo {
    pub fn find() -> Result<Self> {
        // The running value, not the compiled-in one: the repository may have moved since.
        let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest)
            .parent()
            .ok_or_else(|| Failure::new("xtask is not inside the repository: call it as `cargo xtask`"))?;
        Ok(Self { root: root.to_path_buf(), target: target_directory(root)? })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target directory, wherever the user's settings put it.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// A path given from the root of the repository.
    pub fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// The finished npm package.
    pub fn pkg(&self) -> PathBuf {
        self.at("pkg")
    }

    /// What these commands keep between two runs: stamps, logs, half-made files.
    pub fn work(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// Where the output of the recorded command `name` goes.
    pub fn log(&self, name: &str) -> PathBuf {
        self.work().join("logs").join(format!("{name}.log"))
    }

    /// The packed package, as npm would publish it. xtask carries the version of the whole workspace.
    pub fn tarball(&self) -> PathBuf {
        self.work().join(concat!("keywicket-", env!("CARGO_PKG_VERSION"), ".tgz"))
    }

    /// The folder of one tool of one version, so that two versions never meet.
    pub fn tool(&self, package: &str, version: &str) -> PathBuf {
        self.target.join("tools").join(format!("{package}-{version}"))
    }

    /// A program that npm installed.
    pub fn npm_program(&self, name: &str) -> PathBuf {
        self.at("tests/node_modules/.bin").join(name)
    }

    /// The version of `package` that Cargo.lock settled on.
    pub fn locked_version(&self, package: &str) -> Result<String> {
        let lock = self.at("Cargo.lock");
        let text = fs::read_to_string(&lock).doing(|| format!("read {}", lock.display()))?;
        locked_version(&text, package).map(str::to_owned).ok_or_else(|| {
            Failure::new(format!("Cargo.lock has no package `{package}`: run `cargo update --workspace`"))
        })
    }

    /// PATH with these folders in front.
    pub fn path_with(&self, folders: &[PathBuf]) -> Result<OsString> {
        let old = env::var_os("PATH").unwrap_or_default();
        env::join_paths(folders.iter().cloned().chain(env::split_paths(&old))).doing(|| "extend PATH".into())
    }
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    after.split_once('"').map(|(version, _)| version)
}

/// Asks cargo, because an environment variable or a configuration file can move it.
fn target_directory(root: &Path) -> Result<PathBuf> {
    let metadata = Run::cargo().args(["metadata", "--no-deps", "--format-version=1"]).dir(root).stdout()?;
    metadata
        .split_once("\"target_directory\":\"")
        .and_then(|(_, after)| after.split_once('"'))
        .map(|(directory, _)| PathBuf::from(directory.replace("\\\\", "\\")))
        .ok_or_else(|| {
            Failure::new("`cargo metadata` did not name the target directory: update Rust with `rustup update`")
        })
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    #[test]
    fn a_version_is_read_for_the_whole_name_only() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"…\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
