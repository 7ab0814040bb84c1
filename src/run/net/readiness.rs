//! Waiting for sockets.

use std::io;
use std::os::fd::AsRawFd;
use std::task::{Context, Poll};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A non-blocking socket that can be waited for.
#[derive(Debug)]
pub struct Watched<T: AsRawFd>(AsyncFd<T>);

impl<T: AsRawFd> Watched<T> {
    /// Watches a socket that owns its descriptor; needs a tokio runtime.
    ///
    /// # Errors
    /// Those of epoll_ctl(2).
    pub fn new(socket: T) -> io::Result<Self> {
        // SAFETY: the sockets of this crate own their descriptor as long as they live, and
        // `AsyncFd` takes the socket with it and gives it back to nobody.
        let watched = unsafe { AsyncFd::register_with_interest(socket, Interest::READABLE) };
        Ok(Self(watched.map_err(io::Error::from)?))
    }

    /// Ready when something may have come since the last call. What is there is to be read until
    /// there is no more: only news wake.
    pub fn poll_news(&self, context: &mut Context<'_>) -> Poll<()> {
        match self.0.poll_read_ready(context) {
            Poll::Ready(Ok(mut guard)) => {
                guard.clear_ready();
                Poll::Ready(())
            }
            // The runtime ends; the caller notices by other means.
            Poll::Ready(Err(_)) => Poll::Ready(()),
            Poll::Pending => Poll::Pending,
        }
    }

    /// The socket.
    pub fn socket(&self) -> &T {
        self.0.get_ref()
    }

    /// The socket, for those that keep a buffer.
    pub fn socket_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }
}
