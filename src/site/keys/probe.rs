//! `probe = { type = "http", path = "/test.html", body = "Test Page" }`.
//!
//! The table is flat; the type tells which of its keys have a meaning.

use super::{Key, Keys, Names, Reader, Slot, custom, further, inner, list, value, write};
use crate::model::setting::{Rare, Weight};
use crate::model::{
    Appended, Checks, Dialogue, Dns, Http, HttpRequest, HttpSettings, HttpVersion, Located,
    Password, Pattern, Probe, ProbeKind, ProbeSettings, Script, Secret, Sourced, Udp,
};
use crate::site::document::{Entry, Item, Literal};
use crate::source::Diagnostic;
use crate::source::codes::inventory;
use crate::syntax::suggest;

mod meaning;

use meaning::bare;

/// One probe, or a list of them.
pub(super) fn read(item: &Item, reader: &mut Reader<'_>) -> Vec<Probe> {
    let mut probes = Vec::new();
    for item in reader.list(item) {
        if let Literal::Text(_) = item.value {
            // `probe = "tcp"` says all that there is to say.
            let entry = Entry { key: "type".into(), key_span: item.span, item: item.clone() };
            let item = Item { value: Literal::Table(vec![entry]), ..item.clone() };
            probes.extend(read_table(&item, reader));
        } else {
            probes.extend(read_table(&item, reader));
        }
    }
    probes
}

/// A single probe as a table.
pub(super) fn write_one(probes: &[Probe], names: &Names) -> Option<Item> {
    if let [probe] = probes { Some(write_probe(probe, names)) } else { None }
}

/// Several probes as a list of tables.
pub(super) fn write_several(probes: &[Probe], names: &Names) -> Option<Item> {
    if probes.len() < 2 { None } else { list(probes.iter().map(|one| write_probe(one, names))) }
}

fn read_table(item: &Item, reader: &mut Reader<'_>) -> Option<Probe> {
    let mut form = Form::default();
    reader.table(&mut form, item);
    let Some(kind) = form.kind.clone() else {
        let is_stated = matches!(&item.value, Literal::Table(entries) if entries.iter().any(|e| e.key == "type"));
        if !is_stated {
            reader.missing("a probe", "type", item.span, "type = \"http\"");
        }
        return None;
    };
    if form.command.is_none() && bare(&kind.value) == "script" {
        let example = "command = \"/usr/local/bin/check\"";
        reader.missing("a probe of type `script`", "command", item.span, example);
        return None;
    }
    meaning::without(&kind.value, item, reader);
    let Some(kind) = form.kind(&kind.value) else {
        let known = || KINDS.iter().copied();
        let at = kind.at.unwrap_or(reader.place(item.span));
        let message = format!("there is no probe of type `{}`", kind.value);
        let finding = Diagnostic::new(inventory::WRONG_VALUE, at, message);
        reader.report(match suggest(&kind.value, known()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help(format!("types are {}", KINDS.join(", "))),
        });
        return None;
    };
    let chosen_by = form.kind.place().into_iter().collect();
    Some(Probe {
        address: form.address,
        port: form.port,
        checks: form.checks.into(),
        settings: form.settings,
        chosen_by,
        ..Probe::new(kind)
    })
}

fn write_probe(probe: &Probe, names: &Names) -> Item {
    let mut form = Form {
        address: probe.address,
        port: probe.port,
        checks: Checks::clone(&probe.checks),
        settings: probe.settings.clone(),
        ..Form::default()
    };
    form.set(&probe.kind);
    let table = Literal::Table(write(&form, names));
    Item::from_place(table, probe.chosen_by.first().copied())
}

