//! Writing a directory of results: all files or none, and nobody's changes are lost.

use std::collections::VecDeque;
use std::fmt;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use super::Failure;
use super::printer::Problem;
use crate::source::words::counted;

/// Files written beside their targets, which [`OutputDirectory::commit`] renames in one go.
#[derive(Debug)]
pub(super) struct OutputDirectory {
    root: PathBuf,
    staged: VecDeque<Staged>,
}

#[derive(Debug)]
struct Staged {
    target: PathBuf,
    temporary: PathBuf,
    state: State,
}

/// What stands at a target already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Different,
    Missing,
    Same,
}

/// What a commit did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// Files that are new or different now.
    pub(super) changed: usize,
    /// Files that already were as they should be.
    pub(super) unchanged: usize,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} written, {} unchanged", counted(self.changed, "file"), self.unchanged)
    }
}

/// Why not everything was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum OutputError {
    /// Files are in the way.
    #[error("`{}` has other content{}", .0.display(), more(*.1))]
    InTheWay(PathBuf, usize),
    /// A file of another kind is in the way; the second part says what it would have to be.
    #[error("`{}` is {}", .0.display(), .1)]
    Foreign(PathBuf, &'static str),
    /// Somebody else wrote the file since it was read.
    #[error("`{}` was changed meanwhile", .0.display())]
    Changed(PathBuf),
    /// The operating system refused.
    #[error("cannot write `{}`: {}", .0.display(), .1)]
    Io(PathBuf, io::Error),
    /// The operating system refused when so many files were in their places already.
    #[error("cannot write `{}`: {}; {} written before", .0.display(), .1, were(*.2))]
    Partly(PathBuf, io::Error, usize),
}

impl OutputDirectory {
    /// Nothing is touched before the first [`OutputDirectory::stage`].
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), staged: VecDeque::new() }
    }

    /// Writes a file beside its target `name` (a relative path).
    pub(super) fn stage(
        &mut self,
        name: &Path,
        mode: u32,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        let target = self.root.join(name);
        let fail = |error| OutputError::Io(target.clone(), error);
        let folder = target.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(fail)?;
        let base = target.file_name().unwrap_or_default().to_string_lossy();
        let temporary = folder.join(format!(".{base}.{}.new", std::process::id()));
        // The mode is set at creation: a file with keys is never readable by others, not even briefly.
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&temporary)
            .map_err(fail)?;
        // The mask of the process may take bits away that the file had before.
        file.set_permissions(Permissions::from_mode(mode)).map_err(fail)?;
        self.staged.push_back(Staged {
            target: target.clone(),
            temporary: temporary.clone(),
            state: State::Missing,
        });
        let mut out = BufWriter::with_capacity(BUFFER, file);
        write(&mut out).map_err(fail)?;
        let file = out.into_inner().map_err(|error| fail(error.into_error()))?;
        // The rename must not reach the disk before the content does.
        file.sync_all().map_err(fail)?;
        let state = compare(&target, &temporary).map_err(fail)?;
        if let Some(staged) = self.staged.back_mut() {
            staged.state = state;
        }
        Ok(())
    }

    /// Writes what shall stand in the place of a file that holds `old`, with the same mode and owner.
    /// A symbolic link stays one: the file that it leads to is replaced.
    pub(super) fn stage_replacement(
        &mut self,
        path: &Path,
        old: &[u8],
        new: &[u8],
    ) -> Result<(), OutputError> {
        let fail = |error| OutputError::Io(path.to_owned(), error);
        let target = fs::canonicalize(path).map_err(fail)?;
        let meta = fs::metadata(&target).map_err(fail)?;
        if fs::read(&target).map_err(fail)? != old {
            return Err(OutputError::Changed(path.to_owned()));
        }
        self.stage(&target, 0o600, |out| out.write_all(new))?;
        if let Some(staged) = self.staged.back() {
            // Only root may give a file away; who is not owns the old one already, or is told.
            let now = fs::metadata(&staged.temporary).map_err(fail)?;
            if (now.uid(), now.gid()) != (meta.uid(), meta.gid()) {
                chown(&staged.temporary, Some(meta.uid()), Some(meta.gid())).map_err(fail)?;
            }
            fs::set_permissions(&staged.temporary, meta.permissions()).map_err(fail)?;
        }
        Ok(())
    }

    /// Puts every file in its place. Files with other content stop it unless `force`.
    pub(super) fn commit(mut self, force: bool) -> Result<Written, OutputError> {
        let mut different = self.staged.iter().filter(|staged| staged.state == State::Different);
        if !force && let Some(first) = different.next() {
            return Err(OutputError::InTheWay(first.target.clone(), different.count()));
        }
        let mut written = Written::default();
        // What is still in the list when a rename fails is taken away with it.
        while let Some(staged) = self.staged.front() {
            let is_same = staged.state == State::Same && has_mode(staged);
            if is_same {
                written.unchanged += 1;
                let _ = fs::remove_file(&staged.temporary);
            } else {
                fs::rename(&staged.temporary, &staged.target).map_err(|error| {
                    let target = staged.target.clone();
                    match written.changed {
                        0 => OutputError::Io(target, error),
                        before => OutputError::Partly(target, error, before),
                    }
                })?;
                written.changed += 1;
            }
            self.staged.pop_front();
        }
        Ok(written)
    }
}

