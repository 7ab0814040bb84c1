//! Which files a pattern in an `include` names, and their loading.
//!
//! keepalived leaves this to glob(3) with braces; here the `glob` crate matches and braces are
//! expanded before. A file on disk includes from disk, a file in memory from memory: what was
//! never on this machine is not looked for on it.

use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::file::{LoadError, LoadReason, Sources};
use super::span::FileId;

/// What a pattern led to.
#[derive(Debug, Default)]
pub struct Included {
    /// Files that are read, in the order of the pattern's alternatives, each sorted by name.
    pub files: Vec<FileId>,
    /// Files that exist and cannot be read.
    pub refused: Vec<Refused>,
    /// Files that have an execute bit and that some readers skip for it.
    pub executable: Vec<FileId>,
    /// Alternatives without wildcards that name no file.
    pub missing: Vec<String>,
    /// Alternatives with wildcards that match no file.
    pub unmatched: Vec<String>,
    /// Whether the pattern has alternatives in braces.
    pub has_braces: bool,
}

/// A file that exists and cannot be read.
#[derive(Debug)]
pub struct Refused {
    /// Its name.
    pub name: String,
    /// Why, in words.
    pub reason: String,
}

impl Sources {
    /// Loads the files that `pattern` in `from` names, relative to the folder of `from`. What an
    /// absolute name below `usual` means stands in the folder of `root`, the file that it all began with,
    /// when that is a copy of the other one.
    pub fn include(&mut self, from: FileId, pattern: &str, root: FileId, usual: &str) -> Included {
        let alternatives = alternatives(pattern);
        let mut found = Included { has_braces: alternatives.len() > 1, ..Included::default() };
        for alternative in alternatives {
            let is_wild = alternative.contains(['*', '?', '[']);
            let before = found.files.len() + found.refused.len();
            let (mut names, mut base) = (vec![alternative.as_str()], from);
            if let Some(name) = self.in_copy(root, &alternative, usual) {
                // What is not in the copy may be on this machine, unless the copy is another's.
                let is_other = self.get(root).is_copy() || self.is_whole_copy(root, usual);
                names = if is_other { vec![name] } else { vec![name, &alternative] };
                base = root;
            }
            for name in names {
                if before == found.files.len() + found.refused.len() {
                    match self.get(base).path().map(Path::to_owned) {
                        Some(path) => self.include_from_disk(from, &path, name, &mut found),
                        None => self.include_from_memory(base, name, &mut found),
                    }
                }
            }
            if before == found.files.len() + found.refused.len() {
                let list = if is_wild { &mut found.unmatched } else { &mut found.missing };
                list.push(alternative);
            }
        }
        for file in &found.files {
            self.set_part(from, *file);
            if self.get(*file).mode().is_some_and(|mode| mode & 0o111 != 0) {
                found.executable.push(*file);
            }
        }
        found
    }

    /// The folder of a file, as keepalived writes it for `${_PWD}`: that of the machine which runs it. A
    /// file is read from a copy of the usual folder, or from memory, unless the files stay in place.
    pub fn folder(&self, file: FileId, root: FileId) -> String {
        let folder = self.absolute_folder(file);
        let shown = match folder.zip(self.absolute_folder(root)) {
            None => Path::new(USUAL_FOLDER).to_owned(),
            Some((folder, _)) if self.stay_in_place => folder,
            // An empty rest would leave a slash at the end. What lies beside the copy is no part of it.
            Some((folder, top)) => folder.strip_prefix(&top).map_or(folder.clone(), |rest| {
                Path::new(USUAL_FOLDER).join(rest).components().collect()
            }),
        };
        shown.display().to_string()
    }

    fn absolute_folder(&self, file: FileId) -> Option<PathBuf> {
        let folder = self.get(file).path()?.parent()?;
        let folder = if folder == Path::new("") { Path::new(".") } else { folder };
        std::fs::canonicalize(folder).ok()
    }

