//! HTTP and HTTPS: hyper's client over a connection of our own.
//!
//! Limits, whatever a server does: headers of 64 KiB together, a body of 64 MiB for a digest, its first
//! MiB for a pattern, and the question's limit for all exchanges together. A body that nobody asks for
//! is not read.

use std::net::SocketAddr;

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode, Uri, Version};
use hyper_util::rt::TokioIo;
use md5::{Digest, Md5};
use tokio::io::{AsyncRead, AsyncWrite};

use super::super::question::TlsAsk;
use super::super::{Answer, Failure, HttpAsk, HttpExchange, Origin, Question, Reply};
use super::dial::dial;
use super::pattern::Pattern;
use super::tls::{Encryption, Trust};
use super::{Asking, Probe, Refusal};
use crate::source::words::hex;

mod heard;
mod redirect;
#[cfg(test)]
mod tests;

pub use heard::judge_response;
use redirect::Place;

pub(super) struct Http {
    target: SocketAddr,
    origin: Origin,
    tls: Option<(TlsAsk, Encryption)>,
    version: Version,
    closes: bool,
    redirects: u8,
    exchanges: Vec<Exchange>,
}

struct Exchange {
    /// Where it is not that of the others.
    encryption: Option<Encryption>,
    method: Method,
    uri: Uri,
    host: Option<String>,
    status: Vec<(u16, u16)>,
    digest: Option<String>,
    pattern: Option<Pattern>,
}

impl Http {
    pub(super) fn new(ask: &HttpAsk, question: &Question, trust: &Trust) -> Result<Self, Refusal> {
        let encrypted = |tls: &TlsAsk| Encryption::new(tls, question.target.ip(), trust);
        let encryption = |tls: &TlsAsk| encrypted(tls).map(|made| (tls.clone(), made));
        let exchange = |exchange: &HttpExchange| -> Result<Exchange, Refusal> {
            let mut made = Exchange::new(exchange)?;
            if let (Some(tls), Some(_)) = (&ask.tls, &exchange.server_name) {
                let server_name = exchange.server_name.clone();
                made.encryption = Some(encrypted(&TlsAsk { server_name, ..tls.clone() })?);
            }
            Ok(made)
        };
        Ok(Self {
            target: question.target,
            origin: question.origin.clone(),
            tls: ask.tls.as_ref().map(encryption).transpose()?,
            version: if ask.is_version_1_1 { Version::HTTP_11 } else { Version::HTTP_10 },
            closes: ask.closes || ask.is_version_1_1,
            redirects: ask.redirects,
            exchanges: ask.exchanges.iter().map(exchange).collect::<Result<_, _>>()?,
        })
    }

    async fn ask_all(&self) -> Answer {
        let mut said = Reply::new("no request");
        for exchange in &self.exchanges {
            said = Reply::new(self.exchange(exchange).await?);
        }
        Ok(said)
    }

    /// One request, and those that it is redirected to.
    async fn exchange(&self, exchange: &Exchange) -> Result<String, Failure> {
        let mut place = self.first_place(exchange);
        for _ in 0..=self.redirects {
            match self.request(exchange, &place).await? {
                Outcome::Judged(said) => return Ok(said),
                Outcome::Redirected(location) => place = place.follow(&location).await?,
            }
        }
        Err(Failure::new(format!("more than {} redirections", self.redirects)))
    }

    /// The server itself.
    fn first_place(&self, exchange: &Exchange) -> Place {
        Place {
            target: self.target,
            is_encrypted: self.tls.is_some(),
            host: exchange.host.clone(),
            uri: exchange.uri.clone(),
        }
    }

    async fn request(&self, exchange: &Exchange, place: &Place) -> Result<Outcome, Failure> {
        let stream = dial(place.target, &self.origin).await?;
        if !place.is_encrypted {
            return self.speak(stream, exchange, place).await;
        }
        // Somewhere else than at the server itself, or redirected from plain HTTP: made for this once.
        let once;
        let encryption = match &self.tls {
            Some((_, encryption)) if place.target == self.target => {
                exchange.encryption.as_ref().unwrap_or(encryption)
            }
            other => {
                let verify = other.as_ref().is_some_and(|(ask, _)| ask.verify);
                let server_name = other.as_ref().and_then(|(ask, _)| ask.server_name.as_ref());
                let server_name = server_name.and(place.host.clone());
                let identity = other.as_ref().and_then(|(ask, _)| ask.identity.clone());
                let ask = TlsAsk { server_name, verify, identity };
                let trust = Trust::default();
                let made = Encryption::new(&ask, place.target.ip(), &trust);
                once = made.map_err(|refusal| Failure::new(refusal.to_string()))?;
                &once
            }
        };
        self.speak(encryption.encrypt(stream).await?, exchange, place).await
    }

