//! FTP: login, and a file that holds a text.

use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};

use super::super::{Answer, Failure, FtpAsk, Origin, Question, Reply};
use super::dial::dial;
use super::lines::{Wire, one_line};
use super::pattern::Pattern;
use super::{Asking, Probe, Refusal, failure};
use crate::site::secret::Secret;
use crate::source::text::decode;

pub(super) struct Ftp {
    login: Secret,
    password: Secret,
    file: Option<(String, Pattern)>,
    target: SocketAddr,
    origin: Origin,
}

impl Ftp {
    pub(super) fn new(ask: &FtpAsk, question: &Question) -> Result<Self, Refusal> {
        let file = match &ask.file {
            None => None,
            Some((name, content)) => {
                one_line(name)?;
                Some((name.clone(), Pattern::new(content)?))
            }
        };
        for text in [&ask.login, &ask.password] {
            one_line(text.reveal())?;
        }
        Ok(Self {
            login: ask.login.clone(),
            password: ask.password.clone(),
            file,
            target: question.target,
            origin: question.origin.clone(),
        })
    }

    async fn exchange(&self) -> Answer {
        let mut wire = Wire::new(dial(self.target, &self.origin).await?);
        let greeting = wire.code("220").await?;
        wire.say(&format!("USER {}", self.login.reveal())).await?;
        let reply = wire.reply().await?;
        if reply.starts_with("331") {
            wire.whisper(&format!("PASS {}", self.password.reveal())).await?;
            wire.code("2").await?;
        } else if !reply.starts_with("230") {
            return Err(wire.unexpected("331", &reply));
        }
        if let Some((name, content)) = &self.file {
            let said = self.fetch(&mut wire, name).await?;
            content.judge(&said)?;
        }
        // Nothing depends on the answer.
        let _ = wire.say("QUIT").await;
        Ok(wire.shown(&greeting))
    }

    /// The file's first bytes, over a second connection.
    async fn fetch<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        wire: &mut Wire<S>,
        name: &str,
    ) -> Result<Vec<u8>, Failure> {
        // As ldirectord does; a server without such a folder says no, and goes on.
        wire.say("CWD /").await?;
        wire.reply().await?;
        wire.say("TYPE I").await?;
        wire.code("2").await?;
        let port = match self.target.ip() {
            IpAddr::V4(_) => {
                wire.say("PASV").await?;
                passive_port(&wire.code("227").await?)
            }
            IpAddr::V6(_) => {
                wire.say("EPSV").await?;
                extended_port(&wire.code("229").await?)
            }
        };
        let port = port.ok_or_else(|| Failure::new("the server names no port for the file"))?;
        // At the server itself, wherever it says that it is: a reply must not make us ask others.
        let data = dial(SocketAddr::new(self.target.ip(), port), &self.data_origin()).await?;
        wire.say(&format!("RETR {name}")).await?;
        wire.code("1").await?;
        let mut said = Vec::new();
        let read = data.take(LONGEST).read_to_end(&mut said).await;
        read.map_err(|error| failure(&error))?;
        Ok(said)
    }

    /// The port that is configured is that of the first connection.
    fn data_origin(&self) -> Origin {
        Origin { port: None, ..self.origin.clone() }
    }
}

impl Probe for Ftp {
    fn ask(&self) -> Asking<'_> {
        Box::pin(self.exchange())
    }
}

/// The port that either kind of reply names.
pub(super) fn judge_port(said: &[u8]) -> Answer {
    let reply = decode(said);
    let port = passive_port(&reply).or_else(|| extended_port(&reply));
    port.map(|port| Reply::new(port.to_string())).ok_or_else(|| Failure::new("no port"))
}

/// `227 Entering Passive Mode (10,0,0,29,156,64)` (RFC 959, section 4.1.2).
fn passive_port(reply: &str) -> Option<u16> {
    let mut words = reply.get(4..)?.split(|c: char| !c.is_ascii_digit() && c != ',');
    let mut numbers = words.find(|word| word.matches(',').count() == 5)?.rsplit(',');
    let (low, high) = (numbers.next()?.parse::<u8>().ok()?, numbers.next()?.parse::<u8>().ok()?);
    Some(u16::from_be_bytes([high, low])).filter(|port| *port != 0)
}

/// `229 Entering Extended Passive Mode (|||6446|)` (RFC 2428, section 3).
fn extended_port(reply: &str) -> Option<u16> {
    let (_, rest) = reply.split_once("(|||")?;
    let (port, _) = rest.split_once('|')?;
    port.parse().ok().filter(|port| *port != 0)
}

/// Bytes of a file that are looked at.
const LONGEST: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_replies() {
        let rows = [
            ("227 Entering Passive Mode (10,0,0,29,156,64).", Some(40_000)),
            ("227 =10,0,0,29,0,21", Some(21)),
            ("227 ok 10,0,0,29,0,0", None),
            ("227 Entering Passive Mode", None),
            ("227 (10,0,0,29,256,1)", None),
        ];
        for (reply, port) in rows {
            assert_eq!(passive_port(reply), port, "{reply}");
        }
        assert_eq!(extended_port("229 Extended (|||6446|)"), Some(6446));
        for reply in ["229 Extended (||6446|)", "229 (|||0|)", "229 (|||66000|)", "229"] {
            assert_eq!(extended_port(reply), None, "{reply}");
        }
    }
}
