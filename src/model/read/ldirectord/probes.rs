//! What a service's checks ask: checktype, service and the texts around them.

use crate::model::{
    Appended, Dialogue, Dns, Http, HttpRequest, Password, Pattern, Probe, ProbeKind, Protocol,
    Script, Server, Sourced,
};
use crate::source::codes::ldirectord_advice as advice;
use crate::source::{Diagnostic, Place};

use super::Reader;
use super::real::OwnTexts;
use super::settings::Slot;

/// The directives of a service that choose and fill its probe.
#[derive(Clone, Debug, Default)]
pub(super) struct Check {
    pub(super) service: Slot<String>,
    pub(super) checktype: Slot<CheckType>,
    pub(super) port: Slot<u16>,
    pub(super) command: Slot<String>,
    pub(super) request: Slot<String>,
    pub(super) receive: Slot<String>,
    pub(super) login: Slot<String>,
    pub(super) database: Slot<String>,
    pub(super) head: Slot<bool>,
    pub(super) password: Slot<Place>,
    pub(super) secret: Slot<Place>,
}

/// `checktype`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CheckType {
    #[default]
    Negotiate,
    Connect,
    Ping,
    On,
    Off,
    External,
    ExternalPerl,
    /// So many connections between two negotiations.
    Combined(u32),
}

impl Check {
    /// The probe of a service on `port`; a firewall mark has neither port nor protocol.
    pub(super) fn probe(&self, port: Option<u16>, protocol: Option<Protocol>) -> Probe {
        let mut probe = Probe::new(self.kind(port, protocol, None));
        let words =
            [self.service.get().map(|word| word.at), self.checktype.get().map(|word| word.at)];
        probe.chosen_by = words.into_iter().flatten().flatten().collect();
        // A program gets the real server's own port, whatever checkport says.
        probe.port = self.port.value().filter(|_| !matches!(probe.kind, ProbeKind::Script(_)));
        probe
    }

    /// Gives `server` a probe like `probe` with request and receive of its own, where they matter.
    pub(super) fn own_probe(
        &self,
        server: &mut Server,
        probe: &Probe,
        texts: &OwnTexts,
        port: Option<u16>,
        protocol: Option<Protocol>,
    ) {
        if self.uses(port, "request") {
            let kind = self.kind(port, protocol, Some(texts));
            let own = server.own_mut();
            own.probes.push(Probe { kind, ..probe.clone() });
            own.ignored |= texts.lost;
        }
    }

    /// Name of the dialogue: what the file says, else what the port suggests.
    pub(super) fn service_name(&self, port: Option<u16>) -> &str {
        match self.service.get() {
            Some(service) => &service.value,
            None => port.and_then(service_of_port).unwrap_or(NO_SERVICE),
        }
    }

    fn check_type(&self) -> CheckType {
        self.checktype.get().map_or(CheckType::default(), |checktype| checktype.value)
    }

    fn kind(
        &self,
        port: Option<u16>,
        protocol: Option<Protocol>,
        own: Option<&OwnTexts>,
    ) -> ProbeKind {
        match self.check_type() {
            CheckType::Negotiate => self.negotiate(port, own),
            CheckType::Combined(connects) => {
                ProbeKind::Combined { connects, negotiate: Box::new(self.negotiate(port, own)) }
            }
            // A UDP port cannot be connected to: ldirectord sends a ping instead.
            CheckType::Connect if protocol == Some(Protocol::Udp) => ProbeKind::Ping,
            CheckType::Connect => ProbeKind::Connect,
            CheckType::Ping => ProbeKind::Ping,
            CheckType::On => ProbeKind::AlwaysUp,
            CheckType::Off => ProbeKind::AlwaysDown,
            CheckType::External | CheckType::ExternalPerl => {
                let default = || Sourced::implied("/bin/true".to_owned());
                ProbeKind::Script(Box::new(Script {
                    command: self.command.value().unwrap_or_else(default),
                    appended: Appended::VirtualAndReal,
                    dynamic_weight: None,
                    user: None,
                }))
            }
        }
    }

    fn negotiate(&self, port: Option<u16>, own: Option<&OwnTexts>) -> ProbeKind {
        let name = self.service_name(port);
        let request = own.map(|own| own.request.clone()).or_else(|| self.request.value());
        let receive = own.map(|own| own.receive.clone()).or_else(|| self.receive.value());
        let receive = receive
            .filter(|text| !text.value.is_empty())
            .map(|text| text.map(|expression| Pattern { expression, negated: false }));
        match name {
            NO_SERVICE => ProbeKind::AlwaysUp,
            "http" | "https" | "http_proxy" => {
                let proxy = name == "http_proxy";
                let path = request.unwrap_or_else(|| Sourced::implied("/".to_owned()));
                let path =
                    path.map(|path| if proxy { without_slash(&path) } else { with_slash(path) });
                let request =
                    HttpRequest { path: Some(path), body: receive, ..HttpRequest::default() };
                ProbeKind::Http(Box::new(Http {
                    tls: name == "https",
                    head: self.head.value(),
                    requests: vec![request],
                    ..Http::default()
                }))
            }
            "smtp" | "submission" => ProbeKind::Smtp { helo: None },
            "dns" => ProbeKind::Dns(Box::new(Dns {
                record: None,
                name: request.map(|name| name.map(|name| without_slash(&name))),
                answer: receive,
            })),
            _ => {
                let used = |word| dialogue_uses(name, word);
                let hidden = |slot: &Slot<Place>| slot.get().map(|at| Password::in_place(at.value));
                let request = request.filter(|_| used("request"));
                ProbeKind::Dialogue(Box::new(Dialogue {
                    service: name.to_owned(),
                    login: self.login.value().filter(|_| used("login")),
                    password: hidden(&self.password).filter(|_| used("passwd")),
                    secret: hidden(&self.secret).filter(|_| used("secret")),
                    database: self.database.value().filter(|_| used("database")),
                    request: request.map(|text| text.map(|text| without_slash(&text))),
                    receive: receive.filter(|_| used("receive")),
                    host: None,
                }))
            }
        }
    }

