//! Files with names: the only place that reads configuration from disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::composition::{Composition, Expansions};
use super::span::{FileId, LineIndex, Place, Position, Span};
use super::text;

/// Largest file that is read, in bytes. Spans are 32 bit; the largest real file is far below.
pub const MAX_FILE_BYTES: u64 = 1 << 30;
/// Most bytes of what is no file on a disk: a pipe, a device.
const MAX_STREAM_BYTES: u64 = 1 << 26;
/// Where the process's own descriptors stand.
const HANDED_OVER: [&str; 3] = ["/dev/fd", "/dev/stdin", "/proc"];

/// One loaded file.
#[derive(Debug)]
pub struct SourceFile {
    id: FileId,
    name: String,
    text: String,
    mode: Option<u32>,
    lines: OnceLock<LineIndex>,
    /// Ranges that hold secrets, sorted and disjoint; never shown.
    secrets: Vec<Span>,
    /// Where it was read; `None` for a file in memory.
    path: Option<PathBuf>,
    /// The files that its `include` lines bring in.
    includes: Vec<FileId>,
    /// Whether an `include` brought it in.
    is_part: bool,
    /// Whether it is known to be another machine's, so that nothing of this one belongs to it.
    is_copy: bool,
    /// For composed text: the `include` lines that are gone from it.
    include_lines: Vec<IncludeLine>,
    /// For the text that a preprocessor wrote: where its pieces come from.
    composed: Option<Box<(Composition, Expansions)>>,
}

impl SourceFile {
    /// The file's handle.
    pub fn id(&self) -> FileId {
        self.id
    }

    /// The name to show: the path as the user gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Last component of the name.
    pub fn base_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// Decoded text, see [`text::decode`].
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Behind the last byte of the text.
    pub fn end(&self) -> u32 {
        // Loading refuses texts that are longer than 32 bits can say.
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// Permission bits on disk; `None` for a file that was never there.
    pub fn mode(&self) -> Option<u32> {
        self.mode
    }

    /// The lines of this file.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of a byte offset.
    pub fn position(&self, at: u32) -> Position {
        self.lines().position(&self.text, at)
    }

    /// Where it was read; `None` for a file in memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether an `include` of another file brought it in.
    pub fn is_part(&self) -> bool {
        self.is_part
    }

    /// Whether it is known to be another machine's.
    pub(super) fn is_copy(&self) -> bool {
        self.is_copy
    }

    /// The `include` lines in the place of which it has the text that they name.
    pub fn include_lines(&self) -> &[IncludeLine] {
        &self.include_lines
    }

    /// Whether a preprocessor wrote it: then nobody has it on disk.
    pub fn is_composed(&self) -> bool {
        self.composed.is_some()
    }

    /// Where its pieces come from, when it is composed.
    pub(super) fn composed(&self) -> Option<&(Composition, Expansions)> {
        self.composed.as_deref()
    }

    /// Whether `span` holds a secret or a part of one.
    pub fn is_secret(&self, span: Span) -> bool {
        let behind = self.secrets.partition_point(|secret| secret.start < span.end);
        let last = behind.checked_sub(1).and_then(|index| self.secrets.get(index));
        last.is_some_and(|secret| span.start < secret.end)
    }

    /// The text of `span` for people: secrets as asterisks, undecodable bytes as U+FFFD.
    pub fn shown(&self, span: Span) -> String {
        let text = span.of(&self.text);
        if !self.is_secret(span) {
            return text::printable(text).into_owned();
        }
        let first = self.secrets.partition_point(|secret| secret.end <= span.start);
        let mut secrets = self.secrets.get(first..).unwrap_or_default().iter().peekable();
        // One asterisk per character keeps the columns under a frame aligned.
        text.char_indices()
            .map(|(at, character)| {
                let at = span.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
                while secrets.next_if(|secret| secret.end <= at).is_some() {}
                match character {
                    '\n' | '\r' => character,
                    _ if secrets.peek().is_some_and(|secret| secret.contains(at)) => '*',
                    _ if text::is_escaped_byte(character) => char::REPLACEMENT_CHARACTER,
                    _ => character,
                }
            })
            .collect()
    }

    /// The whole text as [`SourceFile::shown`] gives it.
    pub fn shown_whole(&self) -> String {
        self.shown(Span::new(0, self.end()))
    }
}

/// An `include` line of a user's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IncludeLine {
    /// The word and the name behind it.
    pub at: Place,
    /// Whether something was read in its place, and nothing that it names is missing.
    pub is_read: bool,
}

