//! What a run brings into its machine: the lab's own program, lvsha, scripts, data, and a key.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use super::images::Images;
use super::leftovers;
use crate::inventory;

/// Everything that this run brings into the machine, as a folder.
pub(super) fn stage(names: &[&str]) -> std::io::Result<tempfile::TempDir> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab");
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    leftovers::remove(place);
    let prefix = leftovers::prefix(std::process::id());
    let folder = tempfile::Builder::new().prefix(&prefix).tempdir_in(place)?;
    let lab = folder.path().join("stage/lab");
    fs::create_dir_all(&lab)?;
    for part in ["inside", "data"] {
        copy(&sources.join(part), &lab.join(part))?;
    }
    strip(&env::current_exe()?, &lab.join("lab"))?;
    // Measurements name the optimised one.
    let program = env::var_os("LVSHA_LAB_PROGRAM");
    let program = program.unwrap_or_else(|| env!("CARGO_BIN_EXE_lvsha").into());
    strip(Path::new(&program), &lab.join("lvsha"))?;
    fs::write(lab.join("names"), names.join("\n"))?;
    fs::copy(inventory::path(), lab.join("lab.toml"))?;
    // What happens at random can be played again.
    let seed = env::var("LVSHA_SEED").unwrap_or_else(|_| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        since.as_secs().to_string()
    });
    fs::write(lab.join("seed"), seed)?;
    let hosts = inventory::NODES.iter().chain([&inventory::CLIENT, &inventory::GATEWAY]);
    let lines = hosts.map(|host| {
        let name = host.hostname();
        format!("{} {name}\n{} {name}6\n", host.address(), host.address6())
    });
    fs::write(
        lab.join("hosts"),
        format!("127.0.0.1 localhost\n::1 localhost\n{}", lines.collect::<String>()),
    )?;
    // A key of its own for every run; without ssh-keygen only the scenarios that deploy miss it.
    let _ = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f"])
        .arg(lab.join("key"))
        .status();
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    fs::read_dir(from)?.try_for_each(|entry| {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))
    })
}

/// Without its symbols a program is a fifth as large, and the machine's memory is small.
fn strip(from: &Path, to: &Path) -> std::io::Result<()> {
    let stripped = Command::new("strip").arg("-o").arg(to).arg(from).status();
    if stripped.is_ok_and(|status| status.success()) {
        Ok(())
    } else {
        fs::copy(from, to).map(drop)
    }
}

/// The kernel unpacks archives that follow one another.
pub(super) fn pack(images: &Images, folder: &Path) -> Result<(), String> {
    let script = r#"set -e
        cp "$2" "$3/initrd"
        cd "$3/stage"
        "$1" find . | "$1" cpio -o -H newc 2>/dev/null >>"$3/initrd"
        rm -r "$3/stage""#;
    let status = Command::new("sh")
        .args(["-c", script, "sh"])
        .args([&images.file("busybox"), &images.file("initrd"), folder])
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!("cannot write {}/initrd: is the disk full?", folder.display())),
    }
}
