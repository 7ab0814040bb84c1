//! A text over TCP, and a line of the answer that matches (ldirectord's simpletcp).

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use super::super::{Answer, Failure, Origin, Question, Reply, TextAsk};
use super::dial::dial;
use super::pattern::Pattern;
use super::{Asking, Probe, Refusal, failure, line};
use crate::source::text::decode;

pub(super) struct Text {
    request: Vec<u8>,
    receive: Pattern,
    target: SocketAddr,
    origin: Origin,
}

impl Text {
    pub(super) fn new(ask: &TextAsk, question: &Question) -> Result<Self, Refusal> {
        Ok(Self {
            request: ask.request.clone(),
            receive: Pattern::new(&ask.receive)?,
            target: question.target,
            origin: question.origin.clone(),
        })
    }

    async fn exchange(&self) -> Answer {
        let failed = |error: std::io::Error| failure(&error);
        let mut stream = dial(self.target, &self.origin).await?;
        stream.write_all(&self.request).await.map_err(failed)?;
        stream.shutdown().await.map_err(failed)?;
        let mut answer = BufReader::new(stream.take(LONGEST));
        let mut last = Failure::new("no answer");
        loop {
            let mut said = Vec::new();
            answer.read_until(b'\n', &mut said).await.map_err(failed)?;
            if said.is_empty() {
                return Err(last);
            }
            // Perl's `$` matches in front of a line end, too.
            let end = said.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| last + 1);
            let said = said.get(..end).unwrap_or_default();
            match self.receive.judge(said) {
                Ok(()) => return Ok(Reply::new(line(&decode(said)))),
                Err(failure) => last = failure,
            }
        }
    }
}

impl Probe for Text {
    fn ask(&self) -> Asking<'_> {
        Box::pin(self.exchange())
    }
}

/// Bytes of an answer that are looked at.
const LONGEST: u64 = 1 << 20;
