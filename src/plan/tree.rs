//! File trees and their difference: `apply(diff(a, b), a) == b`.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::source::words::hex;

/// Files by absolute path.
pub type Tree = BTreeMap<String, TreeFile>;

/// A file.
#[derive(Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Permission bits.
    pub mode: u32,
    /// Its bytes; they may hold secrets.
    pub content: Vec<u8>,
}

impl std::fmt::Debug for TreeFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TreeFile({:04o}, {} bytes)", self.mode, self.content.len())
    }
}

impl TreeFile {
    /// SHA-256 of its bytes in hexadecimal digits, as `sha256sum` prints it.
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(&self.content))
    }
}

/// One difference between two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileChange {
    /// The file is there with this mode and content.
    Write {
        /// Its path.
        path: String,
        /// What it becomes.
        file: TreeFile,
    },
    /// Only the mode differs.
    Mode {
        /// Its path.
        path: String,
        /// The new permission bits.
        mode: u32,
    },
    /// The file goes.
    Remove {
        /// Its path.
        path: String,
    },
}

impl FileChange {
    /// The file that it is about.
    pub fn path(&self) -> &str {
        match self {
            Self::Write { path, .. } | Self::Mode { path, .. } | Self::Remove { path } => path,
        }
    }
}

/// What makes `wanted` of `found`.
pub fn diff(found: &Tree, wanted: &Tree) -> Vec<FileChange> {
    let gone = found.keys().filter(|path| !wanted.contains_key(*path));
    let gone = gone.map(|path| FileChange::Remove { path: path.clone() });
    let other = wanted.iter().filter_map(|(path, file)| {
        let path = path.clone();
        match found.get(&path) {
            Some(old) if old == file => None,
            Some(old) if old.content == file.content => {
                Some(FileChange::Mode { path, mode: file.mode })
            }
            _ => Some(FileChange::Write { path, file: file.clone() }),
        }
    });
    gone.chain(other).collect()
}

/// Carries out changes on a tree in memory.
pub fn apply(changes: &[FileChange], tree: &mut Tree) {
    for change in changes {
        match change {
            FileChange::Write { path, file } => {
                tree.insert(path.clone(), file.clone());
            }
            FileChange::Mode { path, mode } => {
                if let Some(file) = tree.get_mut(path) {
                    file.mode = *mode;
                }
            }
            FileChange::Remove { path } => {
                tree.remove(path);
            }
        }
    }
}
