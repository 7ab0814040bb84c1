//! Files beside keepalived.conf, from templates/.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, ErrorKind, Value, context};

use super::translate::{CommandLine, Extras, GeneratedScript, Purpose};

/// A small file of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name beside keepalived.conf.
    pub name: String,
    /// Permission bits.
    pub mode: u32,
    /// Its text.
    pub text: String,
}

/// The files that `extras` asks for.
///
/// # Errors
/// Only when a template does not fit its values, which a test excludes for the built-in ones.
pub fn files(extras: &Extras) -> Result<Vec<File>, minijinja::Error> {
    let environment = environment()?;
    let mut files = Vec::new();
    for script in &extras.scripts {
        files.push(File {
            name: script.name.clone(),
            mode: 0o755,
            text: render(&environment, script)?,
        });
    }
    let options = CommandLine::options(&extras.command_line);
    if !options.is_empty() {
        let template = environment.get_template(OPTIONS)?;
        let text = template.render(context! { options => options.join(" ") })?;
        files.push(File { name: OPTIONS.to_owned(), mode: 0o644, text });
    }
    Ok(files)
}

fn render(
    environment: &Environment<'_>,
    script: &GeneratedScript,
) -> Result<String, minijinja::Error> {
    match &script.purpose {
        Purpose::Resources(resources) => {
            environment.get_template(RESOURCES)?.render(context! { resources })
        }
        Purpose::Shell(line) => environment.get_template(SHELL)?.render(context! { line }),
        Purpose::Fetch { path, tls, host, expression } => {
            let scheme = if *tls { "https" } else { "http" };
            // Only a proxy is asked for a whole URL.
            let is_proxy = path.contains("://") && !path.starts_with('/');
            // What no URL holds; curl refuses it, and ldirectord's library encodes it.
            let path = path.replace(' ', "%20").replace('"', "%22");
            environment
                .get_template(CHECK_PAGE)?
                .render(context! { path, is_proxy, scheme, host, expression })
        }
    }
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().keep_trailing_newline(true).build()?);
    environment.add_filter("quote", quote);
    environment.add_template(RESOURCES, include_str!("../../templates/resources.sh.j2"))?;
    environment.add_template(CHECK_PAGE, include_str!("../../templates/check-page.sh.j2"))?;
    environment.add_template(SHELL, include_str!("../../templates/fallback.sh.j2"))?;
    environment.add_template(OPTIONS, include_str!("../../templates/keepalived.default.j2"))?;
    Ok(environment)
}

/// A text, or a list of texts, as words of a POSIX shell.
pub(super) fn quote(value: &Value) -> Result<String, minijinja::Error> {
    if let Some(text) = value.as_str() {
        return Ok(shell_word(text));
    }
    let mut words = Vec::new();
    for item in value.try_iter()? {
        let text = item.as_str().ok_or_else(|| {
            minijinja::Error::new(ErrorKind::InvalidOperation, "only texts can be quoted")
        })?;
        words.push(shell_word(text));
    }
    Ok(words.join(" "))
}

/// Single quotes protect everything but themselves (POSIX shell, 2.2.2).
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

const RESOURCES: &str = "resources.sh";
const CHECK_PAGE: &str = "check-page.sh";
const SHELL: &str = "fallback.sh";
const OPTIONS: &str = "keepalived.default";

#[cfg(test)]
mod tests;
