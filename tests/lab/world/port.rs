//! The way out: a serial port of the emulated machine, or the standard output on the host.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::message::Message;

pub(super) struct Port(Option<File>);

impl Port {
    pub(super) fn open() -> Self {
        let device = find("lab");
        Self(device.and_then(|path| OpenOptions::new().write(true).open(path).ok()))
    }

    pub(super) fn send(&mut self, message: &Message) {
        let line = message.to_line();
        match &mut self.0 {
            // A host that no longer listens cannot be told so.
            Some(port) => drop(port.write_all(line.as_bytes())),
            None => print!("{line}"),
        }
    }
}

/// Where archives go: the port called `artefacts`, or the file that stands for it.
pub(super) fn artefacts() -> PathBuf {
    find("artefacts").unwrap_or_else(|| PathBuf::from("/lab/artefacts"))
}

/// Without udev the kernel gives ports numbers, and tells their names here. A lab on the host's own kernel has none, even
/// where that kernel runs in a machine with such ports.
fn find(name: &str) -> Option<PathBuf> {
    if env::var("LAB_BACKEND").is_ok_and(|back_end| back_end == "host") {
        return None;
    }
    let ports = fs::read_dir("/sys/class/virtio-ports").ok()?;
    ports.flatten().find_map(|port| {
        let called = fs::read_to_string(port.path().join("name")).ok()?;
        (called.trim() == name).then(|| Path::new("/dev").join(port.file_name()))
    })
}
