//! What holds for the whole of ldirectord.

use crate::model::setting::Rare;
use crate::model::{Checks, Located, Service, Sourced};
use crate::source::codes::ldirectord as codes;
use crate::source::{Diagnostic, Place};
use crate::syntax::{NodeRef, Tree};

use super::line::{self, Line};
use super::settings::{Common, Slot, shape};
use super::{Reader, layout};

/// The global directives that services look at.
#[derive(Clone, Debug, Default)]
pub(super) struct Globals {
    pub(super) common: Common,
    /// Timing of services that state none of their own.
    pub(super) checks: Rare<Checks>,
    pub(super) fork: Slot<bool>,
    /// The last directive of each word that is only kept as it is.
    kept: Vec<(&'static str, Place)>,
}

/// Reads every global directive of the file, also those that stand in a service by mistake.
pub(super) fn read<'a>(reader: &mut Reader<'a>, tree: &'a Tree) -> Globals {
    let text = reader.text;
    let mut globals = Globals::default();
    for node in tree.top(text) {
        if !layout::is_header(node) {
            globals.node(reader, node);
            continue;
        }
        for child in node.directives() {
            if line::places(&child.name()).section.is_none() {
                globals.node(reader, child);
            }
        }
    }
    globals.checks = Common::default().checks(&globals.common).into();
    globals
}

/// Notes the globals that no service takes, because each says it again or there is none.
pub(super) fn unused(reader: &mut Reader<'_>, globals: &Globals) {
    let Common {
        check_timeout,
        negotiate_timeout,
        interval,
        ping_count,
        failures,
        fallback,
        fallback6,
        fallback_command,
        quiescent,
    } = &globals.common;
    let slots = [
        (check_timeout.directive(), check_timeout.get().place()),
        (negotiate_timeout.directive(), negotiate_timeout.get().place()),
        (interval.directive(), interval.get().place()),
        (ping_count.directive(), ping_count.get().place()),
        (failures.directive(), failures.get().place()),
        (fallback.directive(), fallback.get().place()),
        (fallback6.directive(), fallback6.get().place()),
        (fallback_command.directive(), fallback_command.get().place()),
        (quiescent.directive(), quiescent.get().place()),
    ];
    for (directive, value) in slots {
        let (Some(directive), Some(value)) = (directive, value) else { continue };
        // The first service nearly always takes it.
        if !reader.cluster.services.iter().any(|service| takes(service, value)) {
            reader.ignored(directive, "no service takes the global value");
        }
    }
}

/// Whether a value of `service` comes from `place`.
fn takes(service: &Service, place: Place) -> bool {
    let checks = &service.checks;
    let places = [
        checks.connect_timeout.place(),
        checks.negotiate_timeout.place(),
        checks.interval.place(),
        checks.ping_count.place(),
        checks.failures.place(),
        service.fallback.place(),
        service.hooks.first().place(),
        service.quiescent.place(),
    ];
    places.contains(&Some(place))
}

impl Globals {
    fn node<'a>(&mut self, reader: &mut Reader<'a>, node: NodeRef<'a>) {
        let name = node.name();
        if layout::is_retired(&name) {
            reader.retired(node.place(), &name.to_ascii_lowercase());
        } else if let Some(line) = reader.line(node, false) {
            self.line(reader, &line);
        }
    }

    fn line(&mut self, reader: &mut Reader<'_>, line: &Line<'_>) {
        if !reader.form(line, shape(line.row.word, false)) || self.common.take(reader, line, None) {
            return;
        }
        match line.row.word {
            "emailalert" => {
                let value = reader.text(line);
                self.replace(reader, line);
                reader.cluster.alerts.recipients = value.map(recipients).unwrap_or_default();
            }
            "emailalertfrom" => {
                let value = reader.bare(line);
                self.replace(reader, line);
                reader.cluster.alerts.sender = value;
            }
            "smtp" => {
                let value = reader.mail_server(line);
                self.replace(reader, line);
                reader.cluster.alerts.server = value;
            }
            "fork" => {
                let value = reader.switch(line);
                self.fork.set(reader, line, value);
                reader.cluster.carried.push(Reader::carried(line));
            }
            "supervised" => {
                self.supervised(reader, line);
                reader.cluster.carried.push(Reader::carried(line));
            }
            "execute" => {
                // Each line starts one more ldirectord.
                let mut carried = std::mem::take(&mut reader.cluster.carried);
                reader.carry(line, &mut carried);
                reader.cluster.carried = carried;
            }
            _ => {
                self.replace(reader, line);
                let mut carried = std::mem::take(&mut reader.cluster.carried);
                reader.carry(line, &mut carried);
                reader.cluster.carried = carried;
            }
        }
    }

    /// Notes that `line` overtakes an earlier one of its word.
    fn replace(&mut self, reader: &mut Reader<'_>, line: &Line<'_>) {
        let (word, at) = (line.row.word, line.node.place());
        match self.kept.iter_mut().find(|(kept, _)| *kept == word) {
            None => self.kept.push((word, at)),
            Some((_, first)) => {
                let first = std::mem::replace(first, at);
                reader.cluster.carried.retain(|carried| carried.at != first);
                reader.said_again(first, line);
            }
        }
    }

    fn supervised(&self, reader: &mut Reader<'_>, line: &Line<'_>) {
        if line.value().is_some() {
            reader.switch(line);
        } else if line.comment().is_empty() {
            let at = line.node.place();
            let finding =
                Diagnostic::new(codes::BARE_SUPERVISED, at, "`supervised` should have a value")
                    .fix(at, "supervised=yes", "write the value");
            reader.push(finding);
        } else {
            reader.comment_refused(line);
        }
    }
}

/// The addresses of a list; they all stand at the place of the list.
fn recipients(list: Sourced<String>) -> Vec<Sourced<String>> {
    let addresses = list.value.split([',', ' ', ';']).filter(|address| !address.is_empty());
    addresses.map(|address| Sourced { value: address.to_owned(), at: list.at }).collect()
}
