//! What can be done on a machine.

use crate::plan::{Found, NodePlan, Tree};

/// One act; each is one round trip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Reads what is there.
    Facts {
        /// Files.
        paths: Vec<String>,
        /// Units.
        units: Vec<String>,
        /// Packages.
        packages: Vec<String>,
    },
    /// Reads what a gate judges, and no more.
    Look {
        /// Units.
        units: Vec<String>,
    },
    /// Excludes other operators, and refuses when one of them was faster.
    Lock {
        /// Who locks, for people.
        who: String,
        /// The run's name: the same run may lock again.
        run: String,
        /// The generation that comes next, as it was when the plan was made.
        generation: u32,
    },
    /// Gives the lock back.
    Unlock {
        /// The run's name, which gives back only its own; without one anybody's.
        run: Option<String>,
    },
    /// Installs packages.
    Install(Vec<String>),
    /// Takes files over, beside everything that is in use.
    Stage {
        /// What the machine becomes.
        plan: Box<NodePlan>,
        /// The run's name; it holds the lock.
        run: String,
    },
    /// Judges a staged file.
    Check {
        /// Its path.
        path: String,
        /// The command; `{}` is the file.
        command: Vec<String>,
        /// Exit codes that mean that it is right.
        accepts: Vec<i32>,
        /// The run's name; it holds the lock.
        run: String,
    },
    /// Puts the staged files in place and lets the units know.
    Activate {
        /// The new generation.
        generation: u32,
        /// Seconds until it rolls itself back unless it is confirmed; 0 means never.
        confirm_within: u64,
        /// Who does it.
        who: String,
        /// What it is.
        what: String,
        /// The run's name; it holds the lock.
        run: String,
    },
    /// Keeps a generation; always over a new connection. A second time changes nothing.
    Confirm {
        /// The generation.
        generation: u32,
    },
    /// Takes a generation back.
    Rollback {
        /// The generation.
        generation: u32,
        /// The run's name, which takes back only its own; without one anybody's, while it waits for
        /// its confirmation.
        run: Option<String>,
    },
    /// Lists the generations.
    History,
    /// Reads the files of an older generation.
    Again {
        /// The generation.
        generation: u32,
    },
}

impl Act {
    /// What it is called in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Facts { .. } => "read",
            Self::Look { .. } => "look",
            Self::Lock { .. } => "lock",
            Self::Unlock { .. } => "unlock",
            Self::Install(_) => "install",
            Self::Stage { .. } => "stage",
            Self::Check { .. } => "check",
            Self::Activate { .. } => "activate",
            Self::Confirm { .. } => "confirm",
            Self::Rollback { .. } => "roll back",
            Self::History => "history",
            Self::Again { .. } => "read a generation",
        }
    }
}

/// The answer to an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is done; remarks are for the operator.
    Done(Vec<String>),
    /// What was found; a look finds only a part.
    Facts(Box<Found>),
    /// The generations, oldest first.
    History(Vec<Entry>),
    /// Files of a generation.
    Files(Tree),
}

/// A generation in a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub generation: u32,
    /// When, in RFC 3339.
    pub when: String,
    /// What became of it.
    pub state: EntryState,
    /// Who.
    pub who: String,
    /// The name of the deployment, the same on all machines that it changed. Later ones are
    /// greater, as strings.
    pub run: String,
    /// What.
    pub what: String,
}

/// What became of a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// It is being put in place, or that was cut off.
    Activating,
    /// It is in place and waits for its confirmation; the newest one is told as current.
    Active,
    /// It was kept.
    Confirmed,
    /// It is what the machine has.
    Current,
    /// It was taken back.
    RolledBack,
    /// The machine does not say, or in words of another release.
    Unknown,
}

impl EntryState {
    const WORDS: [(Self, &'static str); 6] = [
        (Self::Activating, "activating"),
        (Self::Active, "active"),
        (Self::Confirmed, "confirmed"),
        (Self::Current, "current"),
        (Self::RolledBack, "rolled-back"),
        (Self::Unknown, "-"),
    ];

    /// The state that a machine's word means.
    pub fn of(word: &str) -> Self {
        let known = Self::WORDS.iter().find(|(_, known)| *known == word);
        known.map_or(Self::Unknown, |(state, _)| *state)
    }
}

/// As the machine has it.
impl std::fmt::Display for EntryState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = Self::WORDS.iter().find(|(state, _)| state == self);
        f.pad(word.map_or("-", |(_, word)| word))
    }
}
