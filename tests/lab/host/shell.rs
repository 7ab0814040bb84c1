//! `make lab`: the machine's console as a shell, in real time.

use std::fs;
use std::process::{Command, ExitCode, Stdio};

use super::back_end::{BackEnd, Surroundings};
use super::images::Images;
use super::{qemu, stage};

/// Boots and hands over the terminal until the shell ends.
pub(super) fn run(back_end: BackEnd, images: &Images) -> ExitCode {
    // People wait in real time, so the faster machine is the better one wherever it boots.
    let back_end = match back_end {
        BackEnd::Emulated
            if Surroundings::look(BackEnd::Kvm).kvm && qemu::probe(images).is_ok() =>
        {
            BackEnd::Kvm
        }
        other => other,
    };
    if back_end == BackEnd::Host {
        eprintln!("lab: LAB=host has no console; leave LAB out");
        return ExitCode::from(2);
    }
    let folder = match stage::stage(&["--shell"]) {
        Ok(folder) => folder,
        Err(error) => {
            eprintln!("lab: cannot prepare a machine: {error}");
            return ExitCode::FAILURE;
        }
    };
    // A serial line does not tell the machine how large the terminal is; without a terminal there is nothing to tell.
    if let Ok(size) = Command::new("stty").arg("size").stdin(Stdio::inherit()).output() {
        let _ = fs::write(folder.path().join("stage/lab/terminal"), size.stdout);
    }
    if let Err(problem) = stage::pack(images, folder.path()) {
        eprintln!("lab: {problem}");
        return ExitCode::FAILURE;
    }
    println!(
        "lab: booting; the shell comes in about a minute. `exit` ends the machine, Ctrl-A X kills it"
    );
    let mut machine = qemu::emulated(back_end, images, folder.path(), true);
    // The terminal's keys all go to the machine, but for Ctrl-A, with which QEMU is spoken to.
    machine.args(["-display", "none", "-serial", "mon:stdio"]);
    match machine.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => {
            eprintln!("lab: the machine ended with {status}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("lab: cannot start {:?}: {error}", machine.get_program());
            ExitCode::FAILURE
        }
    }
}
