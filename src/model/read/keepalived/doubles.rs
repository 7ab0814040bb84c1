//! What blocks of one file take away from each other, or leave without an entry: judged on the
//! tree, because most of it has no field in the model.

use std::collections::{HashMap, HashSet};

use super::{group, value};
use crate::source::codes::keepalived as codes;
use crate::source::{Code, Diagnostic, Findings, Place, SourceFile, Verdict};
use crate::syntax::{Kind, NodeRef, Tree, Word};

/// Judges the blocks at the top of `tree`.
pub(super) fn check(file: &SourceFile, tree: &Tree, findings: &mut Findings) {
    let mut names = Once::default();
    let mut paced = Once::default();
    let mut of_marks = HashSet::new();
    let mut groups: HashMap<String, Place> = HashMap::new();
    for block in tree.top(file.text()).filter(|node| node.kind() == Kind::Directive) {
        match &*block.name() {
            "vrrp_instance" => {
                let named =
                    block.directives().filter(|node| OWN_INTERFACES.contains(&&*node.name()));
                for name in named.filter_map(interface_name) {
                    names.take(name, codes::INTERFACE_TWICE, "is another router's", findings);
                }
            }
            "garp_group" => {
                let words = block.directives().flat_map(|node| match &*node.name() {
                    "interface" => node.arguments().collect::<Vec<_>>(),
                    "interfaces" => node.directives().flat_map(NodeRef::words).collect(),
                    _ => Vec::new(),
                });
                for name in words {
                    paced.take(name, codes::INTERFACE_TWICE, "is in another garp_group", findings);
                }
            }
            "virtual_server_group" => {
                let Some(name) = block.word(1) else { continue };
                let mut entries = block.directives();
                if entries.next().is_some() {
                    let key = name.value().into_owned();
                    if let Some(earlier) = groups.get(&key) {
                        findings.push(second_group(name, *earlier));
                    } else {
                        groups.insert(key, name.place());
                    }
                    // An address beside the marks has a protocol, and a mark left out is none.
                    let is_mark = |entry: NodeRef<'_>| entry.name() == "fwmark";
                    let is_entry = |entry: NodeRef<'_>| group::member(entry).is_ok();
                    if block.directives().all(is_mark) && block.directives().any(is_entry) {
                        of_marks.insert(name.value());
                    }
                } else if block.has_body() {
                    let message = format!("the group `{}` has no entries", name.value());
                    findings.push(Diagnostic::new(codes::EMPTY_GROUP, name.place(), message));
                }
            }
            "virtual_server" if block.word(1).is_some_and(|word| word.raw() == "group") => {
                let of_marks = block.word(2).is_some_and(|name| of_marks.contains(&name.value()));
                let protocol = block.directives().find(|node| node.name() == "protocol");
                if let Some(protocol) = protocol.filter(|_| of_marks) {
                    let message =
                        "the group holds marks, and packets with a mark may have any protocol";
                    let at = protocol.place();
                    findings.push(Diagnostic::new(codes::MARK_WITH_PROTOCOL, at, message));
                }
            }
            _ => {}
        }
    }
}

/// keepalived does not notice it.
fn second_group(name: Word<'_>, earlier: Place) -> Diagnostic {
    let message = format!("there is a group `{}` already", name.value());
    Diagnostic::new(codes::GIVEN_TWICE, name.place(), message)
        .verdict(Verdict::Accepts)
        .context(earlier, "the first is here")
        .note("a virtual_server finds the first one, and nobody uses the entries of this one")
        .help("write all entries into one group, or give this one a name of its own")
}

/// Names that can be given once.
#[derive(Default)]
struct Once {
    taken: HashMap<String, Place>,
}

impl Once {
    /// Takes a name, or reports that it is taken.
    fn take(&mut self, name: Word<'_>, code: Code, owner: &str, findings: &mut Findings) {
        let at = name.place();
        let name = name.value().into_owned();
        let message = format!("the interface `{name}` {owner}");
        match self.taken.get(&name) {
            Some(earlier) => {
                findings.push(Diagnostic::new(code, at, message).context(*earlier, "first here"));
            }
            None => {
                self.taken.insert(name, at);
            }
        }
    }
}

/// The name that a router's own interface is given: neither an address nor one of the options.
fn interface_name(node: NodeRef<'_>) -> Option<Word<'_>> {
    let first = node.word(1)?;
    let first = if first.raw() == "name" { node.word(2)? } else { first };
    let raw = first.raw();
    let is_name = !raw.contains([':', '/', '$'])
        && value::parse_address(raw).is_none()
        && !OPTIONS.contains(&raw);
    is_name.then_some(first)
}

/// Keywords that make an interface.
const OWN_INTERFACES: &[&str] = &["use_ipvlan", "use_vmac"];
/// What else may stand behind them.
const OPTIONS: &[&str] = &["bridge", "group", "netlink_notify_msg", "private", "vepa"];
