//! Text to tree: the only place that knows pest.

use crate::source::{FileId, SourceFile, Sources, Span};

mod allowances;
mod authkeys;
pub mod characters;
mod detect;
mod ha_cf;
mod haresources;
mod heartbeat;
mod keepalived;
mod ldirectord;
mod oddities;
mod pieces;
mod preprocess;
pub mod schema;
mod secrets;
mod started;
mod suggest;
mod tree;

pub use allowances::allowances;
pub use detect::detect;
pub use oddities::oddities;
pub use preprocess::{ConfigId, Expanded, config_ids, preprocess};
pub use secrets::{is_password, without_secret};
pub use started::{DIRECTORY, configuration, started};
pub use suggest::suggest;

pub use tree::{Builder, Children, Head, Kind, NodeRef, Tree, Word};

use secrets::SecretKeywords;

/// The formats that lvsha reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// heartbeat's `authkeys`.
    Authkeys,
    /// heartbeat's `ha.cf`.
    HaCf,
    /// heartbeat's `haresources`.
    Haresources,
    /// `keepalived.conf`.
    Keepalived,
    /// `ldirectord.cf`.
    Ldirectord,
}

impl Format {
    /// All of them, in the order of the variants.
    pub const ALL: [Self; 5] =
        [Self::Authkeys, Self::HaCf, Self::Haresources, Self::Keepalived, Self::Ldirectord];

    /// The usual file name.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Authkeys => "authkeys",
            Self::HaCf => "ha.cf",
            Self::Haresources => "haresources",
            Self::Keepalived => "keepalived.conf",
            Self::Ldirectord => "ldirectord.cf",
        }
    }

    /// The program that reads it.
    pub fn program(self) -> &'static str {
        match self {
            Self::Authkeys | Self::HaCf | Self::Haresources => "heartbeat",
            Self::Keepalived => "keepalived",
            Self::Ldirectord => "ldirectord",
        }
    }
}

/// Parses a loaded file; there is no input that fails. Marks what is secret in it.
pub fn parse(sources: &mut Sources, file: FileId, format: Format) -> Tree {
    let source = sources.get(file);
    let parsed = match format {
        Format::Authkeys => authkeys::parse(source),
        Format::HaCf => ha_cf::parse(source),
        Format::Haresources => haresources::parse(source),
        Format::Keepalived => keepalived::parse(source),
        Format::Ldirectord => ldirectord::parse(source),
    };
    sources.hide(file, parsed.secrets);
    parsed.tree
}

/// Where a comment begins inside a secret, it is the rest of it.
fn with_rest(node: NodeRef<'_>, secret: Span) -> Span {
    let comment = node.comment();
    let touches = !comment.is_empty() && comment.start == secret.end;
    if touches { secret.to(comment) } else { secret }
}

/// What a format's parser returns.
#[derive(Debug)]
struct Parsed {
    tree: Tree,
    /// Ranges whose text must never be shown.
    secrets: Vec<Span>,
}

impl Parsed {
    /// A tree in which the arguments of the schema's secret keywords are secrets.
    fn new(tree: Tree, source: &SourceFile, format: Format) -> Self {
        let keywords = SecretKeywords::of(format);
        let mut secrets = Vec::new();
        let mut inside = secrets::Inside::default();
        for node in tree.walk(source.text()) {
            secrets.extend(keywords.secret(node, &mut inside));
        }
        let comments = tree.comments();
        secrets.extend(comments.filter_map(|span| keywords.in_comment(span, source.text())));
        Self { tree, secrets }
    }
}
