//! The templates: built in, each replaceable by a file of the same name.

use std::path::{Path, PathBuf};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use super::context::Context;

/// The templates of a run.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    folder: Option<PathBuf>,
}

/// What is wrong with a template, and where.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The folder cannot be read.
    #[error("cannot read `{}`: {}", .0.display(), .1)]
    Unreadable(PathBuf, std::io::Error),
    /// No template of lvsha is called so: it would never be used.
    #[error("lvsha has no template `{0}`")]
    Unknown(String),
    /// Its text or its use of a value is wrong.
    #[error("{0}:{1}: {2}")]
    Wrong(String, usize, String),
}

impl Templates {
    /// The built-in templates; those in `folder` replace their namesakes.
    ///
    /// # Errors
    /// When the folder cannot be read, or holds something that is no template of lvsha.
    pub fn new(folder: Option<&Path>) -> Result<Self, TemplateError> {
        let mut templates = Self { environment: environment(), folder: folder.map(Path::to_owned) };
        for (name, text) in BUILT_IN {
            templates.add(name, (*text).to_owned())?;
        }
        let Some(folder) = folder else { return Ok(templates) };
        let fail = |error| TemplateError::Unreadable(folder.to_owned(), error);
        for entry in std::fs::read_dir(folder).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !name.ends_with(".j2") {
                continue;
            }
            if !BUILT_IN.iter().any(|(known, _)| *known == name) {
                return Err(TemplateError::Unknown(name));
            }
            let text = std::fs::read_to_string(&path)
                .map_err(|error| TemplateError::Unreadable(path.clone(), error))?;
            templates.add(&name, text)?;
        }
        Ok(templates)
    }

    /// The names of all templates.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    pub(super) fn render(&self, name: &str, context: &Context) -> Result<String, TemplateError> {
        let template = self.environment.get_template(name).map_err(|e| self.wrong(name, &e))?;
        template.render(Serde(context)).map_err(|error| self.wrong(name, &error))
    }

    fn add(&mut self, name: &str, text: String) -> Result<(), TemplateError> {
        let added = self.environment.add_template_owned(name.to_owned(), text);
        added.map_err(|error| self.wrong(name, &error))
    }

    fn wrong(&self, name: &str, error: &minijinja::Error) -> TemplateError {
        let name = error.name().unwrap_or(name);
        let shown = match &self.folder {
            Some(folder) if folder.join(name).exists() => folder.join(name).display().to_string(),
            _ => format!("templates/{name}"),
        };
        let words = match error.detail() {
            Some(detail) => detail.to_owned(),
            None => error.kind().to_string(),
        };
        let text = error.template_source().zip(error.range());
        let text = text.and_then(|(text, range)| text.get(range));
        let words = match (error.kind(), text.map(str::trim).filter(|text| !text.is_empty())) {
            (ErrorKind::UndefinedError, Some(text)) => format!("there is no `{text}`"),
            _ => words,
        };
        TemplateError::Wrong(shown, error.line().unwrap_or(1), words)
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // An error tells the words that it is about only with this.
    environment.set_debug(true);
    // A loop without an end stops here; the largest inventories need a hundredth of it.
    environment.set_fuel(Some(500_000_000));
    let syntax = SyntaxConfig::builder()
        .keep_trailing_newline(true)
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    if let Ok(syntax) = syntax {
        environment.set_syntax(syntax);
    }
    // A file with `True` or `none` in it is a mistake of its template, which is said here.
    environment.set_formatter(|out, state, value| match value.kind() {
        ValueKind::Bool | ValueKind::None | ValueKind::Map | ValueKind::Seq => {
            let words = format!("a {} cannot be written into a file", value.kind());
            Err(minijinja::Error::new(ErrorKind::BadSerialization, words))
        }
        _ => minijinja::escape_formatter(out, state, value),
    });
    environment
}

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../templates/", $name)))),*]
    };
}

const BUILT_IN: &[(&str, &str)] = built_in![
    "authkeys.j2",
    "director.sysctl.conf.j2",
    "ha.cf.j2",
    "haresources.j2",
    "keepalived.conf.j2",
    "keepalived.default.j2",
    "keepalived.service.conf.j2",
    "ldirectord.cf.j2",
    "lvsha-real-server.service.j2",
    "lvsha.service.j2",
    "lvsrs.j2",
    "real-server.sysctl.conf.j2",
];
