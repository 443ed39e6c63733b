//! The page's dev server, as a child process that never outlives us.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Doing, Failure, Result};
use crate::http;
use crate::process::{self, Run};
use crate::repo::Repo;

const START: Duration = Duration::from_secs(60);
/// How many ports after the wanted one are tried.
const PORTS: u16 = 100;

pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// Starts Vite on `www/`, on this machine's own address only, and waits until it answers.
    pub fn start(repo: &Repo, port: u16) -> Result<Self> {
        if !repo.at("www/index.html").is_file() {
            return Err(Failure::new("www/index.html is missing: there is no page to serve"));
        }
        let child = Run::new(repo.npm_program("vite"))
            .arg(repo.at("www"))
            .args(["--host", "127.0.0.1", "--strictPort", "--port", &port.to_string()])
            .args(["--logLevel", "warn", "--clearScreen", "false"])
            .dir(repo.root())
            .spawn()?;
        let mut server = Self { child, port };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result {
        let start = Instant::now();
        while start.elapsed() < START {
            if let Some(status) = self.ended()? {
                return Err(Failure::new(format!(
                    "the page's server ended before it answered ({status}): see its message above"
                )));
            }
            if http::get(self.port, "/").is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(Failure::new(format!(
            "the page's server did not answer within {} seconds: try `cargo xtask demo` again",
            START.as_secs()
        )))
    }

    /// Whether the server has ended by itself.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().doing(|| "look after the page's server".into())
    }

    /// Lets a server that was told to stop do so; one that was not told is ended.
    pub fn finish(mut self, patience: Duration) -> Result {
        process::wait(&mut self.child, patience).map(drop)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        process::stop(&mut self.child);
    }
}

/// The wanted port, or the next one that nobody listens on.
pub fn free_port(wanted: u16) -> Result<u16> {
    (wanted..=wanted.saturating_add(PORTS))
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .ok_or_else(|| Failure::new(format!("no free port from {wanted} on: name another with --port N")))
}
