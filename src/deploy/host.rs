//! Where acts are performed.

#[cfg(test)]
use super::memory::Memory;
use super::{Act, Local, Remote, Reply};

/// A machine that acts can be performed on.
#[derive(Debug)]
pub enum Host {
    /// This machine, or a directory that stands for one.
    Local(Local),
    /// A machine in memory.
    #[cfg(test)]
    Memory(Box<Memory>),
    /// A machine behind SSH.
    Remote(Box<Remote>),
}

impl Host {
    /// Performs an act.
    ///
    /// # Errors
    /// When it could not be done, or it is unknown whether it was ([`Fault`]).
    pub async fn perform(&mut self, act: &Act) -> Result<Reply, Fault> {
        match self {
            Self::Local(local) => local.perform(act).await,
            #[cfg(test)]
            Self::Memory(memory) => memory.perform(act),
            Self::Remote(remote) => remote.perform(act).await,
        }
    }

    /// Performs an act, and makes the connection meanwhile that [`Host::renew`] changes to.
    ///
    /// # Errors
    /// As [`Host::perform`]; that there is no new connection is told by the act that needs it.
    pub async fn perform_and_redial(&mut self, act: &Act) -> Result<Reply, Fault> {
        match self {
            Self::Remote(remote) => remote.perform_and_redial(act).await,
            _ => self.perform(act).await,
        }
    }

    /// The next act goes over a connection that is newer than all acts before, but those that were performed while
    /// it was made.
    pub fn renew(&mut self) {
        if let Self::Remote(remote) = self {
            remote.renew();
        }
    }

    /// Gives up the connection that was made ahead.
    pub fn forget_next(&mut self) {
        if let Self::Remote(remote) = self {
            remote.forget_next();
        }
    }

    /// Gives every connection up.
    pub async fn disconnect(&mut self) {
        if let Self::Remote(remote) = self {
            remote.disconnect().await;
        }
    }
}

/// Why an act was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What kind of fault it is.
    pub kind: FaultKind,
    /// What happened, one sentence without a full stop.
    pub message: String,
    /// What to type next.
    pub help: Option<String>,
}

/// The kinds of faults; they decide what is known about the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The machine was not reached: nothing happened there.
    Connection,
    /// The connection ended during the act: what happened there is unknown.
    Lost,
    /// The machine did not do it, and said why.
    Refused,
}

impl Fault {
    /// A fault without a hint.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: None }
    }

    /// Adds what to type next.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