/// All files of one run.
#[derive(Debug, Default)]
pub struct Sources {
    files: BTreeMap<FileId, SourceFile>,
    /// Number of the next file, shared with all that were split off, so that handles stay unique.
    next: Arc<AtomicUsize>,
    /// Whether a file runs on this machine from where it was read, and not as a copy elsewhere.
    pub(super) stay_in_place: bool,
}

impl Sources {
    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// No files yet; those to come are executed where they stand, as the daemon does.
    pub fn in_place() -> Self {
        Self { stay_in_place: true, ..Self::default() }
    }

    /// Adds a file that is already in memory, for example the embedded example.
    pub fn add(&mut self, name: impl Into<String>, bytes: &[u8]) -> FileId {
        self.push(name.into(), text::decode(bytes))
    }

    /// Adds the text that a preprocessor made of `origin`; it goes by the same name.
    pub fn add_composed(
        &mut self,
        origin: FileId,
        mut composition: Composition,
        expansions: Expansions,
    ) -> FileId {
        let name = self.get(origin).name().to_owned();
        let id = self.push(name, composition.take_text());
        if let Some(file) = self.files.get_mut(&id) {
            file.composed = Some(Box::new((composition, expansions)));
        }
        id
    }

    /// Moves some files into a collection of their own, for another thread to read; whatever is
    /// added there gets handles that are unique in both.
    pub fn split(&mut self, ids: impl IntoIterator<Item = FileId>) -> Self {
        let files = ids.into_iter().filter_map(|id| self.files.remove_entry(&id)).collect();
        Self { files, next: Arc::clone(&self.next), stay_in_place: self.stay_in_place }
    }

    /// The same files once more, for somebody who outlives this collection. What a preprocessor wrote
    /// is plain text in it.
    pub fn copy(&self, ids: impl IntoIterator<Item = FileId>) -> Self {
        let copy = |id| {
            let file = self.files.get(&id)?;
            Some((
                id,
                SourceFile {
                    id,
                    name: file.name.clone(),
                    text: file.text.clone(),
                    mode: file.mode,
                    lines: OnceLock::new(),
                    secrets: file.secrets.clone(),
                    path: file.path.clone(),
                    includes: file.includes.clone(),
                    is_part: file.is_part,
                    is_copy: file.is_copy,
                    include_lines: file.include_lines.clone(),
                    composed: None,
                },
            ))
        };
        let files = ids.into_iter().filter_map(copy).collect();
        Self { files, next: Arc::clone(&self.next), stay_in_place: self.stay_in_place }
    }

    /// Takes back what was split off.
    pub fn join(&mut self, other: Self) {
        self.files.extend(other.files);
    }

    /// Reads `path`.
    ///
    /// # Errors
    /// When it is missing, unreadable, a directory, empty or larger than [`MAX_FILE_BYTES`]: each
    /// would make a later "no problems" a lie.
    pub fn load(&mut self, path: &Path) -> Result<FileId, LoadError> {
        let fail = |reason| LoadError { path: path.to_owned(), reason };
        let meta = std::fs::metadata(path).map_err(|error| fail(LoadReason::Unreadable(error)))?;
        if meta.is_dir() {
            return Err(fail(LoadReason::Directory));
        }
        // What a shell hands over (`<(...)`, `|`) has a writer; a named pipe may never get one.
        let is_handed_over = HANDED_OVER.iter().any(|directory| path.starts_with(directory));
        if meta.file_type().is_fifo() && !is_handed_over {
            return Err(fail(LoadReason::Pipe));
        }
        // Pipes and devices have no length, and may have no end.
        let most = if meta.is_file() { MAX_FILE_BYTES } else { MAX_STREAM_BYTES };
        let mut bytes = Vec::with_capacity(usize::try_from(meta.len().min(most)).unwrap_or(0));
        let read = File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
        let length = read.map_err(|error| fail(LoadReason::Unreadable(error)))?;
        if u64::try_from(length).is_ok_and(|length| length > most) {
            return Err(fail(match meta.is_file() {
                true => LoadReason::TooLarge,
                false => LoadReason::Endless,
            }));
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(fail(LoadReason::Empty));
        }
        let id = self.push(path.display().to_string(), text::decode_owned(bytes));
        if let Some(file) = self.files.get_mut(&id) {
            file.mode = Some(meta.permissions().mode() & 0o7777);
            file.path = Some(path.to_owned());
        }
        Ok(id)
    }

    /// The file behind a handle of this collection.
    pub fn get(&self, id: FileId) -> &SourceFile {
        // A handle is only made by `add` of the same collection, so the file exists.
        #[expect(clippy::indexing_slicing)]
        &self.files[&id]
    }

