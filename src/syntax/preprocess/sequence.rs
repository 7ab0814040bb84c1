//! `~SEQ` and `~LST`: one line for each number, or each member of a list.

use std::rc::Rc;

use super::definition::Definition;
use super::{Flow, Frame, Preprocessor, line};
use crate::source::codes::preprocessor as codes;
use crate::source::{Composition, Diagnostic, Place};

/// The rounds of a sequence that are still to come.
#[derive(Debug)]
pub(super) struct Rounds {
    at: Place,
    names: Vec<String>,
    values: Values,
}

#[derive(Debug)]
enum Values {
    Numbers { next: Option<i64>, step: i64, end: i64, hexadecimal: bool },
    Tuples(std::vec::IntoIter<Vec<Composition>>),
}

impl Values {
    /// How many rounds are to come.
    fn count(&self) -> u64 {
        match self {
            Self::Numbers { next: None, .. } => 0,
            Self::Numbers { next: Some(next), step, end, .. } => {
                (end - next).unsigned_abs() / step.unsigned_abs().max(1) + 1
            }
            Self::Tuples(tuples) => u64::try_from(tuples.len()).unwrap_or(u64::MAX),
        }
    }
}

impl Rounds {
    /// The sequence where the user wrote it.
    pub(super) fn at(&self) -> Place {
        self.at
    }
}

impl Iterator for Rounds {
    type Item = Vec<(String, Definition)>;

    /// The variables of the next round.
    fn next(&mut self) -> Option<Self::Item> {
        let values = match &mut self.values {
            Values::Numbers { next, step, end, hexadecimal } => {
                let number = (*next)?;
                let following = number.checked_add(*step);
                *next = following.filter(|n| if *step > 0 { n <= end } else { n >= end });
                let text = if *hexadecimal { format!("{number:x}") } else { number.to_string() };
                vec![Composition::made(self.at, &text)]
            }
            Values::Tuples(tuples) => tuples.next()?,
        };
        // A tuple that is too short leaves the names behind it empty.
        let values = values.into_iter().chain(std::iter::repeat_with(Composition::new));
        let defined = self.names.iter().zip(values).map(|(name, value)| {
            (name.clone(), Definition { at: Some(self.at), value: Rc::new(value) })
        });
        Some(defined.collect())
    }
}

impl Preprocessor<'_> {
    /// Turns the rest of the line into rounds. Its arguments are expanded first, the rest when
    /// its round comes.
    pub(super) fn sequence(&mut self, line: Composition) -> Flow {
        let text = line.text();
        let close = text.find(')').unwrap_or(text.len());
        let rest = line.part((close + 1).min(text.len())..text.len());
        let Some(head) = self.replaced(line.part(0..close)) else { return Flow::Done };
        let at = self.place(&line, 0..(close + 1).min(text.len()));
        let (Some(at), Some(open)) = (at, head.text().find('(')) else { return Flow::Done };
        let word = head.text().get(..open).unwrap_or_default().trim_end().to_owned();
        let arguments = head.part(open + 1..head.text().len());
        let parsed = match close == text.len() {
            true => Err("the closing parenthesis is missing"),
            false if word == "~LST" => tuples(&arguments),
            false => numbers(arguments.text(), word == "~SEQx"),
        };
        match parsed {
            Ok((_, values)) if values.count() > MOST_ROUNDS => self.report(&line, 0..close, |at| {
                let message = format!("`{word}` has {} rounds", values.count());
                Diagnostic::new(codes::RUNAWAY, at, message)
                    .help(format!("{MOST_ROUNDS} rounds are the most that is read"))
            }),
            Ok((names, values)) => {
                let rest = Rc::new(rest.part(blanks(rest.text())..rest.text().len()));
                let rounds = Rounds { at, names, values };
                self.frames.push(Frame::Sequence { rounds, rest });
            }
            Err(why) => self.report(&line, 0..close, |at| {
                Diagnostic::new(codes::SEQUENCE_INVALID, at, format!("`{word}`: {why}"))
                    .help("write ~SEQ(name, first, step, last) or ~LST(name, one, two)")
            }),
        }
        Flow::Done
    }
}

