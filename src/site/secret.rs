//! Secrets: where they come from, and that they are never shown.

use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use crate::source::Place;

/// A secret. It has no way to output but [`Secret::reveal`], and its memory is cleared.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over a text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the file or the standard input of the program that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.reveal().hash(state);
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Where a secret comes from; the first of these that is stated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The name that keys refer to.
    pub name: String,
    /// A variable of the environment.
    pub env: Option<String>,
    /// A file; relative to the inventory. A line feed at its end is not part of the secret.
    pub file: Option<String>,
    /// A program with its arguments, which prints the secret; a line feed at the end is dropped.
    pub command: Vec<String>,
    /// What holds when the variable is not set; for labs only.
    pub default: Option<Secret>,
    /// Where it is described.
    pub at: Option<Place>,
    /// What was got, so that no program runs, and asks for a passphrase, a second time.
    pub fetched: Option<Secret>,
}

/// Why a secret could not be had; the secret itself is in none of them.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// The variable is not set, and there is no default.
    #[error("the variable `{0}` is not set")]
    Variable(String),
    /// The file cannot be read.
    #[error("cannot read `{}`: {}", .0.display(), .1)]
    File(PathBuf, std::io::Error),
    /// Other users could read the file.
    #[error("`{}` can be read by other users (mode {:04o})", .0.display(), .1)]
    Mode(PathBuf, u32),
    /// The program cannot be started.
    #[error("cannot run `{0}`: {1}")]
    Command(String, std::io::Error),
    /// The program failed.
    #[error("`{0}` ended with {1}")]
    Failed(String, std::process::ExitStatus),
    /// What came is no text.
    #[error("it is not UTF-8")]
    Encoding,
    /// What came is empty.
    #[error("it is empty")]
    Empty,
    /// The description names nothing.
    #[error("it has neither `env`, `file` nor `command`")]
    Nothing,
}

impl Origin {
    /// Gets the secret, unless it was got before; files are relative to `folder`.
    ///
    /// # Errors
    /// See [`Unavailable`].
    pub fn fetch(&self, folder: &Path) -> Result<Secret, Unavailable> {
        if let Some(secret) = &self.fetched {
            return Ok(secret.clone());
        }
        let secret = if let Some(name) = &self.env {
            match (std::env::var(name), &self.default) {
                (Ok(value), _) => value,
                (Err(_), Some(default)) => return Ok(default.clone()),
                (Err(_), None) => return Err(Unavailable::Variable(name.clone())),
            }
        } else if let Some(file) = &self.file {
            from_file(&folder.join(file))?
        } else if let Some((program, arguments)) = self.command.split_first() {
            from_command(program, arguments)?
        } else {
            return self.default.clone().ok_or(Unavailable::Nothing);
        };
        if secret.is_empty() { Err(Unavailable::Empty) } else { Ok(Secret::new(secret)) }
    }
}

fn from_file(path: &Path) -> Result<String, Unavailable> {
    use std::os::unix::fs::PermissionsExt as _;
    let fail = |error| Unavailable::File(path.to_owned(), error);
    let mode = std::fs::metadata(path).map_err(fail)?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(Unavailable::Mode(path.to_owned(), mode));
    }
    let mut text = std::fs::read_to_string(path).map_err(fail)?;
    trim_line(&mut text);
    Ok(text)
}

/// The program inherits standard input and error, so that it can ask for a passphrase.
fn from_command(program: &str, arguments: &[String]) -> Result<String, Unavailable> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Unavailable::Command(program.to_owned(), error))?;
    if !output.status.success() {
        return Err(Unavailable::Failed(program.to_owned(), output.status));
    }
    let mut text = String::from_utf8(output.stdout).map_err(|_| Unavailable::Encoding)?;
    trim_line(&mut text);
    Ok(text)
}

fn trim_line(text: &mut String) {
    let length = text.trim_end_matches(['\n', '\r']).len();
    text.truncate(length);
}
