//! The failures that are asked for, in the order in which they were typed.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::cli::printer::Problem;
use crate::sim::Action;

/// What is done to whom, and when.
#[derive(Debug)]
pub(super) struct Drills(Vec<Drill>);

#[derive(Debug)]
struct Drill {
    kind: Kind,
    event: Event,
}

/// An action that has a time; `words` say it to people.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) at: Duration,
    pub(super) actions: Vec<Action>,
    pub(super) words: String,
}

/// Who, and when.
#[derive(Clone, Debug)]
struct Event {
    what: String,
    at: Option<Duration>,
}

/// What is done, and how it is told: "lw1 fails"; of a path both ways, and one way.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Node(fn(usize) -> Action, &'static str),
    Path(fn(usize, usize) -> Action, [&'static str; 2]),
}

/// One row for each option.
struct Row {
    option: &'static str,
    value: &'static str,
    help: &'static str,
    kind: Kind,
}

const ROWS: [Row; 5] = [
    Row {
        option: "kill",
        value: "NODE[@SECONDS]",
        help: "A director fails, addresses and all; repeat it",
        kind: Kind::Node(Action::Crash, "fails"),
    },
    Row {
        option: "stop",
        value: "NODE[@SECONDS]",
        help: "A director is stopped in order",
        kind: Kind::Node(Action::Stop, "is stopped"),
    },
    Row {
        option: "start",
        value: "NODE[@SECONDS]",
        help: "A director comes back",
        kind: Kind::Node(Action::Start, "comes back"),
    },
    Row {
        option: "cut",
        value: "A/B[@SECONDS]",
        help: "Two directors do not hear each other any more; A>B: only B does not hear A",
        kind: Kind::Path(
            |from, to| Action::Cut { from, to },
            ["do not hear each other any more", "hears no more of"],
        ),
    },
    Row {
        option: "mend",
        value: "A/B[@SECONDS]",
        help: "They hear each other again",
        kind: Kind::Path(
            |from, to| Action::Mend { from, to },
            ["hear each other again", "hears again of"],
        ),
    },
];

impl Drills {
    /// What was asked for, with the directors by their numbers.
    ///
    /// Drills follow each other, `step` apart, unless they say when.
    ///
    /// # Errors
    /// A director that nobody knows, or a path without two ends.
    pub(super) fn plan(&self, names: &[String], step: Duration) -> Result<Vec<Planned>, Problem> {
        let mut next = step;
        let mut planned = Vec::new();
        for Drill { kind, event } in &self.0 {
            let at = event.at.unwrap_or(next);
            next = next.max(at) + step;
            let (actions, words) = match kind {
                Kind::Node(action, done) => {
                    (vec![action(node(&event.what, names)?)], format!("{} {done}", event.what))
                }
                Kind::Path(action, done) => on_path(&event.what, *action, *done, names)?,
            };
            planned.push(Planned { at, actions, words });
        }
        Ok(planned)
    }
}

fn node(name: &str, names: &[String]) -> Result<usize, Problem> {
    names.iter().position(|known| known == name).ok_or_else(|| {
        Problem::new(format!("no director is named `{name}`"))
            .help(format!("the directors are {}", names.join(", ")))
    })
}

fn on_path(
    what: &str,
    action: fn(usize, usize) -> Action,
    [mutual, one_way]: [&str; 2],
    names: &[String],
) -> Result<(Vec<Action>, String), Problem> {
    let (from, to, both) = match (what.split_once('>'), what.split_once('/')) {
        (Some((from, to)), _) => (from, to, false),
        (None, Some((from, to))) => (from, to, true),
        (None, None) => {
            return Err(Problem::new(format!("`{what}` names no two directors"))
                .help("write A/B, or A>B for one way"));
        }
    };
    let (one, other) = (node(from, names)?, node(to, names)?);
    let mut actions = vec![action(one, other)];
    if both {
        actions.push(action(other, one));
    }
    let words = match both {
        true => format!("{from} and {to} {mutual}"),
        false => format!("{to} {one_way} {from}"),
    };
    Ok((actions, words))
}

fn event(text: &str) -> Result<Event, String> {
    let Some((what, seconds)) = text.rsplit_once('@') else {
        return Ok(Event { what: text.to_owned(), at: None });
    };
    let at = seconds.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
    let at = at.filter(|at| *at <= LONGEST).ok_or_else(|| {
        format!("`{seconds}` is no number of seconds up to {}", LONGEST.as_secs())
    })?;
    Ok(Event { what: what.to_owned(), at: Some(at) })
}

/// A day is longer than anybody waits for.
const LONGEST: Duration = Duration::from_secs(86_400);

// By hand, because a derived struct has a list for each option and forgets their common order.
impl FromArgMatches for Drills {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut drills = Vec::new();
        for row in &ROWS {
            let indices = matches.indices_of(row.option).into_iter().flatten();
            let events = matches.get_many::<Event>(row.option).into_iter().flatten();
            let events = events.map(|event| Drill { kind: row.kind, event: event.clone() });
            drills.extend(indices.zip(events));
        }
        drills.sort_by_key(|(index, _)| *index);
        Ok(Self(drills.into_iter().map(|(_, drill)| drill).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Drills {
    fn augment_args(command: Command) -> Command {
        command.args(ROWS.iter().map(|row| {
            Arg::new(row.option)
                .long(row.option)
                .value_name(row.value)
                .help(row.help)
                .action(ArgAction::Append)
                .value_parser(event)
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
