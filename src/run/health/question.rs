//! What is asked of a real server, and what it may answer.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::site::secret::Secret;

/// A question with everything that makes two of them equal: equal ones are asked once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// What is asked.
    pub ask: Ask,
    /// Whom. Port 0 for questions without one.
    pub target: SocketAddr,
    /// Where from.
    pub origin: Origin,
    /// For the whole exchange, from the first packet to the judgement.
    pub limit: Duration,
    /// Time between two questions.
    pub interval: Duration,
}

/// The near end of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Address to bind to.
    pub address: Option<IpAddr>,
    /// Port to bind to.
    pub port: Option<u16>,
    /// Interface to bind to.
    pub interface: Option<String>,
    /// Firewall mark of the packets.
    pub mark: Option<u32>,
}

/// The kinds of questions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    /// Nothing: it counts as down.
    AlwaysDown,
    /// Nothing: it counts as up.
    AlwaysUp,
    /// `connects` plain connections between two negotiations; after a failure negotiations only.
    Combined {
        /// Connections in between.
        connects: u32,
        /// How long each of them may take.
        limit: Duration,
        /// The negotiation.
        negotiate: Box<Ask>,
    },
    /// A TCP connection, closed at once.
    Connect,
    /// A DNS query.
    Dns(Box<DnsAsk>),
    /// A number in a file, times `factor`, is added to the weight.
    File {
        /// The file.
        path: PathBuf,
        /// Factor; 0 means that a number other than 0 is a failure.
        factor: i32,
    },
    /// A file by FTP.
    Ftp(Box<FtpAsk>),
    /// HTTP or HTTPS.
    Http(Box<HttpAsk>),
    /// A dialogue in lines.
    Lines(Box<LinesAsk>),
    /// ICMP echo.
    Ping {
        /// Tries within one question; each gets an equal share of its time.
        tries: u32,
    },
    /// RADIUS: whether a user may come in.
    Radius(Box<RadiusAsk>),
    /// An external program.
    Script(Box<ScriptAsk>),
    /// SIP: what a server can do.
    Sip(SipAsk),
    /// A text over TCP, and what must come back.
    Text(Box<TextAsk>),
    /// A UDP packet.
    Udp(UdpAsk),
}

impl Ask {
    /// Its name in logs and status.
    pub fn name(&self) -> &'static str {
        match self {
            Self::AlwaysDown => "off",
            Self::AlwaysUp => "on",
            Self::Combined { .. } => "combined",
            Self::Connect => "connect",
            Self::Dns(_) => "dns",
            Self::File { .. } => "file",
            Self::Ftp(_) => "ftp",
            Self::Http(ask) if ask.tls.is_some() => "https",
            Self::Http(_) => "http",
            Self::Lines(ask) => ask.name,
            Self::Ping { .. } => "ping",
            Self::Radius(_) => "radius",
            Self::Script(_) => "script",
            Self::Sip(_) => "sip",
            Self::Text(_) => "simpletcp",
            Self::Udp(_) => "udp",
        }
    }
}

/// HTTP: every exchange must succeed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HttpAsk {
    /// Encryption; `None` for plain HTTP.
    pub tls: Option<TlsAsk>,
    /// HTTP/1.1 instead of 1.0.
    pub is_version_1_1: bool,
    /// `Connection: close` also where the version does not need it.
    pub closes: bool,
    /// Redirections that are followed; ldirectord follows seven.
    pub redirects: u8,
    /// The exchanges, each over a connection of its own.
    pub exchanges: Vec<HttpExchange>,
}

/// How an encrypted connection is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TlsAsk {
    /// Name sent in the handshake.
    pub server_name: Option<String>,
    /// Whether the certificate is verified against the system's trust roots.
    pub verify: bool,
    /// Files with the own certificate and its key, for servers that ask for one.
    pub identity: Option<TlsIdentity>,
}

/// A certificate of the director's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TlsIdentity {
    /// File with the certificate, and those of its authorities (PEM).
    pub certificate: PathBuf,
    /// File with its key (PEM), without a password.
    pub key: PathBuf,
}

/// One HTTP request and what its answer must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HttpExchange {
    /// HEAD instead of GET.
    pub is_head: bool,
    /// Path with a leading slash, or an absolute URL for a proxy.
    pub path: String,
    /// Host header.
    pub host: Option<String>,
    /// Name sent in the handshake, where it is another than that of the other exchanges.
    pub server_name: Option<String>,
    /// Status codes that pass, as inclusive ranges; empty means 200 to 299.
    pub status: Vec<(u16, u16)>,
    /// What the body must be.
    pub check: HttpCheck,
}

/// What a body must be; all that is stated must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct HttpCheck {
    /// MD5 in lower-case hexadecimal digits.
    pub digest: Option<String>,
    /// A regular expression.
    pub pattern: Option<TextPattern>,
}

