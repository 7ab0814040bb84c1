//! DNS: a query (RFC 1035) over UDP or TCP.

use std::io;
use std::net::SocketAddr;

use hickory_proto::op::{Message, MessageType, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::super::{Answer, DnsAsk, Failure, Origin, Question, Reply};
use super::dial::{dial, dial_udp};
use super::pattern::Pattern;
use super::{Asking, Probe, Refusal, failure, line};

pub(super) struct Dns {
    query: Query,
    over_tcp: bool,
    answer: Option<Pattern>,
    target: SocketAddr,
    origin: Origin,
}

impl Dns {
    pub(super) fn new(ask: &DnsAsk, question: &Question) -> Result<Self, Refusal> {
        let mut name = Name::from_ascii(&ask.name)
            .map_err(|_| Refusal::Domain(ask.name.clone(), "domain name"))?;
        // Nobody appends a search domain to what is asked of a server.
        name.set_fqdn(true);
        let record: RecordType = ask
            .record
            .parse()
            .map_err(|_| Refusal::Domain(ask.record.clone(), "type of record"))?;
        Ok(Self {
            query: Query::query(name, record),
            over_tcp: ask.over_tcp,
            answer: ask.answer.as_ref().map(Pattern::new).transpose()?,
            target: question.target,
            origin: question.origin.clone(),
        })
    }

    async fn exchange(&self) -> Answer {
        // With a number that nobody can guess.
        let mut request = Message::query();
        request.metadata.recursion_desired = true;
        request.add_query(self.query.clone());
        let bytes = request.to_vec().map_err(|error| Failure::new(error.to_string()))?;
        let id = request.metadata.id;
        let exchanged = async {
            if self.over_tcp {
                self.over_tcp(&bytes, id).await
            } else {
                self.over_udp(&bytes, id).await
            }
        };
        self.judge(&exchanged.await?)
    }

    async fn over_udp(&self, request: &[u8], id: u16) -> Result<Message, Failure> {
        let failed = |error: io::Error| failure(&error);
        let socket = dial_udp(self.target, &self.origin)?;
        socket.send(request).await.map_err(failed)?;
        let mut buffer = vec![0; LONGEST];
        loop {
            let length = socket.recv(&mut buffer).await.map_err(failed)?;
            let reply = read(buffer.get(..length).unwrap_or_default())?;
            // A late answer to an earlier question.
            if reply.metadata.id == id {
                return Ok(reply);
            }
        }
    }

    async fn over_tcp(&self, request: &[u8], id: u16) -> Result<Message, Failure> {
        let failed = |error: io::Error| failure(&error);
        let mut stream = dial(self.target, &self.origin).await?;
        // RFC 1035, section 4.2.2: the length goes before. A query is shorter than 300 bytes.
        let length = u16::try_from(request.len()).unwrap_or(u16::MAX);
        stream.write_u16(length).await.map_err(failed)?;
        stream.write_all(request).await.map_err(failed)?;
        let length = stream.read_u16().await.map_err(failed)?;
        let mut buffer = vec![0; usize::from(length)];
        stream.read_exact(&mut buffer).await.map_err(failed)?;
        let reply = read(&buffer)?;
        let is_ours = reply.metadata.id == id;
        if is_ours { Ok(reply) } else { Err(Failure::new("the answer to another question")) }
    }

    /// Of a whole message.
    pub(super) fn judge_bytes(&self, reply: &[u8]) -> Answer {
        self.judge(&read(reply)?)
    }

    fn judge(&self, reply: &Message) -> Answer {
        if reply.metadata.message_type != MessageType::Response {
            return Err(Failure::new("a question instead of an answer"));
        }
        if reply.metadata.response_code != ResponseCode::NoError {
            return Err(Failure::new(format!("{}", reply.metadata.response_code)));
        }
        let Some(pattern) = &self.answer else {
            return Ok(Reply::new(format!("{} records", reply.answers.len())));
        };
        let mut last = Failure::new("no record in the answer");
        for record in &reply.answers {
            // Aliases on the way to what was asked for are no answer.
            if record.record_type() != self.query.query_type() {
                continue;
            }
            let text = record.data.to_string();
            // Perl's resolver shows names without the dot of the root.
            match pattern.judge(text.trim_end_matches('.').as_bytes()) {
                Ok(()) => return Ok(Reply::new(line(&text))),
                Err(failure) => last = failure,
            }
        }
        Err(last)
    }
}

impl Probe for Dns {
    fn ask(&self) -> Asking<'_> {
        Box::pin(self.exchange())
    }
}

fn read(bytes: &[u8]) -> Result<Message, Failure> {
    Message::from_vec(bytes)
        .map_err(|error| Failure::new(format!("no DNS: {}", line(&error.to_string()))))
}

/// Bytes of a datagram.
const LONGEST: usize = 64 * 1024;
