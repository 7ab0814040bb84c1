//! A TCP connection, closed at once, with nothing sent.

use std::net::SocketAddr;

use super::super::{Origin, Question, Reply};
use super::dial::dial;
use super::{Asking, Probe};

pub(super) struct Connect {
    target: SocketAddr,
    origin: Origin,
}

impl Connect {
    pub(super) fn new(question: &Question) -> Self {
        Self { target: question.target, origin: question.origin.clone() }
    }
}

impl Probe for Connect {
    fn ask(&self) -> Asking<'_> {
        Box::pin(async {
            dial(self.target, &self.origin).await?;
            Ok(Reply::new("connected"))
        })
    }
}
