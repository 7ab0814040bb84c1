//! `lvsha verify`: what a client sees of the services.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;

use super::fleet::block_on;
use super::printer::Printer;
use super::site_input::InventoryArguments;
use super::{ExitCode, Failure};
use crate::model::{HttpRequest, ProbeKind, Protocol, Service, Target};
use crate::site::{Secrets, show_target};

/// Send requests through the virtual addresses: all are answered, by every server, as weighted
///
/// The pages of the real servers must differ for the second half of that; they are fetched
/// directly first. A service that is not checked by HTTP is only connected to.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: InventoryArguments,

    /// Requests for each service
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    requests: u32,

    /// Path to ask for [default: that of the service's probe, or / when the pages differ only there]
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let site = arguments.site.load(Secrets::Leave, printer)?;
    let mut all_well = true;
    let mut tried = 0;
    for service in &site.cluster.services {
        let Target::Endpoint { address, port } = service.target.value else { continue };
        if service.protocol.is_some_and(|protocol| protocol.value != Protocol::Tcp) || port == 0 {
            continue;
        }
        tried += 1;
        let (line, is_well) = block_on(async {
            match way(service, port, arguments.path.is_some()) {
                Way::Connect(why) => {
                    connections(SocketAddr::new(address, port), why, arguments.requests).await
                }
                Way::Http => verify(service, address, port, arguments).await,
            }
        })?;
        all_well &= is_well;
        printer.result(&format!("{}: {line}\n", show_target(&service.target.value)))?;
    }
    if tried == 0 {
        printer.status("no service has an address and a TCP port");
    }
    Ok(if all_well && tried > 0 { ExitCode::Success } else { ExitCode::Findings })
}

/// How a client talks to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It opens connections and says nothing, because of this.
    Connect(&'static str),
    /// It asks for pages.
    Http,
}

/// A request in the wrong protocol would be told as a fault of the service.
fn way(service: &Service, port: u16, is_path_named: bool) -> Way {
    let mut asked = service.probes.iter().filter_map(|probe| match probe.kind.negotiation() {
        ProbeKind::Http(http) => Some(http.tls),
        _ => None,
    });
    match asked.next() {
        Some(false) => Way::Http,
        Some(true) => Way::Connect("it speaks TLS"),
        None if is_path_named || port == WEB => Way::Http,
        None => Way::Connect("no probe of it asks for a page; `--path` does"),
    }
}

/// Connections through the virtual address: somebody accepts them all.
async fn connections(address: SocketAddr, why: &str, count: u32) -> (String, bool) {
    let (mut failed, mut reason) = (0, String::new());
    for _ in 0..count {
        let connected = tokio::net::TcpStream::connect(address);
        let told = match tokio::time::timeout(PATIENCE, connected).await {
            Ok(Ok(_)) => continue,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer".to_owned(),
        };
        failed += 1;
        reason = told;
    }
    let mut words =
        format!("{} of {count} connections accepted, nothing was asked: {why}", count - failed);
    if failed > 0 {
        words.push_str(&format!("; {failed} failed: {reason}"));
    }
    (words, failed == 0)
}

async fn verify(
    service: &Service,
    address: IpAddr,
    port: u16,
    arguments: &Arguments,
) -> (String, bool) {
    let host = service.host.as_ref().map_or_else(|| address.to_string(), |host| host.value.clone());
    // Which server answered is told by its page. A probe's is often the same on all.
    let named = arguments.path.as_deref().map(Page::good);
    let (page, Direct { pages, weights }) = match named.or_else(|| Page::of(service)) {
        None => (Page::good("/"), direct(service, port, &host, &Page::good("/")).await),
        Some(first) => {
            let found = direct(service, port, &host, &first).await;
            if arguments.path.is_some() || found.pages.len() > 1 {
                (first, found)
            } else {
                let root = Page::good("/");
                let other = direct(service, port, &host, &root).await;
                if other.pages.len() > 1 { (root, other) } else { (first, found) }
            }
        }
    };
    let mut answers: BTreeMap<String, u32> = BTreeMap::new();
    let (mut failed, mut reason) = (0, String::new());
    for _ in 0..arguments.requests {
        match fetch(SocketAddr::new(address, port), &host, &page).await {
            Ok(body) => {
                let who = match pages.get(&body).map(Vec::as_slice) {
                    Some([one]) => one.clone(),
                    Some(_) => "several alike".to_owned(),
                    None => "unknown".to_owned(),
                };
                *answers.entry(who).or_default() += 1;
            }
            Err(error) => {
                failed += 1;
                reason = error;
            }
        }
    }
    let fair = is_fair(&answers, &weights, service, arguments.requests);
    let is_well = failed == 0 && fair.is_ok();
    (told(&answers, failed, &reason, fair.err()), is_well)
}

