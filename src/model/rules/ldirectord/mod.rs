//! Advice about ldirectord.cf: what ldirectord accepts and its author hardly wants.
//!
//! Every rule is one pass over services and servers; what has to be found again is hashed.

use super::{Rule, View};
use crate::model::{Probe, Service};
use crate::source::codes::ldirectord_advice as codes;
use crate::source::{Diagnostic, Findings, Place};
use crate::syntax::Format;

mod checks;
mod configurations;
mod persistence;
mod servers;

/// The rules.
pub(super) const RULES: &[Rule] = &[
    Rule { codes: &[codes::NEVER_CHECKED], check: checks::never_checked },
    Rule { codes: &[codes::HOLLOW_CHECK], check: checks::hollow },
    Rule { codes: &[codes::HEAD_WITHOUT_BODY], check: checks::head_without_body },
    Rule { codes: &[codes::RECEIVE_PATTERN], check: checks::receive_pattern },
    Rule { codes: &[codes::COMMAND_ARGUMENTS], check: checks::command_arguments },
    Rule { codes: &[codes::MARK_WITHOUT_PORT], check: checks::mark_without_port },
    Rule { codes: &[codes::SLOW_ROUND], check: checks::slow_round },
    Rule { codes: &[codes::SHARED_COUNT], check: checks::shared_count },
    Rule { codes: &[codes::NO_FALLBACK, codes::FALLBACK_PORT], check: servers::fallback },
    Rule { codes: &[codes::DUPLICATE_REAL], check: servers::duplicate },
    Rule { codes: &[codes::SAME_SERVICE], check: configurations::same_service },
    Rule { codes: &[codes::WEIGHTS_DIFFER], check: servers::weights_differ },
    Rule { codes: &[codes::PORT_NOT_REWRITTEN, codes::MASQ_WITHOUT_PORT], check: servers::ports },
    Rule { codes: &[codes::SEVERAL_RECIPIENTS], check: servers::recipients },
    Rule { codes: &[codes::OTHER_SUBNET], check: servers::other_subnet },
    Rule { codes: &[codes::REAL_IS_DIRECTOR], check: servers::real_is_director },
    Rule { codes: &[codes::ALL_WEIGHTS_ZERO], check: servers::all_weights_zero },
    Rule { codes: &[codes::THRESHOLDS_CROSSED], check: servers::thresholds },
    Rule { codes: &[codes::HELPER_MODULE], check: servers::helper_module },
    Rule { codes: &[codes::PERSISTENCE_DIFFERS], check: persistence::differs },
    Rule { codes: &[codes::STICKY_DEAD, codes::QUIESCENT_UNSTATED], check: persistence::quiescent },
    Rule { codes: &[codes::ONE_PACKET], check: persistence::one_packet },
];

/// The services that come from an ldirectord.cf, with the place of their address or mark.
fn services<'a>(view: &'a View<'_>) -> impl Iterator<Item = (&'a Service, Place)> {
    let is_ours = |place: &Place| {
        let mut inputs = view.trees.iter().map(|(input, _)| input);
        inputs.any(|input| input.file == place.file && input.format == Format::Ldirectord)
    };
    let with_place =
        view.cluster.services.iter().filter_map(|service| Some((service, service.target.at?)));
    with_place.filter(move |(_, at)| is_ours(at))
}

/// All probes of a service, its servers' own ones included.
fn probes(service: &Service) -> impl Iterator<Item = &Probe> {
    let own = service.servers.iter().flat_map(|server| server.own_probes());
    service.probes.iter().chain(own)
}

/// Reports something that would fill the report of a large file: once for a file.
fn once(findings: &mut Findings, finding: Diagnostic) {
    findings.push_once_per_file(finding);
}
