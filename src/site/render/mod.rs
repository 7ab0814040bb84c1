//! From an inventory to the files of each node.
//!
//! Which files there are is a table ([`files`]); what stands in them is said by templates
//! ([`templates`]), which users may replace one by one; the templates get the inventory's own keys
//! and the finished bodies of the writers ([`context`]).

use std::borrow::Cow;

use super::{Site, Stack};
use crate::model::read::Input;
use crate::source::{Sources, text};

mod context;
mod files;
mod heartbeat;
mod judge;
mod templates;

pub use files::{Check, Effect, REAL_SERVER_SCRIPT, main_files};
pub use judge::judge;
pub use templates::{TemplateError, Templates};

/// What a machine is in the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It takes packets and gives them to real servers.
    Director,
    /// It answers them.
    RealServer,
}

impl Role {
    /// The units of all stacks for this role: of these, only the machine's own may run on it.
    pub fn units(self) -> &'static [&'static str] {
        match self {
            Self::Director => &["heartbeat.service", "keepalived.service", "lvsha.service"],
            Self::RealServer => &["lvsha-real-server.service"],
        }
    }
}

/// What one machine should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its name in the inventory.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// Its files, in the order in which they are put in place.
    pub files: Vec<File>,
    /// Packages that must be there.
    pub packages: Vec<&'static str>,
    /// The units that must run, and start at boot.
    pub units: Vec<&'static str>,
}

/// A file of a machine.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// Where it belongs: an absolute path.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// What is in it.
    pub text: String,
    /// Whether secrets stand in it, so that no difference of it is shown.
    pub secret: bool,
    /// What must happen when it changed.
    pub effect: Effect,
    /// How it is checked on its machine before it is put in place.
    pub check: Option<Check>,
}

impl File {
    /// The bytes of its text.
    pub fn content(&self) -> Cow<'_, [u8]> {
        text::encode(&self.text)
    }
}

/// A file may hold secrets, so its text is not debugged.
impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File")
            .field("path", &self.path)
            .field("mode", &self.mode)
            .field("effect", &self.effect)
            .finish_non_exhaustive()
    }
}

/// The files of every machine: real servers first, then the directors in the order of the
/// inventory.
///
/// # Errors
/// When a template is wrong.
pub fn render(site: &Site, templates: &Templates) -> Result<Vec<Machine>, TemplateError> {
    let servers = site.real_servers.iter().filter(|server| {
        server.managed.is_none_or(|managed| managed.value) && server.address.is_some()
    });
    let servers = servers.map(|server| (server.name.value.as_str(), Role::RealServer));
    let directors = site.directors.iter().map(|d| (d.name.value.as_str(), Role::Director));
    servers.chain(directors).map(|(name, role)| machine(site, name, role, templates)).collect()
}

/// What must happen when a file of such a machine goes, whichever stack it was for.
pub fn effect_of(role: Role, path: &str) -> Option<Effect> {
    let stacks = [Stack::Heartbeat, Stack::Keepalived, Stack::Lvsha];
    let row = stacks.into_iter().find_map(|stack| files::row_of(stack, role, path));
    row.map(|(_, row)| row.effect)
}

/// What the programs of the director `name` read, without the words of templates around it, under the
/// names below the directory that `lvsha render` writes to.
pub fn inputs(site: &Site, name: &str, sources: &mut Sources) -> Vec<Input> {
    let files = judge::files(site, name).into_iter();
    files
        .map(|(path, format, body)| {
            let file = sources.add(format!("{name}{path}"), &text::encode(&body));
            Input { file, format }
        })
        .collect()
}

fn machine(
    site: &Site,
    name: &str,
    role: Role,
    templates: &Templates,
) -> Result<Machine, TemplateError> {
    let mut context = context::Context::new(site, name, role);
    let mut files = Vec::new();
    for row in files::rows(site.stack(), role) {
        if !(row.when)(&context) {
            continue;
        }
        let mut add = |path: String, is_secret: bool, context: &context::Context| {
            let mode = if is_secret { 0o600 } else { row.mode };
            files.push(File {
                path,
                mode,
                text: templates.render(row.template, context)?,
                secret: mode & 0o077 == 0,
                effect: row.effect,
                check: row.check,
            });
            Ok::<(), TemplateError>(())
        };
        if row.path == files::CONFIGURATIONS {
            for configuration in std::mem::take(&mut context.configurations) {
                context.ldirectord = configuration.body;
                add(configuration.path, configuration.is_secret, &context)?;
            }
        } else {
            let fences = row.path == files::HA_CF && context.heartbeat.fences;
            add(row.path.to_owned(), fences, &context)?;
        }
    }
    files.extend(context.scripts.iter().cloned());
    let has_files = !files.is_empty();
    let (packages, units) = needs(role, site.stack(), has_files);
    Ok(Machine {
        name: name.to_owned(),
        role,
        files,
        packages: packages.to_vec(),
        units: units.to_vec(),
    })
}

/// Packages and units of a machine.
fn needs(
    role: Role,
    stack: Stack,
    has_files: bool,
) -> (&'static [&'static str], &'static [&'static str]) {
    match (role, stack) {
        (Role::RealServer, _) if !has_files => (&[], &[]),
        (Role::RealServer, _) => (&[], &["lvsha-real-server.service"]),
        (Role::Director, Stack::Heartbeat) => {
            (&["heartbeat", "ldirectord", "ipvsadm"], &["heartbeat.service"])
        }
        (Role::Director, Stack::Keepalived) => {
            (&["keepalived", "ipvsadm"], &["keepalived.service"])
        }
        (Role::Director, Stack::Lvsha) => (&["lvsha"], &["lvsha.service"]),
    }
}

impl Machine {
    /// The same machine with the files of another time: path, permission bits, text. They may be of
    /// another stack; then units, effects and checks are that one's.
    pub fn with_files(&self, files: impl IntoIterator<Item = (String, u32, String)>) -> Self {
        let files: Vec<(String, u32, String)> = files.into_iter().collect();
        let stack = files::stack_of(files.iter().map(|(path, ..)| path.as_str()));
        let row = |path: &str| files::row_of(stack.unwrap_or(Stack::Keepalived), self.role, path);
        let mut files: Vec<File> = files
            .into_iter()
            .map(|(path, mode, text)| {
                let row = row(&path).map(|(_, row)| row);
                // Of scripts, which no table has, only today's inventory knows.
                let today = self.files.iter().find(|file| file.path == path);
                let effect = row.map(|row| row.effect).or(today.map(|file| file.effect));
                let check = row.map_or(today.and_then(|file| file.check), |row| row.check);
                let secret = mode & 0o077 == 0;
                File { path, mode, text, secret, effect: effect.unwrap_or(Effect::None), check }
            })
            .collect();
        // The order of the table is the safe one.
        files.sort_by_key(|file| row(&file.path).map_or(usize::MAX, |(position, _)| position));
        let (packages, units) = match (self.role, stack) {
            (Role::Director, None) => (&self.packages[..], &self.units[..]),
            (role, stack) => needs(role, stack.unwrap_or(Stack::Keepalived), !files.is_empty()),
        };
        Self {
            name: self.name.clone(),
            role: self.role,
            packages: packages.to_vec(),
            units: units.to_vec(),
            files,
        }
    }
}

#[cfg(test)]
mod tests;
