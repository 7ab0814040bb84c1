//! DNS checks: keepalived asks and does not compare, and some names it cannot ask for.

use super::Translator;
use crate::emit::Feature;
use crate::model::{Dns, Located, ProbeKind, Sourced};
use crate::source::Place;
use crate::source::codes::conversion;
use crate::syntax::schema::target::refuses_dns_name;

impl Translator<'_> {
    /// DNS_CHECK asks, but does not compare. It cannot ask for PTR records: the reverse name is
    /// asked for as A, and an empty answer without error passes.
    pub(super) fn dns(&mut self, dns: Dns, chosen: &[Place], port: Option<Sourced<u16>>) {
        let Dns { mut name, answer, .. } = dns;
        if let Some(name) = &mut name
            && let Ok(address) = name.value.parse::<std::net::Ipv4Addr>()
        {
            let [a, b, c, d] = address.octets();
            name.value = format!("{d}.{c}.{b}.{a}.in-addr.arpa");
        }
        if let Some(why) = self.no_dns_check(name.as_ref().map(|name| name.value.as_str())) {
            let note = format!("{why}; only reachability is checked");
            let texts = [name.place(), answer.place()];
            return self.reachable(!self.is_tcp, &note, chosen, texts, port);
        }
        self.changed(chosen, conversion::CHECK_DIFFERENT, "DNS_CHECK", DNS);
        if answer.is_none() {
            self.changed(chosen, conversion::CHECK_DIFFERENT, "DNS_CHECK", NO_ANSWER);
        }
        self.account.exact(name.place(), "name");
        if let Some(answer) = answer {
            let note = "DNS_CHECK does not compare the answer";
            self.account.lossy(answer.at, conversion::CHECK_REDUCED, "", &[note]);
        }
        let record = Some(Sourced::implied("A".to_owned()));
        let dialogue = self.dialogue_timeout();
        self.push(ProbeKind::Dns(Box::new(Dns { record, name, answer: None })), dialogue, port);
    }

    /// Why DNS_CHECK cannot ask for `name`.
    fn no_dns_check(&self, name: Option<&str>) -> Option<String> {
        let version = self.version.version;
        if !self.version.has(Feature::DnsCheck) {
            return Some(format!("keepalived {version} has no DNS_CHECK"));
        }
        let name = name.filter(|name| refuses_dns_name(name, version))?;
        Some(format!(
            "DNS_CHECK of keepalived {version} takes no name whose first part is one letter, as in {name}"
        ))
    }
}

const DNS: &str =
    "any answer without an error passes; DNS_CHECK does not look at its content and uses UDP";
const NO_ANSWER: &str =
    "in ldirectord all servers are down, without receive its check always fails";
