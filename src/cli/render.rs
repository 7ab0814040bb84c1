//! `lvsha render`: the files of every node, in a directory.

use std::path::{Path, PathBuf};

use super::output_directory::OutputDirectory;
use super::printer::Printer;
use super::site_input::SiteArguments;
use super::{ExitCode, Failure};
use crate::site::Secrets;

/// Write the files of every node of an inventory: DIR/NODE/etc/keepalived/keepalived.conf and so on
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,

    /// The directory to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// Overwrite files in it that have other content
    #[arg(long)]
    force: bool,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let site = arguments.site.load(Secrets::Fetch, printer)?;
    let machines = arguments.site.render(&site)?;
    let mut output = OutputDirectory::new(&arguments.out);
    let staged = machines.iter().try_for_each(|machine| {
        machine.files.iter().try_for_each(|file| {
            let path = Path::new(&machine.name).join(file.path.trim_start_matches('/'));
            output.stage(&path, file.mode, |out| out.write_all(&file.content()))
        })
    });
    let written = staged.and_then(|()| output.commit(arguments.force))?;
    for machine in machines.iter().filter(|machine| !machine.files.is_empty()) {
        let paths: Vec<&str> = machine.files.iter().map(|f| f.path.as_str()).collect();
        printer.status(&format!("{}: {}", machine.name, paths.join(" ")));
    }
    printer.status(&format!("{}: {written}", arguments.out.display()));
    Ok(ExitCode::Success)
}
