//! How a question is asked. One file per protocol; each implements [`Probe`].

use std::fmt::Display;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::{Answer, Ask, Failure, Origin, Question};

mod combined;
mod connect;
mod dial;
mod dns;
mod file;
mod ftp;
mod http;
mod lines;
mod pattern;
mod ping;
mod radius;
mod script;
mod sip;
#[cfg(test)]
mod tests;
mod text;
mod tls;
mod udp;

pub use http::judge_response;
pub use tls::Trust;

/// A future that a probe returns.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// One way of asking. An implementation need not care for time: who waits gives up after the
/// question's limit and drops the future, which must leave nothing behind.
pub trait Probe: Send + Sync {
    /// Asks once.
    fn ask(&self) -> Asking<'_>;
}

/// A question that cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The name cannot be asked for, or there is no such type of record.
    #[error("`{0}` is no {1} of DNS")]
    Domain(String, &'static str),
    /// The own certificate or its key cannot be used.
    #[error("the certificate or key in `{0}` cannot be used: {1}")]
    Identity(String, String),
    /// A login or password would be several lines for the server.
    #[error("a line break cannot stand in what is said to the server")]
    LineBreak,
    /// The regular expression cannot be understood.
    #[error("the pattern `{0}` cannot be understood: {1}")]
    Pattern(String, String),
    /// A login or password is longer than the protocol allows.
    #[error("a {0} of more than {1} bytes cannot be sent")]
    Long(&'static str, usize),
    /// The path or host is no part of an HTTP request.
    #[error("`{0}` cannot stand in an HTTP request")]
    Request(String),
    /// The name is no name of a TLS server.
    #[error("`{0}` is not a host name")]
    ServerName(String),
    /// The trust roots of the system cannot be read.
    #[error("certificates are to be verified, but the system's trust roots cannot be read: {0}")]
    Trust(String),
}

/// The probe of a question.
///
/// # Errors
///
/// What in the question can never work, so that it is said at the start and not by every check.
pub fn build(question: &Question, trust: &Trust) -> Result<Arc<dyn Probe>, Refusal> {
    Ok(match &question.ask {
        Ask::AlwaysDown => Arc::new(Fixed(Err(Failure::new("switched off")))),
        Ask::AlwaysUp => Arc::new(Fixed(Ok(super::Reply::new("not checked")))),
        Ask::Combined { connects, limit, negotiate } => {
            let negotiate = Question { ask: (**negotiate).clone(), ..question.clone() };
            let negotiate = build(&negotiate, trust)?;
            Arc::new(combined::Combined::new(*connects, *limit, question, negotiate))
        }
        Ask::Connect => Arc::new(connect::Connect::new(question)),
        Ask::Dns(ask) => Arc::new(dns::Dns::new(ask, question)?),
        Ask::File { path, factor } => Arc::new(file::File::new(path, *factor)),
        Ask::Ftp(ask) => Arc::new(ftp::Ftp::new(ask, question)?),
        Ask::Http(ask) => Arc::new(http::Http::new(ask, question, trust)?),
        Ask::Lines(ask) => Arc::new(lines::Lines::new(ask, question, trust)?),
        Ask::Ping { tries } => Arc::new(ping::Ping::new(*tries, question)),
        Ask::Radius(ask) => Arc::new(radius::Radius::new(ask, question)?),
        Ask::Script(ask) => Arc::new(script::Script::new(ask)),
        Ask::Sip(ask) => Arc::new(sip::Sip::new(ask, question)?),
        Ask::Text(ask) => Arc::new(text::Text::new(ask, question)?),
        Ask::Udp(ask) => Arc::new(udp::Udp::new(ask, question)),
    })
}

/// One echo request to a host, of either family.
pub fn ping(host: IpAddr, limit: Duration) -> impl Probe {
    let target = SocketAddr::new(host, 0);
    let origin = Origin::default();
    let ask = Ask::Ping { tries: 1 };
    ping::Ping::new(1, &Question { ask, target, origin, limit, interval: limit })
}

/// What the questions of dialogues make of all that a server says, without a server: lines, answers of
/// DNS, RADIUS and SIP, and the port that FTP names. Other questions say nothing of it.
///
/// # Errors
///
/// As [`build`].
pub async fn judge_dialogue(question: &Question, said: &[u8]) -> Result<Answer, Refusal> {
    Ok(match &question.ask {
        Ask::Dns(ask) => dns::Dns::new(ask, question)?.judge_bytes(said),
        Ask::Ftp(_) => ftp::judge_port(said),
        Ask::Lines(ask) => {
            lines::converse(tokio::io::join(said, tokio::io::sink()), &ask.steps).await
        }
        Ask::Radius(ask) => radius::judge(ask, said),
        Ask::Sip(_) => sip::judge_datagram(said),
        _ => Err(Failure::new("no dialogue")),
    })
}

/// Asks once, within the question's limit.
pub async fn run(probe: &dyn Probe, limit: Duration) -> Answer {
    match tokio::time::timeout(limit, probe.ask()).await {
        Ok(answer) => answer,
        Err(_) => {
            let seconds = crate::model::show_seconds(limit);
            Err(Failure::new(format!("no answer within {seconds} s")))
        }
    }
}

/// Checktypes `on` and `off`.
struct Fixed(Answer);

impl Probe for Fixed {
    fn ask(&self) -> Asking<'_> {
        Box::pin(std::future::ready(self.0.clone()))
    }
}

/// What an error of the operating system says of a server.
fn failure(error: &io::Error) -> Failure {
    let is_local = error.raw_os_error().is_some_and(|number| LOCAL.contains(&number));
    Failure { cause: cause(error), is_local }
}

/// The same with what it is about in front.
fn failure_of(what: impl Display, error: &io::Error) -> Failure {
    let Failure { cause, is_local } = failure(error);
    Failure { cause: format!("{what}: {cause}"), is_local }
}

/// An error of the operating system in a few words, without its number.
fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().collect::<String>() + characters.as_str()
    })
}

/// What a server said, in one line that no terminal can be confused with.
fn line(said: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    said.chars().map(clean).take(SHOWN).collect::<String>().trim().to_owned()
}

/// Errors of a director that has no descriptor, memory, room or port left, or not the address that a check is
/// to come from. No server can cause them.
const LOCAL: [i32; 5] =
    [libc::EADDRNOTAVAIL, libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM];
/// Characters of an answer that are kept.
const SHOWN: usize = 120;
