//! Dialogues in lines: what is said and heard is data, in the question.

use std::cmp::Reverse;
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::io::{AsyncWriteExt as _, BufReader};

use super::super::{Answer, Failure, LinesAsk, Origin, Question, Reply, Step};
use super::dial::dial;
use super::tls::{Encryption, Trust};
use super::{Asking, Probe, Refusal, failure, line};
use crate::site::secret::Secret;
use crate::source::text::{decode_owned, encode};

pub(super) struct Lines {
    steps: Vec<Step>,
    target: SocketAddr,
    origin: Origin,
    encryption: Option<Encryption>,
}

impl Lines {
    pub(super) fn new(ask: &LinesAsk, question: &Question, trust: &Trust) -> Result<Self, Refusal> {
        for step in &ask.steps {
            if let Step::Say(text) | Step::Whisper(text) = step {
                one_line(text.reveal())?;
            }
        }
        let encryption = |tls| Encryption::new(tls, question.target.ip(), trust);
        Ok(Self {
            steps: ask.steps.clone(),
            target: question.target,
            origin: question.origin.clone(),
            encryption: ask.tls.as_ref().map(encryption).transpose()?,
        })
    }

    async fn talk(&self) -> Answer {
        let stream = dial(self.target, &self.origin).await?;
        match &self.encryption {
            None => converse(stream, &self.steps).await,
            Some(encryption) => converse(encryption.encrypt(stream).await?, &self.steps).await,
        }
    }
}

impl Probe for Lines {
    fn ask(&self) -> Asking<'_> {
        Box::pin(self.talk())
    }
}

/// Refuses what would be two lines for the server.
pub(super) fn one_line(text: &str) -> Result<(), Refusal> {
    if text.contains(['\r', '\n', '\0']) { Err(Refusal::LineBreak) } else { Ok(()) }
}

pub(super) async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    steps: &[Step],
) -> Answer {
    let mut wire = Wire::new(stream);
    let mut said = String::new();
    for (position, step) in steps.iter().enumerate() {
        match step {
            Step::Say(text) => {
                let sent = wire.say(text.reveal()).await;
                // A server that hangs up before our farewell has answered all questions.
                if position + 1 < steps.len() {
                    sent?;
                }
            }
            Step::Whisper(text) => wire.whisper(text.reveal()).await?,
            Step::HearCode(digits) => said = wire.code(digits).await?,
            Step::Hear(beginnings) => {
                said = wire.line().await?;
                if !beginnings.iter().any(|beginning| said.starts_with(beginning)) {
                    return Err(wire.unexpected(beginnings.first().unwrap_or(&""), &said));
                }
            }
            Step::HearTagged(tag) => said = wire.tagged(tag).await?,
        }
    }
    Ok(wire.shown(&said))
}

