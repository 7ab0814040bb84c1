//! What makes a router impossible to run.

use crate::model::{Router, Sourced};
use crate::source::codes::daemon;
use crate::source::{Code, Diagnostic, Findings};

/// Takes a value that a router cannot do without.
pub(super) fn required<'a, T>(
    value: Option<&'a Sourced<T>>,
    router: &Router,
    code: Code,
    what: &str,
    findings: &mut Findings,
) -> Option<&'a T> {
    if value.is_none() {
        let message = format!("`{}` has no {what}", router.name.value);
        findings.push(at(router, code, message).help(format!("add `{what}`")));
    }
    value.map(|value| &value.value)
}

/// A finding about a whole router.
pub(super) fn at(router: &Router, code: Code, message: String) -> Diagnostic {
    match router.name.at.or(router.at) {
        Some(place) => Diagnostic::new(code, place, message),
        None => Diagnostic::general(code, message),
    }
}

/// Two routers that the network could not tell apart.
pub(super) fn same_id(router: &Router, other: &str, virtual_router_id: u8) -> Diagnostic {
    let message = format!(
        "`{}` has virtual_router_id {virtual_router_id}, as `{other}` on the same interface",
        router.name.value
    );
    at(router, daemon::SAME_ID, message).help("give one of them another virtual_router_id")
}

/// Two routers with one virtual link, which has one MAC address.
pub(super) fn same_link(router: &Router, other: &str, link: &str) -> Diagnostic {
    let message = format!("`{}` has the virtual link `{link}`, as `{other}`", router.name.value);
    let finding = match router.own_interface.as_ref().and_then(|own| own.at) {
        Some(place) => Diagnostic::new(daemon::SAME_LINK, place, message),
        None => at(router, daemon::SAME_LINK, message),
    };
    finding.help("name another one behind `use_vmac`, or none")
}
