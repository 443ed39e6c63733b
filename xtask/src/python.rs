//! Python and the packages that tests use as clients of the service: programs that nobody here wrote.

use std::fs;
use std::path::PathBuf;

use crate::browser::{apt_install, root_on_debian};
use crate::failure::{Doing, Failure, Result};
use crate::process::Run;
use crate::repo::Repo;
use crate::stamp;
use crate::timing::timed;

/// Clients of the old service's REST API. Exact versions: they are what the service is measured by.
const PACKAGES: [&str; 2] = ["amspy==0.2.0", "requests==2.32.5"];

const REMEDY: &str = "install Python 3 with pip (on Debian: `apt-get install python3 python3-pip`)";

/// The folder that holds the packages, for `PYTHONPATH`; installed the first time.
pub fn packages(repo: &Repo) -> Result<PathBuf> {
    let folder = repo.tool("python", "clients");
    let stamp = folder.join(".stamp");
    let wanted = stamp::fingerprint(&[PACKAGES.join(" ").as_bytes()]);
    if stamp::matches(&stamp, &wanted) {
        return Ok(folder);
    }
    if !has_pip() && root_on_debian() {
        apt_install(repo, "Python and pip", &["python3", "python3-pip"])?;
    }
    if !has_pip() {
        return Err(Failure::new(format!("no Python to run the service's clients in: {REMEDY}")));
    }
    fs::create_dir_all(&folder).doing(|| format!("create {}", folder.display()))?;
    // Into a folder of its own, whoever manages the machine's packages.
    let install = Run::new("python3").args(["-m", "pip", "install", "--quiet", "--upgrade", "--target"]).arg(&folder);
    timed("installing Python clients of the REST API", || {
        install.args(PACKAGES).recorded(&repo.log("pip-install")).map(drop)
    })?;
    stamp::write(&stamp, &wanted)?;
    Ok(folder)
}

fn has_pip() -> bool {
    Run::new("python3").args(["-m", "pip", "--version"]).works()
}