/// Most rounds of one sequence.
const MOST_ROUNDS: u64 = 1_000_000;

type Parsed = Result<(Vec<String>, Values), &'static str>;

/// `name, [start, [step,]] end`.
fn numbers(arguments: &str, hexadecimal: bool) -> Parsed {
    let mut parts = arguments.split(',').map(str::trim);
    let name = parts.next().unwrap_or_default().to_owned();
    let numbers: Vec<i64> =
        parts.map(number).collect::<Option<_>>().ok_or("one of its bounds is no number")?;
    // Without a start, or a step, counting goes from one towards the end.
    let (start, step, end) = match *numbers.as_slice() {
        [end] => (if end < 0 { -1 } else { 1 }, None, end),
        [start, end] => (start, None, end),
        [start, step, end] => (start, Some(step), end),
        _ => return Err("it takes a name and one to three numbers"),
    };
    let step = step.unwrap_or(if end < start { -1 } else { 1 });
    match step {
        0 => Err("the step is 0"),
        _ if (end - start).signum() == -step.signum() => Err("the step leads away from the end"),
        _ => Ok((vec![name], Values::Numbers { next: Some(start), step, end, hexadecimal })),
    }
}

/// A number as C writes it: decimal, `0x` hexadecimal, `0` octal. The program keeps it in 32 bits.
fn number(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let value = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None if digits.len() > 1 && digits.starts_with('0') => u32::from_str_radix(digits, 8),
        None => digits.parse(),
    };
    let value = i64::from(value.ok()?);
    Some(if negative { -value } else { value })
}

/// `name, one, two` or `{a, b}, {1, 2}, {3}`.
fn tuples(arguments: &Composition) -> Parsed {
    let mut tuples = members(arguments)?.into_iter();
    let names: Vec<String> =
        tuples.next().unwrap_or_default().iter().map(|name| name.text().to_owned()).collect();
    if names.iter().any(|name| name.is_empty() || line::name_length(name) != name.len()) {
        return Err("its variable is no name");
    }
    match tuples.len() {
        0 => Err("it has no members"),
        _ => Ok((names, Values::Tuples(tuples))),
    }
}

/// The members between commas, each a tuple of one or more values.
fn members(arguments: &Composition) -> Result<Vec<Vec<Composition>>, &'static str> {
    let text = arguments.text();
    let mut members: Vec<Vec<Composition>> = Vec::new();
    let mut open = false;
    let mut tuple = Vec::new();
    let mut from = 0;
    let value = |from: usize, to: usize| {
        let part = text.get(from..to).unwrap_or_default();
        let start = from + blanks(part);
        let end = from + part.trim_end().len();
        // Blanks separate words, and a value is one word.
        let whole = !part.trim().contains([' ', '\t']);
        whole.then(|| arguments.part(start..end.max(start))).ok_or("a member holds blanks")
    };
    for (at, byte) in text.bytes().enumerate().chain([(text.len(), b',')]) {
        match byte {
            b'{' if !open && text.get(from..at).is_some_and(|before| before.trim().is_empty()) => {
                open = true;
                from = at + 1;
            }
            b'}' if open => {
                tuple.push(value(from, at)?);
                members.push(std::mem::take(&mut tuple));
                open = false;
                // Nothing but the comma may follow.
                let behind = text.get(at + 1..).unwrap_or_default();
                let next = behind.find(',').unwrap_or(behind.len());
                if !behind.get(..next).is_some_and(|between| between.trim().is_empty()) {
                    return Err("something stands behind a closing brace");
                }
                from = usize::MAX;
            }
            b',' if open && at < text.len() => {
                tuple.push(value(from, at)?);
                from = at + 1;
            }
            b',' if open => return Err("a closing brace is missing"),
            // The comma behind a tuple.
            b',' if from == usize::MAX => from = at + 1,
            b',' => {
                members.push(vec![value(from, at)?]);
                from = at + 1;
            }
            _ => {}
        }
    }
    Ok(members)
}

fn blanks(text: &str) -> usize {
    text.len() - line::trimmed(text).len()
}