/// A connection that is read and written line by line, within limits. What is heard decides as it is;
/// only what is shown of it hides what was whispered.
pub(super) struct Wire<S> {
    stream: BufReader<S>,
    hidden: Vec<Secret>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream: BufReader::new(stream), hidden: Vec::new() }
    }

    /// Says what nobody may read in a log, where replies end up; some servers repeat what they refuse.
    pub(super) async fn whisper(&mut self, text: &str) -> Result<(), Failure> {
        let words = text.split_whitespace().skip(1).flat_map(forms);
        self.hidden.extend(words.filter(|word| !word.is_empty()).map(Secret::new));
        // The longer ones first: of a word with another in it the rest would be left.
        self.hidden.sort_by_key(|word| Reverse(word.reveal().len()));
        self.say(text).await
    }

    pub(super) async fn say(&mut self, text: &str) -> Result<(), Failure> {
        let text = format!("{text}\r\n");
        let sent = async {
            self.stream.write_all(&encode(&text)).await?;
            self.stream.flush().await
        };
        sent.await.map_err(|error| failure(&error))
    }

    /// The next line without its end.
    pub(super) async fn line(&mut self) -> Result<String, Failure> {
        let mut bytes = Vec::new();
        let read = (&mut self.stream).take(LONGEST).read_until(b'\n', &mut bytes).await;
        read.map_err(|error| failure(&error))?;
        match bytes.last() {
            None => return Err(Failure::new("the server closed the connection")),
            Some(b'\n') => {}
            Some(_) if bytes.len() as u64 >= LONGEST => {
                return Err(Failure::new(format!("a line of more than {LONGEST} bytes")));
            }
            Some(_) => {}
        }
        let end = bytes.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n'));
        bytes.truncate(end.map_or(0, |last| last + 1));
        Ok(decode_owned(bytes))
    }

    /// The last line of a reply whose code begins with `digits`.
    pub(super) async fn code(&mut self, digits: &str) -> Result<String, Failure> {
        let reply = self.reply().await?;
        if reply.starts_with(digits) {
            return Ok(reply);
        }
        Err(self.unexpected(&format!("{digits:x<3}"), &reply))
    }

    /// The last line of a reply of one or more (RFC 5321, section 4.2.1; RFC 959, section 4.2).
    pub(super) async fn reply(&mut self) -> Result<String, Failure> {
        let mut is_open = false;
        for _ in 0..LINES {
            let heard = self.line().await?;
            let (code, rest) = heard.split_at_checked(3).unwrap_or((&heard, ""));
            let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
            match (is_code, rest.starts_with('-')) {
                (true, true) => is_open = true,
                (true, false) => return Ok(heard),
                // FTP's lines in between are any text.
                (false, _) if is_open => {}
                (false, _) => return Err(self.unexpected("a code", &heard)),
            }
        }
        Err(too_many())
    }

    /// The line that ends the answer to the command with `tag` (RFC 9051, section 2.2.2).
    async fn tagged(&mut self, tag: &str) -> Result<String, Failure> {
        for _ in 0..LINES {
            let heard = self.line().await?;
            let Some(rest) = heard.strip_prefix(tag).and_then(|rest| rest.strip_prefix(' ')) else {
                continue;
            };
            let is_good = rest.starts_with("OK");
            return if is_good { Ok(heard) } else { Err(self.unexpected("OK", &heard)) };
        }
        Err(too_many())
    }

    /// What may be shown of a line.
    pub(super) fn shown(&self, heard: &str) -> Reply {
        Reply::new(line(&self.without_hidden(heard)))
    }

    /// The failure that a line is.
    pub(super) fn unexpected(&self, wanted: &str, heard: &str) -> Failure {
        unexpected(wanted, &self.without_hidden(heard))
    }

    fn without_hidden(&self, heard: &str) -> String {
        let hide = |text: String, word: &Secret| text.replace(word.reveal(), "****");
        self.hidden.iter().fold(heard.to_owned(), hide)
    }
}

pub(super) fn unexpected(wanted: &str, heard: &str) -> Failure {
    Failure::new(format!("`{}` instead of {wanted}", line(heard)))
}

/// A word as it is sent, without its quotes, and as a server repeats it that has read them (RFC 9051,
/// section 4.3).
fn forms(word: &str) -> [String; 3] {
    let bare = word.strip_prefix('"').unwrap_or(word);
    let bare = bare.strip_suffix('"').unwrap_or(bare);
    let mut characters = bare.chars();
    let read = std::iter::from_fn(|| match characters.next() {
        Some('\\') => characters.next(),
        other => other,
    });
    let read = read.collect();
    [word.to_owned(), bare.to_owned(), read]
}

fn too_many() -> Failure {
    Failure::new(format!("more than {LINES} lines"))
}

/// Bytes of a line; RFC 5321, section 4.5.3.1.5 asks for 512.
const LONGEST: u64 = 8 * 1024;
/// Lines of a reply.
const LINES: u32 = 1000;
