//! Looking into a WebAssembly module before it is shipped.

use std::env;
use std::path::Path;

use crate::failure::{Failure, Result};
use crate::repo::Repo;

/// Refuses a module that carries names of functions or of places on this machine.
pub fn inspect(module: &[u8], repo: &Repo) -> Result {
    let sections = custom_sections(module)
        .ok_or_else(|| Failure::new("core.wasm is not a WebAssembly module: delete target/xtask and build again"))?;
    if let Some(extra) =
        sections.iter().find(|name| matches!(name.as_str(), "name" | "producers") || name.starts_with(".debug"))
    {
        return Err(Failure::new(format!(
            "core.wasm carries the custom section `{extra}`: strip it in xtask/src/build.rs"
        )));
    }
    match private_paths(repo).iter().find(|path| contains(module, path.as_bytes())) {
        Some(path) => {
            Err(Failure::new(format!("core.wasm carries the builder's path `{path}`: remap it in xtask/src/build.rs")))
        }
        None => Ok(()),
    }
}

/// Beginnings of paths that tell who built the module. (`/rustc/<commit>/library/…`, in the panic
/// messages of the precompiled standard library, is the same for everybody and tells nothing.)
fn private_paths(repo: &Repo) -> Vec<String> {
    let fixed = ["/home/", "/Users/", ".cargo/registry"].map(str::to_owned);
    let home = env::home_dir().unwrap_or_default();
    let here = [repo.root(), repo.target(), home.as_path()].map(|path: &Path| format!("{}/", path.display()));
    fixed.into_iter().chain(here).filter(|path| !path.trim_matches('/').is_empty()).collect()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Names of the custom sections, or nothing if the bytes are not a module.
fn custom_sections(module: &[u8]) -> Option<Vec<String>> {
    let mut rest = module.strip_prefix(b"\0asm\x01\0\0\0")?;
    let mut names = Vec::new();
    while let Some((id, after)) = rest.split_first() {
        let (size, after) = number(after)?;
        let (content, after) = after.split_at_checked(size)?;
        if *id == 0 {
            let (length, content) = number(content)?;
            names.push(String::from_utf8_lossy(content.get(..length)?).into_owned());
        }
        rest = after;
    }
    Some(names)
}

/// An unsigned LEB128 number and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_usize;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f).checked_shl(u32::try_from(index).ok()? * 7)?;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(index + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{custom_sections, number};

    #[test]
    fn custom_sections_are_named_and_others_skipped() {
        let module = b"\0asm\x01\0\0\0\x01\x02ab\x00\x05\x04name";
        assert!(custom_sections(module).is_some_and(|names| names == ["name"]));
        let two = b"\0asm\x01\0\0\0\x00\x05\x04name\x00\x03\x02hi";
        assert!(custom_sections(two).is_some_and(|names| names == ["name", "hi"]));
    }

    #[test]
    fn what_is_cut_short_is_no_module() {
        assert!(custom_sections(b"<html>").is_none());
        assert!(custom_sections(b"\0asm\x01\0\0\0\x01\x7fab").is_none());
    }

    #[test]
    fn long_numbers_are_read() {
        assert_eq!(number(&[0xe5, 0x8e, 0x26, 1]), Some((624_485, [1].as_slice())));
        assert_eq!(number(&[0x80]), None);
    }
}
