//! `lvsha graph`: a picture of the cluster.

use std::path::PathBuf;

use clap::ValueEnum;

use super::printer::Printer;
use super::site_input::SiteArguments;
use super::{ExitCode, Failure};
use crate::site::Secrets;
use crate::site::graph::Picture;

/// Draw the cluster: clients, services, directors with their roles, real servers
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: SiteArguments,

    /// File to write; its ending tells the form [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Form of the picture
    #[arg(long, value_enum, value_name = "FORM")]
    form: Option<Form>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Scalable Vector Graphics
    Svg,
    /// A Mermaid flowchart
    Mermaid,
    /// Graphviz
    Dot,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let site = arguments.site.load(Secrets::Leave, printer)?;
    let picture = Picture::new(&site);
    let ending = arguments.output.as_ref().and_then(|path| path.extension());
    let form = arguments.form.unwrap_or(match ending.and_then(|ending| ending.to_str()) {
        Some("dot" | "gv") => Form::Dot,
        Some("md" | "mmd" | "mermaid") => Form::Mermaid,
        _ => Form::Svg,
    });
    let text = match form {
        Form::Svg => picture.svg(),
        Form::Mermaid => picture.mermaid(),
        Form::Dot => picture.dot(),
    };
    match &arguments.output {
        Some(path) => std::fs::write(path, text)?,
        None => printer.result(&text)?,
    }
    Ok(ExitCode::Success)
}
