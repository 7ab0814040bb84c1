//! The unix socket through which a running daemon is asked: one request, one answer, in JSON.

mod client;
mod order;
mod reload;
mod server;
mod status;

pub use client::{AskError, ask};
pub use order::{
    Action, OrderAnswer, OrderRequest, Routers, StanceAnswer, StanceRequest, StanceWord,
};
pub use reload::ReloadAnswer;
pub use server::{Answer, NOT_A_REQUEST, Server, serve};
pub use status::{GroupStatus, PeerStatus, Request, RouterStatus, SourceStatus, Status};

/// Where the socket is, unless something else is said.
pub const DEFAULT_SOCKET: &str = "/run/lvsha/daemon.sock";
