//! The command line of Rust's test binaries, as far as cargo and people use it.

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    List,
    Run,
    Shell,
}

#[derive(Debug)]
pub(super) struct Arguments {
    pub(super) wish: Wish,
    /// Measurements instead of scenarios.
    pub(super) measure: bool,
    pub(super) only_ignored: bool,
    exact: bool,
    filters: Vec<String>,
    skipped: Vec<String>,
}

impl Arguments {
    pub(super) fn parse(words: &[String]) -> Result<Self, String> {
        let mut arguments = Self {
            wish: Wish::Run,
            measure: false,
            only_ignored: false,
            exact: false,
            filters: Vec::new(),
            skipped: Vec::new(),
        };
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "--list" => arguments.wish = Wish::List,
                "--shell" => arguments.wish = Wish::Shell,
                "--measure" => arguments.measure = true,
                "--exact" => arguments.exact = true,
                "--ignored" => arguments.only_ignored = true,
                "--skip" => arguments.skipped.extend(words.next().map(str::to_owned)),
                // Their argument does not matter here: scenarios share machines, and say what they do.
                "--format" | "--test-threads" | "--color" => drop(words.next()),
                "--nocapture" | "--no-capture" | "--quiet" | "--include-ignored" => {}
                _ if word.starts_with("--format=") || word.starts_with("--test-threads=") => {}
                _ if word.starts_with('-') => return Err(format!("unknown option `{word}`")),
                _ => arguments.filters.push(word.to_owned()),
            }
        }
        Ok(arguments)
    }

    pub(super) fn selects(&self, name: &str) -> bool {
        let fits = |filter: &String| {
            if self.exact { name == filter } else { name.contains(filter.as_str()) }
        };
        !self.only_ignored
            && (self.filters.is_empty() || self.filters.iter().any(fits))
            && !self.skipped.iter().any(fits)
    }
}
