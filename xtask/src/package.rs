//! Laying out `pkg/`: the template's files around the compiled core.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::failure::{Doing, Failure, Result};
use crate::process::Run;
use crate::repo::Repo;

/// Every file of the package by its path inside it.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A WebAssembly module and the JavaScript that loads it.
pub struct Compiled {
    pub module: Vec<u8>,
    pub glue: Vec<u8>,
}

/// Makes `pkg/` hold exactly this package. Files that are right already keep their time, so that a
/// dev server watching them stays quiet.
pub fn lay_out(repo: &Repo, whole: Compiled, edge: Compiled) -> Result {
    let mut files = template(&repo.at("pkg-template"))?;
    for path in files_under(repo.root(), false)?.into_iter().filter(|path| is_licence(path)) {
        files.insert(path.clone(), read(&repo.at(&path))?);
    }
    let inlined = format!("export default \"{}\";\n", STANDARD.encode(&whole.module));
    files.insert("dist/core.wasm.base64.js".into(), inlined.into_bytes());
    for (folder, compiled) in [("dist", whole), ("dist/edge", edge)] {
        files.insert(Path::new(folder).join("core.wasm"), compiled.module);
        files.insert(Path::new(folder).join("glue.js"), compiled.glue);
    }
    remove_others(&repo.pkg(), &files)?;
    files.iter().try_for_each(|(path, content)| write_if_changed(&repo.pkg().join(path), content))
}

/// Packs `pkg/` as npm would publish it.
pub fn pack(repo: &Repo) -> Result<PathBuf> {
    let tarball = repo.tarball();
    // A tarball of another day must not pass for today's.
    let _ = fs::remove_file(&tarball);
    let packing = Run::new("npm").args(["pack", "--ignore-scripts", "--pack-destination"]).arg(repo.work());
    packing.dir(&repo.pkg()).recorded(&repo.log("npm-pack"))?;
    if tarball.is_file() {
        return Ok(tarball);
    }
    Err(Failure::new(format!("npm pack did not write {}: is the package's name still `keywicket`?", tarball.display())))
}

/// What npm reads stays on top; code and types go to `dist/`.
fn template(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    for path in files_under(folder, true)? {
        let content = read(&folder.join(&path))?;
        match path.to_str() {
            Some("package.json") => files.insert(path, with_version(&content)?),
            Some("README.md") => files.insert(path, content),
            _ => files.insert(Path::new("dist").join(path), content),
        };
    }
    match files.contains_key(Path::new("package.json")) {
        true => Ok(files),
        false => Err(Failure::new("pkg-template/package.json is missing: the npm package needs it")),
    }
}

/// The workspace's version, which is ours too, in place of the template's.
fn with_version(manifest: &[u8]) -> Result<Vec<u8>> {
    const KEY: &str = "\"version\": \"";
    let text = String::from_utf8_lossy(manifest);
    let (before, after) = text
        .split_once(KEY)
        .and_then(|(before, after)| Some((before, after.split_once('"')?.1)))
        .ok_or_else(|| Failure::new("pkg-template/package.json has no line `\"version\": \"0.0.0\",`: add it"))?;
    Ok([before, KEY, env!("CARGO_PKG_VERSION"), "\"", after].concat().into_bytes())
}

fn is_licence(path: &Path) -> bool {
    path.to_string_lossy().starts_with("LICENSE")
}

/// Paths of the files in `folder`, relative to it, with those in its folders if `deep`.
fn files_under(folder: &Path, deep: bool) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).doing(|| format!("list {}", folder.display()))? {
        let entry = entry.doing(|| format!("list {}", folder.display()))?;
        let name = PathBuf::from(entry.file_name());
        if !entry.path().is_dir() {
            found.push(name);
        } else if deep {
            found.extend(files_under(&entry.path(), deep)?.into_iter().map(|path| name.join(path)));
        }
    }
    Ok(found)
}

/// What an earlier build left and this one does not make would be published too.
fn remove_others(folder: &Path, files: &Files) -> Result {
    fs::create_dir_all(folder).doing(|| format!("create {}", folder.display()))?;
    for path in files_under(folder, true)?.into_iter().filter(|path| !files.contains_key(path)) {
        fs::remove_file(folder.join(&path)).doing(|| format!("remove {}", path.display()))?;
    }
    Ok(())
}

fn write_if_changed(path: &Path, content: &[u8]) -> Result {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).doing(|| format!("create {}", folder.display()))?;
    }
    fs::write(path, content).doing(|| format!("write {}", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).doing(|| format!("read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::with_version;

    #[test]
    fn the_version_of_the_workspace_replaces_the_one_in_the_template() {
        let written = with_version(b"{\n  \"version\": \"0.0.0\",\n  \"a\": 1\n}").unwrap_or_default();
        let expected = format!("{{\n  \"version\": \"{}\",\n  \"a\": 1\n}}", env!("CARGO_PKG_VERSION"));
        assert_eq!(String::from_utf8_lossy(&written), expected);
        assert!(with_version(b"{}").is_err());
    }
}
