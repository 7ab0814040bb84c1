//! `make lab`: the machine's console as a shell, in real time.

use std::process::ExitCode;

use super::images::Images;
use super::machine::{self, BackEnd};

/// Boots and hands over the terminal until the shell ends.
pub(super) fn run(back_end: BackEnd, images: &Images) -> ExitCode {
    // People wait in real time, so the faster machine is the better one wherever it boots.
    let back_end = match back_end {
        BackEnd::Emulated if BackEnd::Kvm.possible().is_ok() && machine::probe(images).is_ok() => {
            BackEnd::Kvm
        }
        other => other,
    };
    if back_end == BackEnd::Host {
        eprintln!("lab: LAB=host has no console; leave LAB out");
        return ExitCode::from(2);
    }
    let folder = match machine::stage(&["--shell"]) {
        Ok(folder) => folder,
        Err(error) => {
            eprintln!("lab: cannot prepare a machine: {error}");
            return ExitCode::FAILURE;
        }
    };
    if let Err(problem) = machine::pack(images, folder.path()) {
        eprintln!("lab: {problem}");
        return ExitCode::FAILURE;
    }
    println!(
        "lab: booting; the shell comes in about a minute. `exit` ends the machine, Ctrl-A X kills it"
    );
    let status =
        machine::emulated(back_end, images, folder.path(), true).arg("-nographic").status();
    if status.is_ok_and(|status| status.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