    /// Whether the check looks at the directive `word`.
    fn uses(&self, port: Option<u16>, word: &str) -> bool {
        match self.check_type() {
            CheckType::External | CheckType::ExternalPerl => word == "checkcommand",
            _ if word == "checkport" => true,
            CheckType::Negotiate | CheckType::Combined(_) => {
                dialogue_uses(self.service_name(port), word)
            }
            CheckType::Connect | CheckType::Ping | CheckType::On | CheckType::Off => false,
        }
    }

    /// Notes every directive that the check does not look at.
    pub(super) fn unused(&self, reader: &mut Reader<'_>, port: Option<u16>) {
        let given = [
            ("checkcommand", self.command.directive()),
            ("checkport", self.port.directive()),
            ("request", self.request.directive()),
            ("receive", self.receive.directive()),
            ("login", self.login.directive()),
            ("passwd", self.password.directive()),
            ("secret", self.secret.directive()),
            ("database", self.database.directive()),
            ("httpmethod", self.head.directive()),
        ];
        for (word, at) in given {
            let Some(at) = at.filter(|_| !self.uses(port, word)) else { continue };
            reader.ignored(at, "the check of this service does not use it");
            if matches!(word, "request" | "receive") {
                let service = self.service_name(port).to_owned();
                let negotiates =
                    matches!(self.check_type(), CheckType::Negotiate | CheckType::Combined(_));
                let finding = Diagnostic::new(
                    advice::UNUSED_TEXT,
                    at,
                    format!("`{word}` has no effect here"),
                );
                reader.push(match (negotiates, service.as_str()) {
                    (false, _) => finding.help("only checktype=negotiate looks at it"),
                    (true, NO_SERVICE) => {
                        finding.help("say what answers on this port, for example service=http")
                    }
                    (true, _) => finding.note(format!("the check of {service} has no use for it")),
                });
            }
        }
    }
}

/// The port of a dialogue that is checked when nothing states one.
pub fn port_of_service(service: &str) -> Option<u16> {
    DIALOGUES.iter().find(|dialogue| dialogue.name == service).and_then(|dialogue| dialogue.port)
}

/// The dialogue that is usual on `port`.
pub fn service_of_port(port: u16) -> Option<&'static str> {
    DIALOGUES.iter().find(|dialogue| dialogue.port == Some(port)).map(|dialogue| dialogue.name)
}

/// Whether the dialogue of `service` has a use for the directive `word`.
pub fn dialogue_uses(service: &str, word: &str) -> bool {
    match DIALOGUES.iter().find(|dialogue| dialogue.name == service) {
        Some(dialogue) => dialogue.uses.contains(&word),
        // An unknown dialogue of a patched ldirectord may use anything.
        None => service != NO_SERVICE && word != "checkcommand",
    }
}

fn with_slash(path: String) -> String {
    if path.starts_with('/') { path } else { format!("/{path}") }
}

/// ldirectord puts a slash in front of every request and takes it away again where it is none.
fn without_slash(text: &str) -> String {
    text.strip_prefix('/').unwrap_or(text).to_owned()
}

struct DialogueRow {
    name: &'static str,
    /// Service of this port by default, and port of this service by default.
    port: Option<u16>,
    /// Directives that the check looks at.
    uses: &'static [&'static str],
}

const fn dialogue(name: &'static str, port: u16, uses: &'static [&'static str]) -> DialogueRow {
    DialogueRow { name, port: Some(port), uses }
}

const HTTP: &[&str] = &["request", "receive", "httpmethod"];
const LOGIN: &[&str] = &["login", "passwd"];
const LOGIN_AND_TEXTS: &[&str] = &["login", "passwd", "request", "receive"];
const TEXTS: &[&str] = &["request", "receive"];
const SQL: &[&str] = &["login", "passwd", "database", "request"];

const DIALOGUES: &[DialogueRow] = &[
    dialogue("ftp", 21, LOGIN_AND_TEXTS),
    dialogue("smtp", 25, &[]),
    dialogue("dns", 53, TEXTS),
    dialogue("http", 80, HTTP),
    dialogue("pop", 110, LOGIN),
    dialogue("nntp", 119, &[]),
    dialogue("imap", 143, LOGIN),
    dialogue("ldap", 389, LOGIN_AND_TEXTS),
    dialogue("https", 443, HTTP),
    dialogue("submission", 587, &[]),
    dialogue("ldaps", 636, LOGIN_AND_TEXTS),
    dialogue("imaps", 993, LOGIN),
    dialogue("pops", 995, LOGIN),
    dialogue("oracle", 1521, SQL),
    dialogue("radius", 1812, &["login", "passwd", "secret"]),
    dialogue("http_proxy", 3128, HTTP),
    dialogue("mysql", 3306, SQL),
    dialogue("sip", 5060, &["login"]),
    dialogue("pgsql", 5432, SQL),
    DialogueRow { name: "simpletcp", port: None, uses: TEXTS },
];

/// The dialogue that asks nothing.
const NO_SERVICE: &str = "none";
