//! HTTP probes of both worlds to one form.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use super::Planner;
use crate::model::{Http, HttpRequest, HttpVersion, Server, Service, Sourced};
use crate::run::health::{HttpAsk, HttpCheck, HttpExchange, TextPattern, TlsAsk, TlsIdentity};

impl Planner<'_> {
    /// The certificate of keepalived's `SSL` block. Without a key it stands in the same file.
    fn identity(&self) -> Option<TlsIdentity> {
        let own = &self.cluster.tls_client;
        let certificate = PathBuf::from(&own.certificate.as_ref()?.value);
        let key = own.key.as_ref().map_or(certificate.clone(), |key| PathBuf::from(&key.value));
        Some(TlsIdentity { certificate, key })
    }

    pub(super) fn http(
        &self,
        http: &Http,
        service: &Service,
        server: &Server,
        target: SocketAddr,
    ) -> HttpAsk {
        let is_of_ldirectord = self.is_of_ldirectord(service);
        // LWP, which ldirectord asks with, speaks 1.1 and follows seven redirections.
        let default = if is_of_ldirectord { HttpVersion::Http11 } else { HttpVersion::Http10 };
        let version = http.version.map_or(default, |version| version.value);
        let address_as_host = http.address_as_host || is_of_ldirectord;
        let host = stated_host(http, service, server);
        let exchanges: Vec<_> = http
            .requests
            .iter()
            .map(|request| {
                let own = request.host.as_ref().map(|host| host.value.clone());
                let of_url = is_of_ldirectord.then(|| request.host_of_url()).flatten();
                // keepalived shows the name of the page where it has one.
                let name = own.clone().and_then(|own| server_name(http, Some(own)));
                let host = of_url.or(own).or_else(|| host.clone());
                let host = host.unwrap_or_else(|| default_host(address_as_host, http.tls, target));
                exchange(http, request, host, name)
            })
            .collect();
        HttpAsk {
            tls: http.tls.then(|| TlsAsk {
                server_name: server_name(http, host),
                verify: false,
                identity: self.identity(),
            }),
            is_version_1_1: version == HttpVersion::Http11,
            closes: version == HttpVersion::Http10Close,
            redirects: if is_of_ldirectord { 7 } else { 0 },
            exchanges,
        }
    }
}

fn exchange(
    http: &Http,
    request: &HttpRequest,
    host: String,
    server_name: Option<String>,
) -> HttpExchange {
    HttpExchange {
        is_head: http.head.is_some_and(|head| head.value),
        path: request.path.as_ref().map_or("/", |path| path.value.as_str()).to_owned(),
        host: Some(host),
        server_name,
        status: request.status.iter().map(|range| range.value).collect(),
        check: HttpCheck {
            digest: request.digest.as_ref().map(|digest| digest.value.clone()),
            pattern: request.body.as_ref().map(|body| TextPattern {
                expression: body.value.expression.clone(),
                is_negated: body.value.negated,
                options: options(request),
                least: offset(request.settings.least_offset).unwrap_or(0),
                largest: offset(request.settings.largest_offset),
            }),
        },
    }
}

/// Letters for the options that make a difference; the others are told of.
fn options(request: &HttpRequest) -> String {
    let stated = request.settings.pattern_options.as_ref();
    let stated = stated.map_or(&[][..], |options| options.value.as_slice());
    let letters = PATTERN_OPTIONS.iter().filter(|(word, _)| stated.iter().any(|own| own == word));
    letters.map(|(_, letter)| *letter).collect()
}

fn offset(stated: Option<Sourced<Option<i64>>>) -> Option<usize> {
    stated.and_then(|stated| usize::try_from(stated.value?).ok())
}

/// Options of keepalived's patterns that are executed, and their letters.
pub const PATTERN_OPTIONS: [(&str, char); 4] =
    [("caseless", 'i'), ("dotall", 's'), ("extended", 'x'), ("multiline", 'm')];

fn stated_host(http: &Http, service: &Service, server: &Server) -> Option<String> {
    let own = server.own.as_deref().and_then(|own| own.settings.host.as_ref());
    let stated = http.host.as_ref().or(own).or(service.host.as_ref());
    stated.map(|host| host.value.clone())
}

/// ldirectord sends the address alone; keepalived adds a port that is not the default.
fn default_host(is_address: bool, is_encrypted: bool, target: SocketAddr) -> String {
    let is_default = target.port() == if is_encrypted { 443 } else { 80 };
    if is_address || is_default {
        return match target.ip() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
    }
    target.to_string()
}

/// keepalived sends a name when `enable_sni` is on: its own, else the host's.
fn server_name(http: &Http, host: Option<String>) -> Option<String> {
    if !http.server_name_indication.is_some_and(|flag| flag.value) {
        return None;
    }
    let own = http.settings.server_name.as_ref().and_then(|name| name.value.clone());
    // A host with a port or an address is no name.
    own.or(host).filter(|name| name.parse::<IpAddr>().is_err() && !name.contains(':'))
}
