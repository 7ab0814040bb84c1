//! Definitions that keepalived brings along.

use super::{Preprocessor, line};
use crate::source::{Composition, Place};

impl Preprocessor<'_> {
    /// The value of the built-in definition in `braces`, the text between `${` and `}`;
    /// `at` is the use. `None` when there is no such definition.
    ///
    /// What depends on the moment is fixed: a random number is the smallest it can be. The
    /// environment of the daemon is not known, and 2.2.7 does not look at it.
    pub(super) fn builtin(
        &mut self,
        braces: &str,
        line: &Composition,
        at: Place,
    ) -> Option<Composition> {
        let (name, arguments) = braces.split_at_checked(line::name_length(braces))?;
        let mut arguments = arguments.split_ascii_whitespace();
        let value = match name {
            "_BANG" => "!".to_owned(),
            "_HASH" => "#".to_owned(),
            "_INSTANCE" => self.config_id(line),
            "_PWD" => self.folder(),
            "_RANDOM" => {
                let bounds: Vec<u32> = arguments.by_ref().filter_map(|n| n.parse().ok()).collect();
                match bounds.as_slice() {
                    [least, _] => least.to_string(),
                    _ => "0".to_owned(),
                }
            }
            _ => return None,
        };
        arguments.next().is_none().then(|| Composition::made(at, &value))
    }

    /// The folder of the file that is being read.
    fn folder(&self) -> String {
        let file = self.frames.iter().rev().find_map(super::Frame::file_id);
        self.sources.folder(file.unwrap_or(self.file), self.file)
    }
}
