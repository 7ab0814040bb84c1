//! A number in a file.

use std::path::{Path, PathBuf};

use tokio::io::AsyncReadExt;

use super::super::{Answer, Failure, Reply, WeightChange};
use super::{Asking, Probe, failure_of};

pub(super) struct File {
    path: PathBuf,
    factor: i32,
}

impl File {
    pub(super) fn new(path: &Path, factor: i32) -> Self {
        Self { path: path.to_owned(), factor }
    }

    async fn read(&self) -> Answer {
        let shown = self.path.display();
        let failed = |error: std::io::Error| failure_of(&shown, &error);
        let file = tokio::fs::File::open(&self.path).await.map_err(failed)?;
        let mut text = String::new();
        file.take(LONGEST).read_to_string(&mut text).await.map_err(failed)?;
        let number: i64 = text
            .trim()
            .parse()
            .map_err(|_| Failure::new(format!("{shown} does not hold a number")))?;
        if self.factor == 0 && number != 0 {
            return Err(Failure::new(format!("{shown} holds {number}")));
        }
        let more = number.saturating_mul(self.factor.into());
        Ok(Reply { text: number.to_string().into(), weight: Some(WeightChange::Add(more)) })
    }
}

impl Probe for File {
    fn ask(&self) -> Asking<'_> {
        Box::pin(self.read())
    }
}

/// Bytes: more than any number has.
const LONGEST: u64 = 64;
