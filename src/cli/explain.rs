//! `lvsha explain`: the page of a diagnostic or of a keyword.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::printer::{Printer, Problem};
use super::{ExitCode, Failure};
use crate::site;
use crate::source::{Code, Severity, Verdict};
use crate::syntax::suggest;

mod keyword;

/// Explain a diagnostic (what it means, what the real program does, what to do) or a keyword
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Number (LV0001) or name (odd-blank) of a diagnostic, or a keyword of any file (advert_int,
    /// or with its block vrrp_script/weight); `inventory` for every key of one
    #[arg(required_unless_present = "list", value_name = "CODE|KEYWORD")]
    subjects: Vec<String>,

    /// List all diagnostics
    #[arg(long, conflicts_with = "subjects")]
    list: bool,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let mut out = String::new();
    if arguments.list {
        let mut codes: Vec<Code> = Code::all().collect();
        codes.sort_by_key(|code| code.id());
        for code in codes {
            list_line(&mut out, code);
        }
    }
    for (number, text) in arguments.subjects.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        out.push_str(&subject(text).ok_or_else(|| unknown(text))?);
    }
    printer.result(&out)?;
    Ok(ExitCode::Success)
}

/// The keywords that have a page, each once, without those that a shell would read as something else.
pub(super) fn keywords() -> Vec<&'static str> {
    let is_plain =
        |word: &&str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let mut words: Vec<&str> = keyword::words().filter(is_plain).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The page of whatever is called so.
fn subject(text: &str) -> Option<String> {
    if text == "inventory" {
        return Some(site::reference());
    }
    Code::find(text).map(page).or_else(|| keyword::pages(text))
}

fn list_line(out: &mut String, code: Code) {
    let style = colour(code.severity());
    // Writing to a string cannot fail. Padding stands inside the colour because it counts bytes.
    let _ = writeln!(
        out,
        "{}  {style}{:<7}{style:#}  {:<NAME_WIDTH$}  {}",
        code.id(),
        code.severity().to_string(),
        code.name(),
        code.title(),
    );
}

fn page(code: Code) -> String {
    let style = colour(code.severity());
    format!(
        "{style}{}{style:#}[{}] {}: {}\n{}.\n\n{}\n",
        code.severity(),
        code.id(),
        code.name(),
        code.title(),
        effect(code),
        code.page(),
    )
}

/// What comes of such a file. Conversions, inventories and the daemon have no other program that
/// could read it.
fn effect(code: Code) -> &'static str {
    match (code.id().get(..4), code.verdict()) {
        (Some("LV07"), Verdict::Accepts) => "lvsha converts such a file",
        (Some("LV08"), Verdict::Accepts) => "lvsha accepts such a file",
        (Some("LV07" | "LV08"), Verdict::Refuses) => "lvsha refuses such a file",
        // The verdict of these codes is that of the program whose file the daemon reads.
        (Some("LV09"), _) if code.severity() == Severity::Error => {
            "The daemon does not start with it"
        }
        (Some("LV09"), _) => "The daemon starts with it",
        (_, Verdict::Accepts) => "The real program starts with such a file",
        (_, Verdict::Refuses) => "The real program refuses such a file",
        (_, Verdict::Depends) => "The real program starts or not, depending on the place",
    }
}

fn unknown(text: &str) -> Problem {
    let problem = Problem::new(format!("there is no diagnostic and no keyword `{text}`"));
    let upper = text.to_ascii_uppercase();
    let near = suggest(text, Code::all().map(Code::name).chain(keyword::words()))
        .or_else(|| suggest(&upper, Code::all().map(Code::id)))
        .map(ToOwned::to_owned)
        .or_else(|| keyword::near(text));
    match near {
        Some(near) => problem.help(format!("did you mean `lvsha explain {near}`?")),
        None => problem.help("`lvsha explain --list` shows the diagnostics"),
    }
}

/// The colours of the frames.
fn colour(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Error => AnsiColor::BrightRed,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::BrightBlue,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

/// Room for most names; a longer one moves its title to the right.
const NAME_WIDTH: usize = 28;
