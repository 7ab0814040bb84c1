//! The emulated computer's command line.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::back_end::{BackEnd, QEMU};
use super::images::Images;

/// Memory of one machine in MiB: two of them stay below 2 GiB together.
const MEMORY: u32 = 832;

/// The computer without its console, which is the caller's business.
pub(super) fn emulated(
    back_end: BackEnd,
    images: &Images,
    folder: &Path,
    interactive: bool,
) -> Command {
    // setpriv lets the kernel end it when this process dies in any way.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", QEMU, "-machine", "pc"]);
    command.args(processor(back_end, interactive));
    command.args([
        "-m",
        &format!("{MEMORY},slots=2,maxmem=4G"),
        "-nodefaults",
        "-nic",
        "none",
        "-no-reboot",
    ]);
    let root = images.file("root.img");
    let size = fs::metadata(&root).map_or(0, |data| data.len());
    command.arg("-object").arg(format!(
        "memory-backend-file,id=root,share=on,readonly=on,mem-path={},size={size}",
        root.display()
    ));
    command.args(["-device", "virtio-pmem-pci,memdev=root,id=disk", "-rtc", "clock=vm"]);
    command.args(["-device", "virtio-serial-pci"]);
    if !interactive {
        command.args([
            "-chardev",
            "file,id=lab,path=/dev/stdout",
            "-device",
            "virtserialport,chardev=lab,name=lab",
        ]);
    }
    command
        .arg("-chardev")
        .arg(format!("file,id=files,path={}", folder.join("artefacts").display()));
    command.args(["-device", "virtserialport,chardev=files,name=artefacts"]);
    command.arg("-kernel").arg(images.file("vmlinuz"));
    command.arg("-initrd").arg(folder.join("initrd"));
    // One steady clock; a panic ends the machine instead of waiting. Programs and libraries always stand at the same
    // addresses: at others QEMU would translate them anew for each process, which costs it more than running them.
    command.args([
        "-append",
        "console=ttyS0 panic=-1 quiet loglevel=3 mitigations=off norandmaps tsc=reliable clocksource=tsc",
    ]);
    command
}

/// /dev/kvm exists on machines where no guest ever starts: only a boot tells.
pub(super) fn probe(images: &Images) -> Result<(), String> {
    let output = Command::new("timeout")
        .args([
            "--signal=KILL",
            "15",
            QEMU,
            "-machine",
            "pc",
            "-m",
            "256",
            "-nodefaults",
            "-no-reboot",
        ])
        .args(processor(BackEnd::Kvm, false))
        .args(["-display", "none", "-serial", "stdio", "-nic", "none", "-kernel"])
        .arg(images.file("vmlinuz"))
        .arg("-initrd")
        .arg(images.file("initrd"))
        .args(["-append", "console=ttyS0 panic=-1 quiet lab=probe"])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot start {QEMU}: {error}"))?;
    if String::from_utf8_lossy(&output.stdout).contains("lab: probe") {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or("it says nothing within 15 s");
    Err(format!("LAB=kvm: no machine boots on /dev/kvm here ({said}); leave LAB out"))
}

/// QEMU's options for processor and clock.
fn processor(back_end: BackEnd, interactive: bool) -> &'static [&'static str] {
    match back_end {
        // Two nanoseconds an instruction, and an idle machine jumps to its next timer at once, or waits for it
        // where people watch. The host's own clock would not do: what a loaded host takes away looks like a
        // clock that runs away, and timers wait for ever.
        BackEnd::Emulated | BackEnd::Host if interactive => {
            &["-accel", "tcg,thread=single", "-smp", "1", "-icount", "shift=1,sleep=on"]
        }
        BackEnd::Emulated | BackEnd::Host => {
            &["-accel", "tcg,thread=single", "-smp", "1", "-icount", "shift=1,sleep=off"]
        }
        BackEnd::Kvm => &["-accel", "kvm", "-cpu", "host", "-smp", "2"],
    }
}
