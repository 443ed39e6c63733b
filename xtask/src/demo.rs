//! `cargo xtask demo`: the page, served on this machine until Ctrl-C.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::build;
use crate::failure::{Doing, Failure, Result};
use crate::http;
use crate::repo::Repo;
use crate::server::{Server, free_port};

pub const PORT: u16 = 5173;

pub struct Options {
    check: bool,
    port: u16,
}

impl Options {
    pub fn parse(words: &[&str]) -> Result<Self> {
        match words {
            [] => Ok(Self { check: false, port: PORT }),
            ["--check", rest @ ..] => Ok(Self { check: true, ..Self::parse(rest)? }),
            ["--port", number, rest @ ..] => {
                let port = number.parse().ok().filter(|port| *port > 0);
                let port = port.ok_or_else(|| {
                    Failure::usage(format!("`{number}` is not a port: give a number from 1 to 65535"))
                })?;
                let rest = Self::parse(rest)?;
                Ok(Self { port, ..rest })
            }
            [other, ..] => Err(Failure::usage(format!("demo does not know `{other}`: it takes --check and --port N"))),
        }
    }
}

pub fn run(repo: &Repo, options: &Options) -> Result<ExitCode> {
    build::run(repo)?;
    match options.check {
        true => check(repo, options.port).map(drop)?,
        false => serve(repo, options.port)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn serve(repo: &Repo, wanted: u16) -> Result {
    let stop = on_signals()?;
    let mut server = match start(repo, wanted) {
        // Ctrl-C before the page was up.
        Err(_) if stop.load(Ordering::Relaxed) => return Ok(()),
        started => started?,
    };
    println!("\nKeywicket is at\n\n    http://127.0.0.1:{}/\n\nCtrl-C stops it.", server.port);
    while !stop.load(Ordering::Relaxed) {
        if let Some(status) = server.ended()? {
            // Ctrl-C goes to the server too, which may be the first to act on it.
            thread::sleep(Duration::from_millis(100));
            if !stop.load(Ordering::Relaxed) {
                return Err(Failure::new(format!("the page's server ended by itself ({status})")));
            }
        }
        thread::sleep(Duration::from_millis(50));
    }
    server.finish(Duration::from_secs(1))?;
    println!("\nstopped");
    Ok(())
}

/// A flag that Ctrl-C or a polite kill raises; the second one ends us at once.
fn on_signals() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)))
            .doing(|| "listen for Ctrl-C".into())?;
    }
    Ok(stop)
}

fn start(repo: &Repo, wanted: u16) -> Result<Server> {
    let port = free_port(wanted)?;
    if port != wanted {
        println!("port {wanted} is taken, using {port}");
    }
    Server::start(repo, port)
}

/// Fetches what a browser would, and returns how many answers were good.
pub fn check(repo: &Repo, wanted: u16) -> Result<u32> {
    let server = start(repo, wanted)?;
    let page = fetch(server.port, "/")?;
    let script = main_script(&String::from_utf8_lossy(&page))
        .ok_or_else(|| Failure::new("the page names no module script of its own: add one to www/index.html"))?;
    fetch(server.port, &script)?;
    let module = repo.pkg().join("dist/core.wasm");
    let module = fetch(server.port, &http::escaped(&format!("/@fs{}", module.display())))?;
    // A dev server answers an unknown address with the page itself.
    if !module.starts_with(b"\0asm") {
        return Err(Failure::new("the server does not hand out core.wasm: let www/vite.config.js serve pkg/"));
    }
    Ok(3)
}

fn fetch(port: u16, path: &str) -> Result<Vec<u8>> {
    let answer = http::get(port, path)?;
    println!("  {} {:>8} bytes  {path}", answer.status, answer.body.len());
    match (answer.status, answer.body.is_empty()) {
        (200, false) => Ok(answer.body),
        (200, true) => Err(Failure::new(format!("the server's answer to {path} is empty"))),
        (status, _) => {
            let said = String::from_utf8_lossy(&answer.body).into_owned();
            Err(Failure::new(format!("the server answers {path} with status {status}:\n{said}")))
        }
    }
}

/// The address of the first module script that is the page's and not the dev server's.
fn main_script(page: &str) -> Option<String> {
    page.split("<script")
        .skip(1)
        .filter_map(|part| part.split_once('>'))
        .filter(|(tag, _)| tag.contains("type=\"module\""))
        .filter_map(|(tag, _)| tag.split_once("src=\"")?.1.split_once('"'))
        .map(|(source, _)| source)
        .find(|source| !source.starts_with("/@vite/"))
        .map(|source| format!("/{}", source.trim_start_matches("./").trim_start_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::{Options, main_script};

    #[test]
    fn the_pages_own_script_is_found_behind_the_dev_servers() {
        let page = r#"<script type="module" src="/@vite/client"></script><script>1</script>
                      <script type="module" src="./main.js"></script>"#;
        assert_eq!(main_script(page).as_deref(), Some("/main.js"));
        assert_eq!(main_script("<p>"), None);
    }

    #[test]
    fn options_come_in_any_order() {
        let good = Options::parse(&["--port", "8000", "--check"]);
        assert!(good.is_ok_and(|options| options.check && options.port == 8000));
        assert!(Options::parse(&["--port", "0"]).is_err());
        assert!(Options::parse(&["--port"]).is_err());
        assert!(Options::parse(&["-c"]).is_err());
    }
}
