//! A UDP packet: an ICMP error is a failure, silence is one only where a reply is wanted.

use std::net::SocketAddr;
use std::time::Duration;

use super::super::{Answer, Failure, Origin, Question, Reply, UdpAsk};
use super::dial::dial_udp;
use super::{Asking, Probe, failure};

pub(super) struct Udp {
    ask: UdpAsk,
    target: SocketAddr,
    origin: Origin,
    /// How long silence is listened to.
    patience: Duration,
}

impl Udp {
    pub(super) fn new(ask: &UdpAsk, question: &Question) -> Self {
        Self {
            ask: ask.clone(),
            target: question.target,
            origin: question.origin.clone(),
            // Less than the limit of the whole, so that silence can still be judged.
            patience: question.limit * 9 / 10,
        }
    }

    async fn exchange(&self) -> Answer {
        let failed = |error: std::io::Error| failure(&error);
        let socket = dial_udp(self.target, &self.origin)?;
        socket.send(&self.ask.payload).await.map_err(failed)?;
        let mut buffer = vec![0; LONGEST];
        match tokio::time::timeout(self.patience, socket.recv(&mut buffer)).await {
            Err(_) if self.ask.needs_reply => Err(Failure::new("no reply")),
            Err(_) => Ok(Reply::new("no error")),
            Ok(Err(error)) => Err(failed(error)),
            Ok(Ok(length)) => self.judge(buffer.get(..length).unwrap_or_default()),
        }
    }

    fn judge(&self, reply: &[u8]) -> Answer {
        // keepalived looks at the length only where it compares bytes.
        if !self.ask.needs_reply || self.ask.reply.is_empty() {
            return Ok(Reply::new("replied"));
        }
        if reply.len() < self.ask.shortest || reply.len() > self.ask.longest {
            return Err(Failure::new(format!("a reply of {} bytes", reply.len())));
        }
        let mut pairs = self.ask.reply.iter().enumerate();
        let differs = pairs.any(|(place, (value, mask))| {
            // And at no more bytes than came.
            reply.get(place).is_some_and(|byte| byte & mask != value & mask)
        });
        if differs { Err(Failure::new("another reply")) } else { Ok(Reply::new("replied")) }
    }
}

impl Probe for Udp {
    fn ask(&self) -> Asking<'_> {
        Box::pin(self.exchange())
    }
}

/// Bytes of a reply that are looked at.
const LONGEST: usize = 64 * 1024;
