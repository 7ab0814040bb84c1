//! What directories hold.

use std::io;
use std::path::{Path, PathBuf};

use crate::syntax::suggest;

/// What is in a directory, sorted.
pub(super) fn entries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let listing = std::fs::read_dir(directory)?;
    let mut entries =
        listing.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

/// A directory in another one.
pub(super) enum Inside {
    Directory(PathBuf),
    /// A symbolic link to one.
    Link(PathBuf),
}

/// The directories in `path`, the first in order last. That it cannot be listed was said when its
/// files were looked for.
pub(super) fn inside(path: &Path) -> Vec<Inside> {
    let Ok(listing) = std::fs::read_dir(path) else { return Vec::new() };
    let mut entries: Vec<_> = listing.filter_map(Result::ok).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.path()));
    let kind = |entry: std::fs::DirEntry| {
        // The listing knows the kind also where the entry itself is out of reach.
        let kind = entry.file_type().ok()?;
        let path = entry.path();
        match () {
            () if kind.is_dir() => Some(Inside::Directory(path)),
            () if kind.is_symlink() && path.is_dir() => Some(Inside::Link(path)),
            () => None,
        }
    };
    entries.into_iter().filter_map(kind).collect()
}

/// A path without links, where it leads somewhere.
pub(super) fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// The file beside `path` with the most similar name.
pub(super) fn neighbour(path: &Path) -> Option<PathBuf> {
    let directory = path.parent()?;
    let listed = if directory == Path::new("") { Path::new(".") } else { directory };
    let names: Vec<String> = entries(listed)
        .ok()?
        .iter()
        .filter_map(|entry| Some(entry.file_name()?.to_str()?.to_owned()))
        .collect();
    let near = suggest(path.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    Some(directory.join(near))
}
