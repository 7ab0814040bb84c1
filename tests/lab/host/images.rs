//! What `tests/lab/build` made: a kernel, and the peers' tree as a file system.

use std::env;
use std::path::{Path, PathBuf};

use super::back_end::BackEnd;

pub(super) struct Images {
    folder: PathBuf,
    /// The tree itself, for the back end without a machine.
    pub(super) tree: PathBuf,
}

impl Images {
    /// Where they are, or why they are not.
    pub(super) fn find(back_end: BackEnd) -> Result<Self, String> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let place = |variable, default: &str| {
            env::var_os(variable).map_or_else(|| package.join(default), PathBuf::from)
        };
        let images = Self {
            folder: place("LVSHA_LAB_IMAGES", "target/lab"),
            tree: place("LVSHA_PEERS_ROOT", "target/peers/root"),
        };
        let needed = match back_end {
            BackEnd::Host => images.tree.join("etc/lvsha-peers"),
            BackEnd::Emulated | BackEnd::Kvm => images.file("stamp"),
        };
        if needed.exists() {
            return Ok(images);
        }
        Err(format!("{} is missing; run: make lab-images", needed.display()))
    }

    /// `vmlinuz`, `initrd`, `root.img` or `busybox`.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}