/// How many requests were answered, by whom, and what is wrong with that.
fn told(
    answers: &BTreeMap<String, u32>,
    failed: u32,
    reason: &str,
    unfair: Option<String>,
) -> String {
    let answered: u32 = answers.values().sum();
    let mut words = vec![format!("{answered} of {} answered", answered + failed)];
    if !answers.is_empty() {
        let shares = answers.iter().map(|(server, count)| format!("{server} {count}"));
        words.push(shares.collect::<Vec<_>>().join(", "));
    }
    if failed > 0 {
        words.push(format!("{failed} failed: {reason}"));
    }
    words.extend(unfair);
    words.join("; ")
}

/// What the real servers answer when they are asked directly.
struct Direct {
    /// Pages, and the servers that have them.
    pages: BTreeMap<Bytes, Vec<String>>,
    /// Weights of the servers that answered.
    weights: BTreeMap<String, u32>,
}

async fn direct(service: &Service, port: u16, host: &str, page: &Page) -> Direct {
    let mut found = Direct { pages: BTreeMap::new(), weights: BTreeMap::new() };
    for server in &service.servers {
        let own = SocketAddr::new(server.address, server.port.unwrap_or(port));
        if let Ok(body) = fetch(own, host, page).await {
            found.pages.entry(body).or_default().push(own.to_string());
            found.weights.insert(own.to_string(), service.weight_of(server));
        }
    }
    found
}

/// Round robin is exact; of the other schedulers it is only asked that every server has its turn.
fn is_fair(
    answers: &BTreeMap<String, u32>,
    weights: &BTreeMap<String, u32>,
    service: &Service,
    requests: u32,
) -> Result<(), String> {
    let is_told_apart = weights.keys().any(|server| answers.contains_key(server));
    if !is_told_apart || weights.len() < 2 {
        return Ok(());
    }
    if service.persistence.is_some() {
        return match answers.len() {
            1 => Ok(()),
            _ => Err("persistence is set, but several servers answered".to_owned()),
        };
    }
    let scheduler = service.scheduler.as_ref().map_or("wlc", |scheduler| &scheduler.value);
    // Weights are any number that an inventory may hold: products and sums of them are wider.
    let share = |weight: &u32| if scheduler == "rr" { 1 } else { u64::from(*weight) };
    let living = || weights.iter().filter(|(_, weight)| **weight > 0);
    let total: u64 = living().map(|(_, weight)| share(weight)).sum();
    for (server, weight) in living() {
        let got = u64::from(answers.get(server).copied().unwrap_or(0));
        let share = share(weight);
        let wanted = u64::from(requests) * share / total.max(1);
        // A round that other clients began, or that ends in the middle, is one request off.
        let is_exact = matches!(scheduler, "rr" | "wrr");
        if got == 0 || (is_exact && got.abs_diff(wanted) > share.max(1)) {
            return Err(format!("{server} should have answered about {wanted}"));
        }
    }
    Ok(())
}

/// What is asked for, and how it is answered when all is well.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Page {
    path: String,
    /// Ranges of codes; any that means success when there is none.
    status: Vec<(u16, u16)>,
}

impl Page {
    fn good(path: &str) -> Self {
        Self { path: path.to_owned(), status: Vec::new() }
    }

    /// The first one that a probe of the service asks for.
    fn of(service: &Service) -> Option<Self> {
        let request = service.probes.iter().find_map(|probe| match probe.kind.negotiation() {
            ProbeKind::Http(http) => http.requests.first(),
            _ => None,
        });
        let HttpRequest { path, status, .. } = request?;
        let path = path.as_ref().map_or_else(|| "/".to_owned(), |path| path.value.clone());
        Some(Self { path, status: status.iter().map(|range| range.value).collect() })
    }

    fn is_answered_by(&self, status: hyper::StatusCode) -> bool {
        let is_within = |(first, last): &(u16, u16)| (*first..=*last).contains(&status.as_u16());
        match self.status.as_slice() {
            [] => status.is_success(),
            wanted => wanted.iter().any(is_within),
        }
    }
}

/// One request over a connection of its own: the kernel schedules connections.
async fn fetch(address: SocketAddr, host: &str, page: &Page) -> Result<Bytes, String> {
    let dialogue = async {
        let stream = tokio::net::TcpStream::connect(address).await.map_err(|e| e.to_string())?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| error.to_string())?;
        let driver = tokio::spawn(connection);
        let request = Request::get(&page.path)
            .header("host", host)
            .header("connection", "close")
            .body(Empty::<Bytes>::new())
            .map_err(|error| error.to_string())?;
        let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), PAGE).collect().await;
        driver.abort();
        let body = body.map_err(|error| error.to_string())?.to_bytes();
        if page.is_answered_by(status) { Ok(body) } else { Err(format!("status {status}")) }
    };
    tokio::time::timeout(PATIENCE, dialogue).await.unwrap_or_else(|_| Err("no answer".to_owned()))
}

const PATIENCE: Duration = Duration::from_secs(5);
/// Where browsers look.
const WEB: u16 = 80;
/// Largest page that is compared, in bytes.
const PAGE: usize = 1 << 20;

#[cfg(test)]
mod tests;