/// A regular expression in Perl's dialect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TextPattern {
    /// The expression.
    pub expression: String,
    /// Whether the text must not match.
    pub is_negated: bool,
    /// Letters of what holds for the whole expression: `i` any case, `m` lines, `s` dots match line
    /// feeds, `x` blanks and comments.
    pub options: String,
    /// Byte of the body where a match may begin at the earliest.
    pub least: usize,
    /// Byte of the body where a match may begin at the latest.
    pub largest: Option<usize>,
}

/// A DNS query. An answer without an error passes, unless it must hold something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DnsAsk {
    /// What is asked for; `.` is the root.
    pub name: String,
    /// Type of the record as zone files write it, `SOA`.
    pub record: String,
    /// TCP instead of UDP.
    pub over_tcp: bool,
    /// What the text of a record must be.
    pub answer: Option<TextPattern>,
}

/// A file by FTP (RFC 959), over a passive connection to the server itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FtpAsk {
    /// User.
    pub login: Secret,
    /// Password.
    pub password: Secret,
    /// The file and what it must hold; without it the login is enough.
    pub file: Option<(String, TextPattern)>,
}

/// A dialogue in lines: SMTP (RFC 5321), IMAP (RFC 9051), POP3 (RFC 1939), NNTP (RFC 3977).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LinesAsk {
    /// Its name in logs and status.
    pub name: &'static str,
    /// Encryption; `None` for plain text.
    pub tls: Option<TlsAsk>,
    /// What happens, in this order.
    pub steps: Vec<Step>,
}

/// A step of a dialogue in lines.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A line is sent; CR LF is added.
    Say(Secret),
    /// The same with a password: what a reply repeats of it is not shown.
    Whisper(Secret),
    /// A reply that begins with these digits; all its lines but the last have `-` behind three digits.
    HearCode(&'static str),
    /// A line that begins with one of these.
    Hear(&'static [&'static str]),
    /// Lines up to the one that begins with this tag and a blank; `OK` must follow.
    HearTagged(&'static str),
}

/// An Access-Request (RFC 2865) that must be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RadiusAsk {
    /// User.
    pub login: Secret,
    /// Password.
    pub password: Secret,
    /// What director and server share.
    pub secret: Secret,
}

/// An OPTIONS request (RFC 3261, section 11) that must be answered with 200.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SipAsk {
    /// Whom it is for and from: `user@host`.
    pub login: String,
    /// TCP instead of UDP.
    pub over_tcp: bool,
}

/// A text over TCP. The connection is closed for writing behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TextAsk {
    /// What is sent.
    pub request: Vec<u8>,
    /// What one line of the answer must be.
    pub receive: TextPattern,
}

/// An external program.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ScriptAsk {
    /// Program and arguments; no shell.
    pub command: Vec<String>,
    /// Further environment.
    pub environment: BTreeMap<String, String>,
    /// Who runs it; `None` means the daemon's own user.
    pub user: Option<User>,
    /// Whether exit codes 2 to 255 set the weight to code - 2.
    pub sets_weight: bool,
    /// Whether it is not run as root when others could have written it.
    pub is_secure: bool,
}

/// A numeric user and group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct User {
    /// User id.
    pub user: u32,
    /// Group id.
    pub group: u32,
}

/// A UDP packet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct UdpAsk {
    /// What is sent.
    pub payload: Vec<u8>,
    /// Whether silence is a failure; else only an ICMP error is.
    pub needs_reply: bool,
    /// What a reply must begin with: value and mask of each byte.
    pub reply: Vec<(u8, u8)>,
    /// Shortest reply.
    pub shortest: usize,
    /// Longest reply.
    pub longest: usize,
}

/// What came of a question.
pub type Answer = Result<Reply, Failure>;

/// The server lives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// What it said, in short: `200 OK`.
    pub text: Cow<'static, str>,
    /// What it wants its weight to be.
    pub weight: Option<WeightChange>,
}

impl Reply {
    /// A reply without a wish for a weight.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), weight: None }
    }
}

/// The server does not live, as far as can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why, in one line.
    pub cause: String,
    /// Whether the director itself lacks something: that says nothing of the server.
    pub is_local: bool,
}

impl Failure {
    /// A failure for a reason.
    pub fn new(cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), is_local: false }
    }
}

/// What a probe makes of a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightChange {
    /// Added to the configured one, and cut to what the kernel takes.
    Add(i64),
    /// Instead of the configured one.
    Set(u32),
}

impl WeightChange {
    /// What it adds to the configured weight.
    pub fn difference(self, configured: u32) -> i64 {
        match self {
            Self::Add(more) => more,
            Self::Set(weight) => i64::from(weight) - i64::from(configured),
        }
    }
}
