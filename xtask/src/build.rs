//! `cargo xtask build`: the core as WebAssembly, its JavaScript glue, and the npm package around them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Doing, Result};
use crate::package;
use crate::process::Run;
use crate::repo::Repo;
use crate::stamp;
use crate::timing::timed;
use crate::tools;
use crate::wasm;

const BINDGEN: [&str; 9] = [
    "--target",
    "web",
    "--omit-default-module-path",
    "--experimental-reset-state-function",
    "--remove-name-section",
    "--remove-producers-section",
    "--no-typescript",
    "--out-name",
    "glue",
];

/// Features that Node 20, workerd and current browsers all have; `--all-features` would let in others.
const OPTIMIZER: [&str; 9] = [
    "-O3",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
    "--strip-target-features",
];

/// Prints raw, gzip and brotli sizes; in Node, which has both compressors.
const SIZES: &str = "const { gzipSync, brotliCompressSync } = require('node:zlib');
for (const path of process.argv.slice(1)) {
  const file = require('node:fs').readFileSync(path);
  const name = require('node:path').basename(path);
  const sizes = [file, gzipSync(file, { level: 9 }), brotliCompressSync(file)].map((bytes) => String(bytes.length).padStart(9));
  console.log(`  ${name.padEnd(10)}${sizes[0]} bytes, gzip${sizes[1]}, brotli${sizes[2]}`);
}";

/// What comes out of the compiler's side: two files and a line about each.
struct Core {
    module: PathBuf,
    glue: PathBuf,
    sizes: PathBuf,
}

pub fn run(repo: &Repo) -> Result {
    tools::for_build(repo)?;
    fs::create_dir_all(repo.work()).doing(|| format!("create {}", repo.work().display()))?;
    let compiled = timed("compiling the core to WebAssembly", || compile(repo))?;
    let core = finish(repo, &compiled)?;
    let module = read(&core.module)?;
    wasm::inspect(&module, repo)?;
    package::lay_out(repo, module, read(&core.glue)?)?;
    report(repo, &core)
}

/// Cargo itself knows what has changed, so it is always asked.
fn compile(repo: &Repo) -> Result<PathBuf> {
    // The sources must be on disk before their folders can be listed and renamed.
    Run::cargo().args(["fetch", "--target", "wasm32-unknown-unknown"]).dir(repo.root()).stdout()?;
    let build = Run::cargo()
        .args([
            "build",
            "--quiet",
            "--release",
            "--target",
            "wasm32-unknown-unknown",
            "--package",
            "keywicket",
            "--lib",
        ])
        .arg("--config")
        .arg(remapping(repo)?)
        .dir(repo.root())
        // Either would replace the flags of .cargo/config.toml and ours.
        .without_env("RUSTFLAGS")
        .without_env("CARGO_ENCODED_RUSTFLAGS");
    build.recorded(&repo.log("compile"))?;
    Ok(repo.target().join("wasm32-unknown-unknown/release/keywicket.wasm"))
}

/// Compiler flags that keep the folders of this machine out of panic messages.
/// Cargo joins this list to the one in .cargo/config.toml.
fn remapping(repo: &Repo) -> Result<String> {
    let sysroot = Run::new("rustc").args(["--print", "sysroot"]).stdout()?;
    let mut renamed = vec![(PathBuf::from(sysroot.trim()), "rust"), (cargo_home(), "cargo")];
    // One folder per registry, each named after its address; they come later because the last match wins.
    if let Ok(registries) = fs::read_dir(cargo_home().join("registry/src")) {
        renamed.extend(registries.flatten().map(|entry| (entry.path(), "crates")));
    }
    renamed.push((repo.root().to_path_buf(), "keywicket"));
    let flags: Vec<String> = renamed
        .iter()
        .map(|(from, to)| format!("{:?}", format!("--remap-path-prefix={}={to}", from.display())))
        .collect();
    Ok(format!("target.wasm32-unknown-unknown.rustflags=[{}]", flags.join(",")))
}

fn cargo_home() -> PathBuf {
    let usual = || env::home_dir().unwrap_or_default().join(".cargo");
    env::var_os("CARGO_HOME").map_or_else(usual, PathBuf::from)
}

/// wasm-bindgen and wasm-opt, unless what they would make is there already.
fn finish(repo: &Repo, compiled: &Path) -> Result<Core> {
    let folder = repo.work().join("core");
    let core = Core { module: folder.join("core.wasm"), glue: folder.join("glue.js"), sizes: folder.join("sizes.txt") };
    let stamp = folder.join("stamp");
    let version = repo.locked_version("wasm-bindgen")?;
    let flags = [BINDGEN.join(" "), OPTIMIZER.join(" "), SIZES.to_owned(), version].join("\n");
    let wanted = stamp::fingerprint(&[&read(compiled)?, &read(&repo.at("tests/package-lock.json"))?, flags.as_bytes()]);
    if stamp::matches(&stamp, &wanted) && core.module.is_file() && core.glue.is_file() {
        return Ok(core);
    }
    // Empty it first: what is half-made must not look finished.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).doing(|| format!("create {}", folder.display()))?;
    timed("binding it to JavaScript", || bind(repo, compiled, &folder))?;
    timed("optimizing it", || optimize(repo, &folder.join("glue_bg.wasm"), &core.module))?;
    let sizes = Run::new("node").args(["--eval", SIZES, "--"]).args([&core.module, &core.glue]).stdout()?;
    fs::write(&core.sizes, sizes).doing(|| format!("write {}", core.sizes.display()))?;
    stamp::write(&stamp, &wanted)?;
    Ok(core)
}

fn bind(repo: &Repo, compiled: &Path, folder: &Path) -> Result {
    let wasm_bindgen = tools::wasm_bindgen(repo)?.join("wasm-bindgen");
    Run::new(wasm_bindgen).args(BINDGEN).arg("--out-dir").args([folder, compiled]).stdout().map(drop)
}

fn optimize(repo: &Repo, from: &Path, to: &Path) -> Result {
    Run::new(repo.npm_program("wasm-opt")).args(OPTIMIZER).arg(from).arg("--output").arg(to).stdout().map(drop)
}

fn report(repo: &Repo, core: &Core) -> Result {
    let sizes = fs::read_to_string(&core.sizes).doing(|| format!("read {}", core.sizes.display()))?;
    println!("the npm package is in {}\n{}", repo.pkg().display(), sizes.trim_end());
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).doing(|| format!("read {}", path.display()))
}