/// Every key that a probe of any type may have.
#[derive(Default)]
pub(super) struct Form {
    kind: Option<Sourced<String>>,
    address: Option<Sourced<std::net::IpAddr>>,
    port: Option<Sourced<u16>>,
    connects: Option<u32>,
    head: Option<Sourced<bool>>,
    version: Option<Sourced<HttpVersion>>,
    host: Option<Sourced<String>>,
    address_as_host: Option<bool>,
    server_name_indication: Option<Sourced<bool>>,
    request: HttpRequest,
    requests: Vec<HttpRequest>,
    command: Option<Sourced<String>>,
    appended: Option<Appended>,
    dynamic_weight: Option<Sourced<bool>>,
    user: Option<Sourced<String>>,
    record: Option<Sourced<String>>,
    name: Option<Sourced<String>>,
    answer: Option<Sourced<Pattern>>,
    helo: Option<Sourced<String>>,
    login: Option<Sourced<String>>,
    password: Option<Password>,
    secret: Option<Password>,
    database: Option<Sourced<String>>,
    ask: Option<Sourced<String>>,
    weight: Option<Sourced<Weight>>,
    checks: Checks,
    settings: Rare<ProbeSettings>,
    http: Rare<HttpSettings>,
    udp: Udp,
}

impl Keys for Form {
    const TABLE: &'static str = "a probe";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<Form>] = &[
            value!("type", kind),
            value!("address", address),
            value!("port", port),
            value!("connects", connects),
            value!("head", head),
            value!("version", version),
            value!("host", host),
            value!("address_as_host", address_as_host),
            value!("server_name_indication", server_name_indication),
            value!("path", request.path),
            value!("status", request.status),
            value!("body", request.body),
            value!("digest", request.digest),
            custom!(
                "requests",
                |form, item, reader| form.requests = reader.tables(item),
                |form, names| super::write_list(&form.requests, names)
            ),
            value!("command", command),
            value!("appended", appended),
            value!("dynamic_weight", dynamic_weight),
            value!("user", user),
            value!("record", record),
            value!("name", name),
            value!("helo", helo),
            value!("login", login),
            custom!(
                "password",
                |form, item, reader| form.password = password(item, reader),
                |form, names| name_of(form.password.as_ref(), names)
            ),
            custom!(
                "secret",
                |form, item, reader| form.secret = password(item, reader),
                |form, names| name_of(form.secret.as_ref(), names)
            ),
            value!("database", database),
            value!("request", ask),
            value!("answer", answer),
            value!("weight", weight),
            inner!("checks", checks),
            further!(http, udp, settings),
        ];
        KEYS
    }
}

impl Keys for HttpRequest {
    const TABLE: &'static str = "a request";

    fn keys() -> &'static [Key<Self>] {
        const KEYS: &[Key<HttpRequest>] = &[
            value!("path", path),
            value!("status", status),
            value!("body", body),
            value!("digest", digest),
            value!("host", host),
            further!(settings),
        ];
        KEYS
    }
}

impl Form {
    /// The kind of the type `word`.
    fn kind(&mut self, word: &str) -> Option<ProbeKind> {
        if let Some(inner) = word.strip_prefix("combined-") {
            let negotiate = Box::new(self.kind(inner)?);
            return Some(ProbeKind::Combined { connects: self.connects.unwrap_or(1), negotiate });
        }
        if let Some(service) = word.strip_prefix("dialogue-") {
            return Some(ProbeKind::Dialogue(Box::new(Dialogue {
                service: service.to_owned(),
                login: self.login.take(),
                password: self.password.take(),
                secret: self.secret.take(),
                database: self.database.take(),
                request: self.ask.take(),
                receive: self.answer.take(),
                host: self.host.take(),
            })));
        }
        Some(match word {
            "up" => ProbeKind::AlwaysUp,
            "down" => ProbeKind::AlwaysDown,
            "tcp" => ProbeKind::Connect,
            "ping" => ProbeKind::Ping,
            "bfd" => ProbeKind::Bfd { name: self.name.take() },
            "file" => ProbeKind::File { name: self.name.take(), weight: self.weight.take() },
            "udp" => ProbeKind::Udp(Box::new(std::mem::take(&mut self.udp))),
            "smtp" => ProbeKind::Smtp { helo: self.helo.take() },
            "dns" => ProbeKind::Dns(Box::new(Dns {
                record: self.record.take(),
                name: self.name.take(),
                answer: self.answer.take(),
            })),
            "http" | "https" => {
                let mut requests = std::mem::take(&mut self.requests);
                let own = std::mem::take(&mut self.request);
                if own != HttpRequest::default() || requests.is_empty() {
                    requests.insert(0, own);
                }
                ProbeKind::Http(Box::new(Http {
                    tls: word == "https",
                    head: self.head,
                    version: self.version,
                    host: self.host.take(),
                    address_as_host: self.address_as_host.unwrap_or(false),
                    server_name_indication: self.server_name_indication,
                    settings: std::mem::take(&mut self.http),
                    requests,
                }))
            }
            "script" => ProbeKind::Script(Box::new(Script {
                command: self.command.take()?,
                appended: self.appended.unwrap_or_default(),
                dynamic_weight: self.dynamic_weight,
                user: self.user.take(),
            })),
            _ => return None,
        })
    }

