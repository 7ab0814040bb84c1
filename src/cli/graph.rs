//! `lvsha graph`: a picture of the cluster.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::output_directory::save;
use super::printer::{Printer, Problem};
use super::site_input::InventoryArguments;
use super::{ExitCode, Failure};
use crate::site::Secrets;
use crate::site::graph::Picture;

/// Draw the cluster: clients, services, directors with their roles, real servers
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: InventoryArguments,

    /// File to write; its ending tells the form [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Form of the picture
    #[arg(long, value_enum, value_name = "FORM")]
    form: Option<Form>,

    /// Write it also where another file stands that is no picture
    #[arg(long, requires = "output")]
    force: bool,
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
    let form = match (arguments.form, &arguments.output) {
        (Some(form), _) => form,
        (None, Some(path)) => form_of(path)?,
        (None, None) => Form::Svg,
    };
    let site = arguments.site.load(Secrets::Leave, printer)?;
    let picture = Picture::new(&site);
    let text = match form {
        Form::Svg => picture.svg(),
        Form::Mermaid => picture.mermaid(),
        Form::Dot => picture.dot(),
    };
    match &arguments.output {
        Some(path) => {
            let rule = (is_picture, "no picture that lvsha has drawn");
            save(path, 0o644, text.as_bytes(), rule, arguments.force)?;
        }
        None => printer.result(&text)?,
    }
    Ok(ExitCode::Success)
}

/// The form that a file's ending tells; without any ending it is that of standard output.
fn form_of(path: &Path) -> Result<Form, Problem> {
    let Some(ending) = path.extension() else { return Ok(Form::Svg) };
    match ending.to_str() {
        Some("svg") => Ok(Form::Svg),
        Some("dot" | "gv") => Ok(Form::Dot),
        Some("md" | "mmd" | "mermaid") => Ok(Form::Mermaid),
        _ => {
            let message = format!("`.{}` is no form of a picture", ending.display());
            Err(Problem::new(message).help("end it in .svg, .dot or .mmd"))
        }
    }
}

/// Whether a file begins as lvsha's pictures do.
fn is_picture(bytes: &[u8]) -> bool {
    BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning.as_bytes()))
}

/// Of the three forms, in the order of [`Form`].
const BEGINNINGS: [&str; 3] = [
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ",
    "flowchart LR\n",
    "digraph cluster {\n",
];
