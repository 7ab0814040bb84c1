//! Dialogues of both worlds: what is said and what must be heard, as data.

use super::Planner;
use crate::model::{self, Dialogue, Password, Pattern, Protocol, Service, Sourced};
use crate::run::health::{
    Ask, DnsAsk, FtpAsk, LinesAsk, RadiusAsk, SipAsk, Step, TextAsk, TextPattern, TlsAsk,
};
use crate::site::secret::Secret;
use crate::source::text::encode;

/// SMTP. The greeting, our name, and farewell; any server takes HELO, also one that knows EHLO.
pub(super) fn smtp(helo: Option<&Sourced<String>>) -> Ask {
    let name = helo.map_or_else(own_name, |name| name.value.clone());
    let steps = vec![
        Step::HearCode("220"),
        say(format!("HELO {name}")),
        Step::HearCode("250"),
        say("QUIT".to_owned()),
    ];
    Ask::Lines(Box::new(LinesAsk { name: "smtp", tls: None, steps }))
}

impl Planner<'_> {
    /// keepalived asks for the SOA record of the root unless told otherwise, and looks at no
    /// record. ldirectord asks for an address, or for the name of one, and some record must match.
    pub(super) fn dns(&self, dns: &model::Dns, service: &Service) -> Ask {
        let stated = |text: &Option<Sourced<String>>| text.as_ref().map(|text| text.value.clone());
        let answer = dns.answer.as_ref().map(|answer| pattern(&answer.value));
        // An inventory may have either's.
        let compares = dns.answer.is_some() && dns.record.is_none();
        if !compares && !self.is_of_ldirectord(service) {
            return Ask::Dns(Box::new(DnsAsk {
                name: stated(&dns.name).unwrap_or_else(|| ".".to_owned()),
                // keepalived takes them in any case.
                record: stated(&dns.record)
                    .map_or_else(|| "SOA".to_owned(), |record| record.to_ascii_uppercase()),
                over_tcp: false,
                answer,
            }));
        }
        let name = stated(&dns.name).unwrap_or_default();
        let (name, record) = match name.parse() {
            Ok(address) => (reverse(address), "PTR"),
            Err(_) => (name, "A"),
        };
        Ask::Dns(Box::new(DnsAsk {
            name,
            record: record.to_owned(),
            over_tcp: is_tcp(service),
            answer: answer.or_else(|| Some(TextPattern::default())),
        }))
    }

    /// What ldirectord alone can ask. An error names the protocol that nobody speaks here.
    pub(super) fn dialogue(&self, dialogue: &Dialogue, service: &Service) -> Result<Ask, String> {
        let login = dialogue.login.as_ref().map(|login| login.value.clone());
        let password = || self.hidden(dialogue.password.as_ref());
        let request = dialogue.request.as_ref().map(|request| request.value.clone());
        let receive = dialogue.receive.as_ref().map(|receive| pattern(&receive.value));
        Ok(match dialogue.service.as_str() {
            "ftp" => Ask::Ftp(Box::new(FtpAsk {
                login: Secret::new(login.unwrap_or_else(|| "anonymous".to_owned())),
                password: dialogue
                    .password
                    .as_ref()
                    .map_or_else(|| Secret::new(anonymous()), |_| password()),
                file: request.map(|name| (name, receive.unwrap_or_default())),
            })),
            "radius" => Ask::Radius(Box::new(RadiusAsk {
                login: Secret::new(login.unwrap_or_default()),
                password: password(),
                secret: self.hidden(dialogue.secret.as_ref()),
            })),
            "simpletcp" => Ask::Text(Box::new(TextAsk {
                // ldirectord's way to write several lines.
                request: encode(&request.unwrap_or_default().replace("\\n", "\n")).into_owned(),
                receive: receive.unwrap_or_default(),
            })),
            "sip" => Ask::Sip(SipAsk {
                login: login.unwrap_or_else(anonymous),
                over_tcp: is_tcp(service),
            }),
            wanted => {
                let known = LINES.iter().find_map(|row| {
                    Some((row, row.names.iter().find(|(name, _)| *name == wanted)?))
                });
                let (row, (name, is_encrypted)) = known.ok_or_else(|| wanted.to_owned())?;
                let mut steps = vec![Step::Hear(row.greeting)];
                if let Some(login) = login {
                    steps.extend((row.login)(&login, password().reveal()));
                }
                steps.push(say(row.farewell.to_owned()));
                let tls = is_encrypted.then(TlsAsk::default);
                Ask::Lines(Box::new(LinesAsk { name, tls, steps }))
            }
        })
    }

    /// The password, or the text in the quotes at its place, where the model keeps no copy of it.
    fn hidden(&self, password: Option<&Password>) -> Secret {
        if let Some(model::Secret(text)) = password.and_then(|password| password.text.as_ref()) {
            return Secret::new(text.clone());
        }
        let place = password.map(|password| password.at);
        let text = place.map_or("", |at| at.span.of(self.sources.get(at.file).text()));
        let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        Secret::new(inside.unwrap_or(text).to_owned())
    }
}

