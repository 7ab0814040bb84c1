//! Which real servers live: asked in parallel, judged by machines without I/O.
//!
//! - [`Question`]: what is asked, of whom; equal questions of several services are asked once.
//! - [`verdict`]: answers in a row to up or down.
//! - [`pool`]: the servers of one service to what stands in the table: quorum, fallback, weights.
//! - [`schedule`]: when to ask, and how many at once.
//! - [`monitor`]: all of it for all services, and over a reload.
//! - [`probe`]: how one question is asked; one file per protocol.

pub mod monitor;
pub mod pool;
pub mod probe;
mod question;
pub mod schedule;
pub mod verdict;

pub use question::{
    Answer, Ask, DnsAsk, Failure, FtpAsk, HttpAsk, HttpCheck, HttpExchange, LinesAsk, Origin,
    Question, RadiusAsk, Reply, ScriptAsk, SipAsk, Step, TextAsk, TextPattern, TlsAsk, TlsIdentity,
    UdpAsk, User, WeightChange,
};