    /// The inverse of [`Form::kind`].
    fn set(&mut self, kind: &ProbeKind) {
        let word = match kind {
            ProbeKind::AlwaysUp => "up".to_owned(),
            ProbeKind::AlwaysDown => "down".to_owned(),
            ProbeKind::Connect => "tcp".to_owned(),
            ProbeKind::Ping => "ping".to_owned(),
            ProbeKind::Combined { connects, negotiate } => {
                self.set(negotiate);
                self.connects = Some(*connects);
                let inner = self.kind.as_ref().map(|kind| kind.value.clone());
                format!("combined-{}", inner.unwrap_or_default())
            }
            ProbeKind::Dialogue(dialogue) => {
                self.login.clone_from(&dialogue.login);
                self.password.clone_from(&dialogue.password);
                self.secret.clone_from(&dialogue.secret);
                self.database.clone_from(&dialogue.database);
                self.ask.clone_from(&dialogue.request);
                self.answer.clone_from(&dialogue.receive);
                self.host.clone_from(&dialogue.host);
                format!("dialogue-{}", dialogue.service)
            }
            ProbeKind::Dns(dns) => {
                self.record.clone_from(&dns.record);
                self.name.clone_from(&dns.name);
                self.answer.clone_from(&dns.answer);
                "dns".to_owned()
            }
            ProbeKind::Http(http) => {
                self.head = http.head;
                self.version = http.version;
                self.host.clone_from(&http.host);
                self.address_as_host = http.address_as_host.then_some(true);
                self.server_name_indication = http.server_name_indication;
                self.http = http.settings.clone();
                match http.requests.as_slice() {
                    // Not all that a request may have has a key in the flat form.
                    [request] if is_flat(request) => self.request = request.clone(),
                    requests => self.requests = requests.to_vec(),
                }
                if http.tls { "https" } else { "http" }.to_owned()
            }
            ProbeKind::Script(script) => {
                self.command = Some(script.command.clone());
                self.appended =
                    Some(script.appended).filter(|appended| *appended != Appended::Nothing);
                self.dynamic_weight = script.dynamic_weight;
                self.user.clone_from(&script.user);
                "script".to_owned()
            }
            ProbeKind::Smtp { helo } => {
                self.helo.clone_from(helo);
                "smtp".to_owned()
            }
            ProbeKind::Bfd { name } => {
                self.name.clone_from(name);
                "bfd".to_owned()
            }
            ProbeKind::File { name, weight } => {
                self.name.clone_from(name);
                self.weight = *weight;
                "file".to_owned()
            }
            ProbeKind::Udp(udp) => {
                self.udp.clone_from(udp);
                "udp".to_owned()
            }
        };
        self.kind = Some(Sourced::implied(word));
    }
}

/// The password that an item names the secret of.
fn password(item: &Item, reader: &mut Reader<'_>) -> Option<Password> {
    let text = reader.secret(item)?;
    Some(Password { at: reader.place(item.span), text: Some(Secret(text)) })
}

/// A password as the name of its secret; nothing for one that stays in its file.
fn name_of(password: Option<&Password>, names: &Names) -> Option<Item> {
    let Password { at, text } = password?;
    let name = names.of_secret(&text.as_ref()?.0)?;
    Some(Item::from_place(Literal::Text(name.to_owned()), Some(*at)))
}

/// Whether a request can be said by the probe's own keys.
fn is_flat(request: &HttpRequest) -> bool {
    request.host.is_none() && request.settings == Rare::default()
}

/// The types, for messages.
pub(super) const KINDS: &[&str] =
    &["bfd", "dns", "down", "file", "http", "https", "ping", "script", "smtp", "tcp", "udp", "up"];
