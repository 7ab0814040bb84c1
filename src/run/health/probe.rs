//! How a question is asked. One file per protocol; each implements [`Probe`].
