//! A number in a file.

use std::io;
use std::path::{Path, PathBuf};

use tokio::io::AsyncReadExt;

use super::super::{Answer, Failure, Reply, WeightChange};
use super::{Asking, Probe, failure_of};
use crate::run::tracked_file::number;

pub(super) struct File {
    path: PathBuf,
    factor: i32,
}

impl File {
    pub(super) fn new(path: &Path, factor: i32) -> Self {
        Self { path: path.to_owned(), factor }
    }

    async fn answer(&self) -> Answer {
        let shown = self.path.display();
        // A file that is missing or cannot be read says 0: it is there only while somebody wants something (2.2.7).
        let text = match self.read().await {
            Ok(text) => text,
            Err(error) => match failure_of(&shown, &error) {
                failure if failure.is_local => return Err(failure),
                _ => Vec::new(),
            },
        };
        let number = number(&String::from_utf8_lossy(&text));
        if self.factor == 0 && number != 0 {
            return Err(Failure::new(format!("{shown} holds {number}")));
        }
        let more = number.saturating_mul(self.factor.into());
        Ok(Reply { text: number.to_string().into(), weight: Some(WeightChange::Add(more)) })
    }

    async fn read(&self) -> io::Result<Vec<u8>> {
        let file = tokio::fs::File::open(&self.path).await?;
        let mut text = Vec::new();
        file.take(LONGEST).read_to_end(&mut text).await?;
        Ok(text)
    }
}

impl Probe for File {
    fn ask(&self) -> Asking<'_> {
        Box::pin(self.answer())
    }
}

/// Bytes: more than any number has.
const LONGEST: u64 = 64;