    /// What is left of an absolute name below `usual` where `root` is a copy of a file there.
    fn in_copy<'a>(&self, root: FileId, name: &'a str, usual: &str) -> Option<&'a str> {
        if self.stay_in_place {
            return None;
        }
        let inside = name.strip_prefix(usual)?.strip_prefix('/')?;
        let is_original = self.get(root).path().is_some_and(|path| {
            path.parent().is_some_and(|folder| is_same(folder, Path::new(usual)))
        });
        (!is_original).then_some(inside)
    }

    /// Whether the folder of `root` has the usual names above it: `lw1/etc/keepalived`.
    fn is_whole_copy(&self, root: FileId, usual: &str) -> bool {
        let folder = self.get(root).path().and_then(Path::parent);
        folder.is_some_and(|folder| folder.ends_with(usual.trim_start_matches('/')))
    }

    fn include_from_disk(&mut self, from: FileId, includer: &Path, name: &str, to: &mut Included) {
        let folder = includer.parent().unwrap_or(Path::new(""));
        let whole = folder.join(name);
        // Only the user's part is a pattern: the folder may hold brackets of its own.
        let pattern = Path::new(&Pattern::escape(&folder.to_string_lossy())).join(name);
        let mut paths: Vec<PathBuf> = match glob::glob_with(&pattern.to_string_lossy(), OPTIONS) {
            Ok(paths) => paths.filter_map(Result::ok).collect(),
            // A pattern that is none is the name of a file.
            Err(_) => vec![whole.clone()],
        };
        if paths.is_empty() && whole.exists() {
            paths.push(whole);
        }
        paths.sort();
        for path in paths.into_iter().filter(|path| path.exists()) {
            let known = self.iter().find(|file| file.path().is_some_and(|p| is_same(p, &path)));
            match known.map(super::SourceFile::id) {
                // Itself, what includes it, or a file that was included before.
                Some(id) if self.get(id).is_part() || self.parts(id).contains(&from) => {
                    to.files.push(id);
                }
                // A file of the command line is another node's as well.
                _ => self.load_included(&path, to),
            }
        }
    }

    fn load_included(&mut self, path: &Path, to: &mut Included) {
        let refused = |reason: String| Refused { name: path.display().to_string(), reason };
        if path.is_dir() {
            to.refused.push(refused(DIRECTORY.into()));
        } else if !path.is_file() {
            // A pipe would be waited for, a device never ends.
            to.refused.push(refused("it is no regular file".into()));
        } else {
            match self.load(path) {
                Ok(id) => to.files.push(id),
                // An empty part is none to worry about.
                Err(LoadError { reason: LoadReason::Empty, .. }) => {
                    let id = self.add(path.display().to_string(), b"");
                    to.files.push(id);
                }
                Err(error) => to.refused.push(refused(error.reason.to_string())),
            }
        }
    }

    fn include_from_memory(&self, from: FileId, name: &str, to: &mut Included) {
        let folder = Path::new(self.get(from).name()).parent().unwrap_or(Path::new("")).to_owned();
        let wanted = plain(&folder.join(name));
        let pattern = Pattern::new(&wanted).ok();
        let is_wanted = |name: &str| {
            let name = plain(Path::new(name));
            name == wanted || pattern.as_ref().is_some_and(|p| p.matches_with(&name, OPTIONS))
        };
        let in_memory = self.iter().filter(|f| f.path().is_none() && !f.is_composed());
        let mut files: Vec<_> =
            in_memory.filter(|f| is_wanted(f.name())).map(|f| (f.name(), f.id())).collect();
        files.sort_unstable();
        files.dedup_by_key(|(name, _)| *name);
        let inside = format!("{wanted}/");
        let mut names =
            self.iter().filter(|f| f.path().is_none()).map(|f| plain(Path::new(f.name())));
        if files.is_empty() && names.any(|name| name.starts_with(&inside)) {
            to.refused.push(Refused { name: name.to_owned(), reason: DIRECTORY.to_owned() });
        }
        to.files.extend(files.into_iter().map(|(_, id)| id));
    }
}

/// `{a,b}` multiplied out, in order; what is no pair of braces stays.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    // The last one is taken first, so they go in backwards.
    let mut open = vec![pattern.to_owned()];
    while let Some(pattern) = open.pop() {
        match braces(&pattern) {
            Some((before, inside, behind)) if done.len() + open.len() < MOST_ALTERNATIVES => {
                let parts = inside.iter().rev().map(|part| format!("{before}{part}{behind}"));
                open.extend(parts);
            }
            _ => done.push(pattern),
        }
    }
    done
}

/// The text before the first pair of braces, the parts inside, and the text behind.
fn braces(pattern: &str) -> Option<(&str, Vec<&str>, &str)> {
    let open = pattern.find('{')?;
    let inside = pattern.get(open + 1..)?;
    let mut depth = 0_usize;
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, character) in inside.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(inside.get(from..at)?);
                return Some((pattern.get(..open)?, parts, inside.get(at + 1..)?));
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(inside.get(from..at)?);
                from = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// A path without `.` and `..`, as names in memory are compared.
fn plain(path: &Path) -> String {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if plain.pop() => {}
            other => plain.push(other),
        }
    }
    plain.to_string_lossy().into_owned()
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    one == other || (one.file_name() == other.file_name() && real(one) == real(other))
}

/// As a shell matches: `*` neither crosses folders nor finds hidden files.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// Braces multiply: `{a,b}{a,b}...` of one line could name more files than there are.
const MOST_ALTERNATIVES: usize = 4096;

const DIRECTORY: &str = "it is a directory";

/// Where keepalived.conf stands when nothing else is said.
const USUAL_FOLDER: &str = "/etc/keepalived";

#[cfg(test)]
mod tests;