    /// All files in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.values()
    }

    /// Sets the permission bits of a file that was not loaded from this machine's disk.
    pub fn set_mode(&mut self, id: FileId, mode: u32) {
        if let Some(file) = self.files.get_mut(&id) {
            file.mode = Some(mode & 0o7777);
        }
    }

    /// Says that a file is another machine's: absolute names in it are of that machine.
    pub fn set_copy(&mut self, id: FileId) {
        if let Some(file) = self.files.get_mut(&id) {
            file.is_copy = true;
        }
    }

    /// Says which `include` lines are gone from a composed text.
    pub fn set_include_lines(&mut self, id: FileId, lines: Vec<IncludeLine>) {
        if let Some(file) = self.files.get_mut(&id) {
            file.include_lines = lines;
        }
    }

    /// Gives a file another text, which has to be parsed anew.
    pub fn replace(&mut self, id: FileId, text: String) {
        if let Some(file) = self.files.get_mut(&id) {
            file.text = text;
            file.lines = OnceLock::new();
            file.secrets.clear();
        }
    }

    /// Marks ranges whose text must never be shown. What a preprocessor wrote is hidden in the
    /// files that it was taken from, too.
    pub fn hide(&mut self, id: FileId, spans: impl IntoIterator<Item = Span>) {
        let spans: Vec<Span> = spans.into_iter().collect();
        let mut written = self.written(id, &spans);
        written.extend(spans.into_iter().map(|span| id.at(span)));
        written.sort_unstable();
        for of_file in written.chunk_by(|a, b| a.file == b.file) {
            let file = of_file.first().and_then(|at| self.files.get_mut(&at.file));
            let Some(file) = file else { continue };
            file.secrets.extend(of_file.iter().map(|at| at.span));
            file.secrets.sort_unstable();
            file.secrets.dedup_by(|later, earlier| {
                let touches = later.start <= earlier.end;
                if touches {
                    earlier.end = earlier.end.max(later.end);
                }
                touches
            });
        }
    }

    /// Says that an `include` in `whole` brings in `part`.
    pub(super) fn set_part(&mut self, whole: FileId, part: FileId) {
        let Some(file) = self.files.get_mut(&whole) else { return };
        if whole != part && !file.includes.contains(&part) {
            file.includes.push(part);
        }
        if let Some(file) = self.files.get_mut(&part) {
            file.is_part = whole != part;
        }
    }

    /// A file and all that it includes, directly or through another.
    pub fn parts(&self, whole: FileId) -> Vec<FileId> {
        let mut parts = vec![whole];
        let mut at = 0;
        while let Some(file) = parts.get(at).copied() {
            for part in &self.get(file).includes {
                if !parts.contains(part) {
                    parts.push(*part);
                }
            }
            at += 1;
        }
        parts
    }

    /// The file that the user wrote and the start of `place` in it, also of expanded text.
    pub fn locate(&self, place: Place) -> (&str, Position) {
        let place = self.resolve(place);
        let file = self.get(place.file);
        (file.name(), file.position(place.span.start))
    }

    /// The same as `file:line:column`.
    pub fn describe(&self, place: Place) -> String {
        let (file, position) = self.locate(place);
        format!("{file}:{position}")
    }

    fn push(&mut self, name: String, text: String) -> FileId {
        let id = FileId::new(self.next.fetch_add(1, Ordering::Relaxed));
        let file = SourceFile {
            id,
            name,
            text,
            mode: None,
            lines: OnceLock::new(),
            secrets: Vec::new(),
            path: None,
            includes: Vec::new(),
            is_part: false,
            is_copy: false,
            include_lines: Vec::new(),
            composed: None,
        };
        self.files.insert(id, file);
        id
    }
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`: {reason}", path.display())]
pub struct LoadError {
    /// The path as given.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: LoadReason,
}

/// The kinds of [`LoadError`].
#[derive(Debug, thiserror::Error)]
pub enum LoadReason {
    /// A folder where a file is needed.
    #[error("it is a directory")]
    Directory,
    /// Nothing but white space: the real programs would start without any service.
    #[error("it is empty")]
    Empty,
    /// A named pipe: whoever opens it waits for a writer.
    #[error("it is a named pipe, which may never have a writer")]
    Pipe,
    /// Above [`MAX_FILE_BYTES`].
    #[error("it is larger than 1 GiB")]
    TooLarge,
    /// A pipe or a device that does not end.
    #[error("it gives more than 64 MiB and is no file on a disk")]
    Endless,
    /// The operating system refused.
    #[error("{0}")]
    Unreadable(#[from] std::io::Error),
}
