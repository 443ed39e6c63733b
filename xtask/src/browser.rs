//! Chromium and its driver, for the tests that run in a browser.

use std::env;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};
use crate::process::Run;
use crate::repo::Repo;
use crate::timing::timed;

const REMEDY: &str = "install Chromium and chromedriver (on Debian: `apt-get install chromium chromium-driver`), \
                      or name them in the environment variables CHROMIUM and CHROMEDRIVER";

/// The browser and its driver, of one version.
pub struct Browser {
    pub chromium: PathBuf,
    pub driver: PathBuf,
}

impl Browser {
    /// Where Debian puts them unless the environment says otherwise; installed where we may.
    pub fn ready(repo: &Repo) -> Result<Self> {
        let browser = Self {
            chromium: named("CHROMIUM", "/usr/bin/chromium"),
            driver: named("CHROMEDRIVER", "/usr/bin/chromedriver"),
        };
        if !browser.present() && root_on_debian() {
            install(repo)?;
        }
        if browser.present() { Ok(browser) } else { Err(Failure::new(format!("no browser to test in: {REMEDY}"))) }
    }

    fn present(&self) -> bool {
        self.chromium.is_file() && self.driver.is_file()
    }
}

fn named(variable: &str, usual: &str) -> PathBuf {
    env::var_os(variable).map_or_else(|| usual.into(), PathBuf::from)
}

pub fn root_on_debian() -> bool {
    let root = Run::new("id").arg("-u").stdout().is_ok_and(|id| id.trim() == "0");
    root && Path::new("/etc/debian_version").exists()
}

fn install(repo: &Repo) -> Result {
    apt_install(repo, "Chromium and chromedriver", &["chromium", "chromium-driver"])
}

/// Packages of Debian's, where we may.
pub fn apt_install(repo: &Repo, what: &str, packages: &[&str]) -> Result {
    let apt = || Run::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive");
    timed(&format!("installing {what} from Debian's packages"), || {
        apt().arg("update").recorded(&repo.log("apt-update"))?;
        apt().args(["install", "-y"]).args(packages).recorded(&repo.log("apt-install"))
    })
    .map(drop)
}
