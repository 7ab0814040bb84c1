//! Which programs may be run as root.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

/// The way to a program as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Somebody else could change or replace this part of it: a folder, a link, or the file.
    Others(PathBuf),
    /// Nobody but root could, and this is the program behind all links. Who runs it has to run this path:
    /// what stands at the other one may be something else a moment later.
    Root(PathBuf),
}

/// Where a program is: a word without a slash is looked for as a shell does, everything else from the root
/// folder, where scripts are run.
///
/// # Errors
/// When no folder of the search path has such a program.
pub(super) fn find(program: &Path) -> io::Result<PathBuf> {
    if program.as_os_str().as_encoded_bytes().contains(&b'/') {
        return Ok(Path::new("/").join(program));
    }
    let mut places = SEARCH_PATH.split(':').map(|folder| Path::new(folder).join(program));
    let is_program = |place: &PathBuf| {
        fs::metadata(place).is_ok_and(|found| found.is_file() && found.mode() & ALL_EXECUTE != 0)
    };
    places.find(is_program).ok_or_else(|| io::Error::from_raw_os_error(libc::ENOENT))
}

/// Whether a user with no other group than this one may execute a file.
pub(super) fn may_execute(file: &Metadata, (user, group): (u32, u32)) -> bool {
    // Root needs the right of anybody, everybody else that of the first class that he belongs to.
    let right = match user {
        0 => ALL_EXECUTE,
        _ if user == file.uid() => 0o100,
        _ if group == file.gid() => 0o010,
        _ => 0o001,
    };
    file.is_file() && file.mode() & right != 0
}

/// Walks to a program as the kernel does, link by link, and looks at everything on the way.
///
/// # Errors
/// When the program cannot be found.
pub(super) fn way_to(program: &Path) -> io::Result<Way> {
    let mut ahead = parts(&find(program)?);
    let mut reached = PathBuf::new();
    let mut links = 0;
    while let Some(part) = ahead.pop() {
        if part == ".." {
            reached.pop();
            continue;
        }
        // The root folder in front of a link's target replaces all that was reached.
        let next = reached.join(part);
        let metadata = fs::symlink_metadata(&next)?;
        let is_link = metadata.is_symlink();
        // A link has no mode of its own. In a folder with the sticky bit nobody can replace what is not his.
        let is_writable = !is_link && metadata.mode() & WRITABLE_BY_OTHERS != 0;
        let is_sticky = metadata.is_dir() && metadata.mode() & STICKY != 0;
        if metadata.uid() != 0 || (is_writable && !is_sticky) {
            return Ok(Way::Others(next));
        }
        if is_link {
            links += 1;
            if links > MOST_LINKS {
                return Err(io::Error::from_raw_os_error(libc::ELOOP));
            }
            ahead.extend(parts(&fs::read_link(&next)?));
        } else {
            reached = next;
        }
    }
    Ok(Way::Root(reached))
}

/// The parts of a path, the first one last.
fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().rev().filter(|part| *part != Component::CurDir);
    parts.map(|part| part.as_os_str().to_owned()).collect()
}

/// As many links as the kernel follows (path_resolution(7)).
const MOST_LINKS: u32 = 40;
/// That of root in Debian; administrators keep their scripts below `/usr/local`.
pub(super) const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const ALL_EXECUTE: u32 = 0o111;
const STICKY: u32 = 0o1000;
const WRITABLE_BY_OTHERS: u32 = 0o022;

#[cfg(test)]
mod tests;