    /// The dialogue over an open connection.
    async fn speak<S>(
        &self,
        stream: S,
        exchange: &Exchange,
        place: &Place,
    ) -> Result<Outcome, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let failed = |error: hyper::Error| Failure::new(cause(&error));
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(HEADERS)
            .max_headers(HEADER_LINES)
            // What servers send that other checkers pass over.
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(failed)?;
        let request = self.message(exchange, place)?;
        let dialogue = async {
            let response = sender.send_request(request).await.map_err(failed)?;
            self.judge(exchange, response).await
        };
        // The connection moves the bytes; its end is no news until the dialogue has read what it left.
        tokio::pin!(dialogue);
        tokio::select! {
            biased;
            outcome = &mut dialogue => return outcome,
            _ = connection => {}
        }
        dialogue.await
    }

    fn message(
        &self,
        exchange: &Exchange,
        place: &Place,
    ) -> Result<Request<Empty<Bytes>>, Failure> {
        let mut request = Request::builder()
            .method(exchange.method.clone())
            .version(self.version)
            .uri(place.uri.clone())
            .header(USER_AGENT, concat!("lvsha/", env!("CARGO_PKG_VERSION")));
        if let Some(host) = &place.host {
            request = request.header(HOST, host.as_str());
        }
        if self.closes {
            request = request.header(CONNECTION, "close");
        }
        request.body(Empty::new()).map_err(|error| Failure::new(error.to_string()))
    }

    async fn judge(
        &self,
        exchange: &Exchange,
        response: Response<Incoming>,
    ) -> Result<Outcome, Failure> {
        let status = response.status();
        if self.redirects > 0
            && let Some(location) = redirect::location(&response)
        {
            return Ok(Outcome::Redirected(location));
        }
        if !exchange.accepts(status) {
            return Err(Failure::new(status.to_string()));
        }
        exchange.judge_body(response.into_body()).await?;
        Ok(Outcome::Judged(status.to_string()))
    }
}

impl Probe for Http {
    fn ask(&self) -> Asking<'_> {
        Box::pin(self.ask_all())
    }
}

enum Outcome {
    Judged(String),
    Redirected(String),
}

impl Exchange {
    fn new(exchange: &HttpExchange) -> Result<Self, Refusal> {
        let refused = || Refusal::Request(exchange.path.clone());
        let uri: Uri = redirect::escape(&exchange.path).parse().map_err(|_| refused())?;
        if let Some(host) = &exchange.host
            && (host.is_empty() || host.contains(|c: char| c.is_control() || c == ' '))
        {
            return Err(Refusal::Request(host.clone()));
        }
        Ok(Self {
            encryption: None,
            method: if exchange.is_head { Method::HEAD } else { Method::GET },
            uri,
            host: exchange.host.clone(),
            status: exchange.status.clone(),
            digest: exchange.check.digest.as_ref().map(|digest| digest.to_ascii_lowercase()),
            pattern: exchange.check.pattern.as_ref().map(Pattern::new).transpose()?,
        })
    }

    fn accepts(&self, status: StatusCode) -> bool {
        if self.status.is_empty() {
            return status.is_success();
        }
        self.status.iter().any(|(first, last)| (*first..=*last).contains(&status.as_u16()))
    }

    async fn judge_body(&self, mut body: Incoming) -> Result<(), Failure> {
        if self.digest.is_none() && self.pattern.is_none() {
            return Ok(());
        }
        let mut digest = Md5::new();
        let mut text = Vec::new();
        let mut length = 0_usize;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Failure::new(cause(&error)))?;
            let Some(data) = frame.data_ref() else { continue };
            length = length.saturating_add(data.len());
            let room = SEARCHED.saturating_sub(text.len());
            text.extend(data.iter().take(room));
            if self.digest.is_some() {
                digest.update(data);
                if length > DIGESTED {
                    return Err(Failure::new("the body is longer than 64 MiB"));
                }
            } else if length >= SEARCHED {
                // Nothing beyond is searched, and it may never end.
                break;
            }
        }
        if let Some(wanted) = &self.digest {
            let found = hex(&digest.finalize());
            if found != *wanted {
                return Err(Failure::new(format!("MD5 of the body is {found}")));
            }
        }
        self.pattern.as_ref().map_or(Ok(()), |pattern| pattern.judge(&text))
    }
}

/// hyper's reason, and the one behind it, in words.
fn cause(error: &hyper::Error) -> String {
    let behind = std::error::Error::source(error);
    match behind.and_then(|behind| behind.downcast_ref::<std::io::Error>()) {
        Some(error) => super::cause(error),
        None => super::line(&error.to_string()),
    }
}

/// Bytes of all headers together.
const HEADERS: usize = 64 * 1024;
const HEADER_LINES: usize = 1000;
/// Bytes of a body in which a pattern is looked for.
const SEARCHED: usize = 1 << 20;
/// Bytes of a body of which a digest is made.
const DIGESTED: usize = 64 << 20;
