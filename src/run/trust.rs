//! Which programs may be run as root.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The first part of the way to a program that somebody other than root could change or replace: the file,
/// and each folder above it.
///
/// # Errors
/// When the program cannot be found.
pub(super) fn writable_by_others(program: &Path) -> io::Result<Option<PathBuf>> {
    let real = fs::canonicalize(program)?;
    for part in real.ancestors() {
        let metadata = fs::metadata(part)?;
        let is_writable = metadata.mode() & WRITABLE_BY_OTHERS != 0;
        // In a folder with the sticky bit nobody can replace what is not his.
        let is_sticky = metadata.is_dir() && metadata.mode() & STICKY != 0;
        if metadata.uid() != 0 || (is_writable && !is_sticky) {
            return Ok(Some(part.to_owned()));
        }
    }
    Ok(None)
}

const STICKY: u32 = 0o1000;
const WRITABLE_BY_OTHERS: u32 = 0o022;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_can_write_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("script");
        fs::write(&script, "").unwrap();
        let mode = |mode| {
            let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
            fs::set_permissions(&script, permissions).unwrap();
        };
        mode(0o757);
        assert!(writable_by_others(&script).unwrap().is_some());
        // Elsewhere the folder may belong to whoever runs the test.
        if fs::metadata(&script).unwrap().uid() == 0 {
            mode(0o755);
            assert_eq!(writable_by_others(&script).unwrap(), None);
        }
        assert!(writable_by_others(&folder.path().join("nothing")).is_err());
    }
}
