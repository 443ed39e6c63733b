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

/// A module of the package: what of the crate it exports, and how it is compiled.
struct Module {
    name: &'static str,
    profile: &'static str,
    features: &'static [&'static str],
}

/// All of the crate, and the verifier over a compiled policy alone.
const WHOLE: Module = Module { name: "core", profile: "release", features: &[] };
const EDGE: Module =
    Module { name: "edge", profile: "edge", features: &["--no-default-features", "--features", "edge"] };

/// What comes out of the compiler's side: two files and a line about each.
struct Core {
    module: PathBuf,
    glue: PathBuf,
    sizes: PathBuf,
}

pub fn run(repo: &Repo) -> Result {
    tools::for_build(repo)?;
    fs::create_dir_all(repo.work()).doing(|| format!("create {}", repo.work().display()))?;
    let whole = make(repo, &WHOLE)?;
    let edge = make(repo, &EDGE)?;
    package::lay_out(repo, whole.read(repo)?, edge.read(repo)?)?;
    println!("the npm package is in {}", repo.pkg().display());
    [(&WHOLE, &whole), (&EDGE, &edge)].into_iter().try_for_each(|(module, core)| report(module, core))
}

fn make(repo: &Repo, module: &Module) -> Result<Core> {
    let compiled = timed(&format!("compiling the {} module to WebAssembly", module.name), || compile(repo, module))?;
    finish(repo, module, &compiled)
}

impl Core {
    fn read(&self, repo: &Repo) -> Result<package::Compiled> {
        let module = read(&self.module)?;
        wasm::inspect(&module, repo)?;
        Ok(package::Compiled { module, glue: read(&self.glue)? })
    }
}

/// Cargo itself knows what has changed, so it is always asked.
fn compile(repo: &Repo, module: &Module) -> Result<PathBuf> {
    // The sources must be on disk before their folders can be listed and renamed.
    Run::cargo().args(["fetch", "--target", "wasm32-unknown-unknown"]).dir(repo.root()).stdout()?;
    let build = Run::cargo()
        .args(["build", "--quiet", "--profile", module.profile, "--target", "wasm32-unknown-unknown"])
        .args(["--package", "keywicket", "--lib"])
        .args(module.features)
        .arg("--config")
        .arg(remapping(repo)?)
        .dir(repo.root())
        // Either would replace the flags of .cargo/config.toml and ours.
        .without_env("RUSTFLAGS")
        .without_env("CARGO_ENCODED_RUSTFLAGS");
    build.recorded(&repo.log(&format!("compile-{}", module.name)))?;
    Ok(repo.target().join("wasm32-unknown-unknown").join(module.profile).join("keywicket.wasm"))
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
fn finish(repo: &Repo, module: &Module, compiled: &Path) -> Result<Core> {
    let folder = repo.work().join(module.name);
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

fn report(module: &Module, core: &Core) -> Result {
    let sizes = fs::read_to_string(&core.sizes).doing(|| format!("read {}", core.sizes.display()))?;
    println!("  {}\n{}", module.name, sizes.trim_end());
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).doing(|| format!("read {}", path.display()))
}