/// Puts `new` in the place of a file that held `old`. Readers find either the whole old file or the
/// whole new one.
pub(super) fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), OutputError> {
    let mut output = OutputDirectory::new(Path::new(""));
    output.stage_replacement(path, old, new)?;
    output.commit(true).map(|_| ())
}

/// Writes `new` to `path`, where only a file that `is_ours` is replaced without `force`; `foreign`
/// says what another one is. Devices and pipes are written to as they are.
pub(super) fn save(
    path: &Path,
    mode: u32,
    new: &[u8],
    (is_ours, foreign): (impl FnOnce(&[u8]) -> bool, &'static str),
    force: bool,
) -> Result<(), OutputError> {
    let fail = |error| OutputError::Io(path.to_owned(), error);
    let meta = match fs::metadata(path) {
        Ok(meta) => Some(meta),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(fail(error)),
    };
    match meta {
        Some(meta) if meta.is_file() => {
            let old = fs::read(path).map_err(fail)?;
            if !force && !old.is_empty() && !is_ours(&old) {
                return Err(OutputError::Foreign(path.to_owned(), foreign));
            }
            replace(path, &old, new)
        }
        Some(_) => fs::write(path, new).map_err(fail),
        None => {
            // A directory is not made for a single file: its name is more likely mistyped.
            let folder = path.parent().filter(|folder| *folder != Path::new(""));
            folder.map_or(Ok(()), |folder| fs::metadata(folder).map(drop)).map_err(fail)?;
            let mut output = OutputDirectory::new(Path::new(""));
            output.stage(path, mode, |out| out.write_all(new))?;
            output.commit(true).map(drop)
        }
    }
}

/// Says what became of the files, and what to type next.
impl From<OutputError> for Problem {
    fn from(error: OutputError) -> Self {
        let untouched = format!("{error}; nothing was written");
        match error {
            OutputError::Changed(_) => Self::new(untouched).help("run lvsha again"),
            OutputError::InTheWay(..) => {
                Self::new(untouched).help("`--force` overwrites; another `--out` keeps both")
            }
            OutputError::Foreign(..) => {
                Self::new(untouched).help("`--force` overwrites it; another name keeps both")
            }
            OutputError::Io(_, cause) => match way_out(&cause) {
                Some(help) => Self::new(untouched).help(help),
                None => Self::new(untouched),
            },
            OutputError::Partly(..) => Self::new(error.to_string())
                .help("mend what it says, and run the same again: what is written stays"),
        }
    }
}

/// What to type when a file cannot be written.
fn way_out(error: &io::Error) -> Option<&'static str> {
    let found = WAYS_OUT.iter().find(|(kind, _)| *kind == error.kind());
    found.map(|(_, help)| *help)
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        Self::Input(error.into())
    }
}

/// What was staged and not committed goes away.
impl Drop for OutputDirectory {
    fn drop(&mut self) {
        for staged in &self.staged {
            let _ = fs::remove_file(&staged.temporary);
        }
    }
}

/// A file with keys may have been made readable, or a script have lost its right to run.
fn has_mode(staged: &Staged) -> bool {
    let mode = |path| fs::metadata(path).map(|meta| meta.mode() & 0o7777).ok();
    mode(&staged.target) == mode(&staged.temporary)
}

fn compare(target: &Path, new: &Path) -> io::Result<State> {
    let old = match File::open(target) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::Missing),
        Err(error) => return Err(error),
    };
    let new = File::open(new)?;
    let same = old.metadata()?.len() == new.metadata()?.len() && same_bytes(old, new)?;
    Ok(if same { State::Same } else { State::Different })
}

fn same_bytes(mut old: File, mut new: File) -> io::Result<bool> {
    let (mut left, mut right) = (vec![0; BUFFER], vec![0; BUFFER]);
    loop {
        let count = old.read(&mut left)?;
        if count == 0 {
            return Ok(true);
        }
        // `read` returns at most the length of the buffers, which are equal.
        let (Some(left), Some(right)) = (left.get(..count), right.get_mut(..count)) else {
            return Ok(false);
        };
        new.read_exact(right)?;
        if *left != *right {
            return Ok(false);
        }
    }
}

fn were(files: usize) -> String {
    format!("{} {}", counted(files, "file"), if files == 1 { "was" } else { "were" })
}

fn more(others: usize) -> String {
    if others == 0 { String::new() } else { format!(", and {}", counted(others, "more file")) }
}

const WAYS_OUT: [(io::ErrorKind, &str); 6] = [
    (io::ErrorKind::IsADirectory, "name a file in it"),
    (io::ErrorKind::NotADirectory, "name a place below a directory"),
    (io::ErrorKind::NotFound, "make its directory first"),
    (io::ErrorKind::PermissionDenied, "run lvsha as a user who may write there"),
    (io::ErrorKind::ReadOnlyFilesystem, "name a place on another file system"),
    (io::ErrorKind::StorageFull, "make room, and run the same again"),
];
/// Bytes per system call when a large file is written or compared.
const BUFFER: usize = 64 * 1024;

#[cfg(test)]
mod tests;
