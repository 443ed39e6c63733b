//! Running other programs. No exit status goes unlooked at.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Doing, Failure, Result};

/// Longer than any step takes on a slow machine from nothing; a browser that hangs must not hang the rest.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// A command about to run.
pub struct Run {
    command: Command,
}

/// What a recorded command said (standard output and standard error, in order) and whether it succeeded.
pub struct Recorded {
    pub success: bool,
    pub text: String,
}

impl Run {
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        Self { command }
    }

    /// The cargo that runs us, so that nested calls keep its toolchain.
    pub fn cargo() -> Self {
        Self::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub fn dir(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Runs with our terminal and hands back the exit status, good or bad.
    pub fn status(mut self) -> Result<ExitStatus> {
        self.command.status().doing(|| self.start_sentence())
    }

    /// Starts a program that runs beside us, with our terminal for what it prints.
    pub fn spawn(mut self) -> Result<Child> {
        self.command.spawn().doing(|| self.start_sentence())
    }

    /// Runs silently and returns what it printed; a bad exit status is an error.
    pub fn stdout(mut self) -> Result<String> {
        let output = self.command.output().doing(|| self.start_sentence())?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
        Err(Failure::new(format!("`{}` failed ({}):\n{said}", self.shown(), output.status)))
    }

    /// Whether the program starts and succeeds, for asking if it is there.
    pub fn works(mut self) -> bool {
        let silent = self.command.stdout(Stdio::null()).stderr(Stdio::null());
        silent.status().is_ok_and(|status| status.success())
    }

    /// Runs with its output going to the file `log`, where it can be followed, and reads it back.
    ///
    /// A file and not a pipe: a process that the program leaves behind would hold a pipe open for ever.
    pub fn record(mut self, log: &Path) -> Result<Recorded> {
        let sentence = || format!("write the log {}", log.display());
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder).doing(sentence)?;
        }
        let file = File::create(log).doing(sentence)?;
        self.command.stdout(file.try_clone().doing(sentence)?).stderr(file);
        let mut child = self.command.spawn().doing(|| self.start_sentence())?;
        let status = wait(&mut child, LIMIT)?;
        let mut text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).doing(sentence)?;
        if status.is_none() {
            text.push_str(&format!("\n`{}` was stopped after {} minutes\n", self.shown(), LIMIT.as_secs() / 60));
        }
        Ok(Recorded { success: status.is_some_and(|status| status.success()), text })
    }

    /// Like [`Run::record`], where anything but success is an error with the whole output.
    pub fn recorded(self, log: &Path) -> Result<String> {
        let shown = self.shown();
        let recorded = self.record(log)?;
        if recorded.success {
            return Ok(recorded.text);
        }
        Err(Failure::new(format!("`{shown}` failed:\n{}", recorded.text.trim_end())))
    }

    fn start_sentence(&self) -> String {
        format!("start `{}`", self.command.get_program().to_string_lossy())
    }

    /// Short enough to read: the program's name and its first arguments.
    fn shown(&self) -> String {
        let program = Path::new(self.command.get_program()).file_name().unwrap_or_default();
        let words = std::iter::once(program).chain(self.command.get_args().take(3));
        words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
    }
}

/// Waits at most `limit`; past it the child is ended and there is no status.
pub fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().doing(|| "wait for a program".into())? {
            return Ok(Some(status));
        }
        if start.elapsed() > limit {
            stop(child);
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Ends this one process, by its id. That it may have ended by itself is no error.
pub fn stop(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