/// A protocol whose servers speak first.
struct Row {
    /// As ldirectord calls it, and whether it is encrypted.
    names: &'static [(&'static str, bool)],
    /// What a server says that lets anybody in.
    greeting: &'static [&'static str],
    login: fn(&str, &str) -> Vec<Step>,
    farewell: &'static str,
}

const LINES: &[Row] = &[
    // RFC 9051, sections 7.1.1, 7.1.4 and 6.2.3.
    Row {
        names: &[("imap", false), ("imaps", true)],
        greeting: &["* OK", "* PREAUTH"],
        login: |user, password| {
            let words = format!("a LOGIN {} {}", quoted(user), quoted(password));
            vec![Step::Whisper(Secret::new(words)), Step::HearTagged("a")]
        },
        farewell: "b LOGOUT",
    },
    // RFC 3977, section 5.1: 200 and 201, with and without the right to post.
    Row { names: &[("nntp", false)], greeting: &["2"], login: |_, _| Vec::new(), farewell: "QUIT" },
    // RFC 1939, section 7.
    Row {
        names: &[("pop", false), ("pops", true)],
        greeting: &["+OK"],
        login: |user, password| {
            let secret = Secret::new(format!("PASS {password}"));
            let heard = Step::Hear(&["+OK"]);
            vec![say(format!("USER {user}")), heard.clone(), Step::Whisper(secret), heard]
        },
        farewell: "QUIT",
    },
];

fn say(text: String) -> Step {
    Step::Say(Secret::new(text))
}

/// A string of IMAP (RFC 9051, section 4.3).
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn pattern(pattern: &Pattern) -> TextPattern {
    TextPattern {
        expression: pattern.expression.clone(),
        is_negated: pattern.negated,
        ..TextPattern::default()
    }
}

fn is_tcp(service: &Service) -> bool {
    service.protocol.is_some_and(|protocol| protocol.value == Protocol::Tcp)
}

/// What ldirectord says where nobody has a name.
fn anonymous() -> String {
    format!("ldirectord@{}", own_name())
}

fn own_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The name that has the names of an address (RFC 1035, section 3.5; RFC 3596, section 2.5).
fn reverse(address: std::net::IpAddr) -> String {
    match address {
        std::net::IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        std::net::IpAddr::V6(address) => {
            let digits = address.octets().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
            let digits: Vec<String> = digits.map(|digit| format!("{digit:x}")).collect();
            let digits: Vec<&str> = digits.iter().rev().map(String::as_str).collect();
            format!("{}.ip6.arpa", digits.join("."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reverse_names() {
        assert_eq!(reverse("10.0.0.29".parse().unwrap()), "29.0.0.10.in-addr.arpa");
        let long = reverse("2001:db8::1".parse().unwrap());
        assert!(
            long.starts_with("1.0.0.0.") && long.ends_with(".8.b.d.0.1.0.0.2.ip6.arpa"),
            "{long}"
        );
    }

    #[test]
    fn a_string_of_imap_ends_where_it_should() {
        assert_eq!(quoted(r#"a"b\c"#), r#""a\"b\\c""#);
    }
}
