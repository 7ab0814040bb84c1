//! SIP: an OPTIONS request (RFC 3261, section 11).

use std::fmt::Display;
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use super::super::{Answer, Failure, Origin, Question, Reply, SipAsk};
use super::dial::{dial, dial_udp};
use super::lines::{Wire, one_line, unexpected};
use super::{Asking, Probe, Refusal, failure, line};
use crate::source::text::decode;

pub(super) struct Sip {
    ask: SipAsk,
    target: SocketAddr,
    origin: Origin,
}

impl Sip {
    pub(super) fn new(ask: &SipAsk, question: &Question) -> Result<Self, Refusal> {
        one_line(&ask.login)?;
        Ok(Self { ask: ask.clone(), target: question.target, origin: question.origin.clone() })
    }

    async fn exchange(&self) -> Answer {
        if self.ask.over_tcp { self.over_tcp().await } else { self.over_udp().await }
    }

    async fn over_tcp(&self) -> Answer {
        let stream = dial(self.target, &self.origin).await?;
        let own = stream.local_addr().map_err(|error| failure(&error))?;
        let mut wire = Wire::new(stream);
        // `say` adds the last line end.
        wire.say(self.request("TCP", &own).trim_end_matches("\r\n")).await?;
        wire.say("").await?;
        for _ in 0..LINES {
            let said = wire.line().await?;
            if let Some(answer) = judge(&said) {
                return answer;
            }
        }
        Err(Failure::new("no final answer"))
    }

    async fn over_udp(&self) -> Answer {
        let failed = |error: std::io::Error| failure(&error);
        let socket = dial_udp(self.target, &self.origin)?;
        let own = socket.local_addr().map_err(failed)?;
        socket.send(self.request("UDP", &own).as_bytes()).await.map_err(failed)?;
        let mut buffer = vec![0; LONGEST];
        loop {
            let length = socket.recv(&mut buffer).await.map_err(failed)?;
            let said = decode(buffer.get(..length).unwrap_or_default());
            if let Some(answer) = judge(said.lines().next().unwrap_or_default()) {
                return answer;
            }
        }
    }

    fn request(&self, transport: &str, own: &impl Display) -> String {
        // Two requests must not be taken for one that was sent again.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let login = &self.ask.login;
        format!(
            "OPTIONS sip:{login} SIP/2.0\r\n\
             Via: SIP/2.0/{transport} {own};branch=z9hG4bK{now:x}\r\n\
             Max-Forwards: 70\r\n\
             To: <sip:{login}>\r\n\
             From: <sip:{login}>;tag={now:x}\r\n\
             Call-ID: {now:x}@{own}\r\n\
             CSeq: 1 OPTIONS\r\n\
             Contact: <sip:{own}>\r\n\
             Accept: application/sdp\r\n\
             Content-Length: 0\r\n\r\n"
        )
    }
}

impl Probe for Sip {
    fn ask(&self) -> Asking<'_> {
        Box::pin(self.exchange())
    }
}

/// What a datagram says.
pub(super) fn judge_datagram(said: &[u8]) -> Answer {
    let said = decode(said);
    let judged = judge(said.lines().next().unwrap_or_default());
    judged.unwrap_or_else(|| Err(Failure::new("no final answer")))
}

/// What a status line says; `None` for a provisional one, and for the lines behind it.
fn judge(said: &str) -> Option<Answer> {
    let Some(status) = said.strip_prefix("SIP/2.0 ") else {
        let is_header = said.is_empty() || said.contains(':');
        return (!is_header).then(|| Err(unexpected("SIP/2.0 200", said)));
    };
    match status.get(..1) {
        Some("1") => None,
        _ if status.starts_with("200") => Some(Ok(Reply::new(line(status)))),
        _ => Some(Err(unexpected("200", status))),
    }
}

/// Lines until the final answer.
const LINES: u32 = 1000;
/// Bytes of a datagram.
const LONGEST: usize = 64 * 1024;
