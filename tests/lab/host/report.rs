//! What people see of a run, and what is kept of it.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::message::Message;

/// Results so far, of all machines together.
pub(super) struct Report {
    asked: usize,
    passed: usize,
    failed: Vec<(String, String)>,
    /// Failures that a later try has a chance to mend.
    tried_again: Vec<(String, String)>,
    started: Instant,
    /// What a machine's scenario has used of a processor so far, by the machine's number.
    spent: BTreeMap<usize, Duration>,
}

impl Report {
    pub(super) fn new(asked: usize) -> Self {
        println!("\nrunning {asked} scenarios");
        Self {
            asked,
            passed: 0,
            failed: Vec::new(),
            tried_again: Vec::new(),
            started: Instant::now(),
            spent: BTreeMap::new(),
        }
    }

    /// One message of machine `number`, which has used so much of a processor since the last one.
    pub(super) fn take(&mut self, number: usize, message: &Message, more: Duration) {
        let spent = self.spent.entry(number).or_default();
        *spent += more;
        match message {
            Message::Up { seconds } => println!(
                "lab {number}: its nodes are up after {seconds:.1} s of its clock, {:.0} s of a processor, {:.0} s of ours",
                spent.as_secs_f64(),
                self.started.elapsed().as_secs_f64()
            ),
            Message::Note { text } => println!("lab {number}:     {text}"),
            // For whoever reads this program's output; people read the table that becomes of it.
            Message::Measured { .. } => print!("{}", message.to_line()),
            Message::Ended { name, seconds, failure } => {
                let cost = format!(
                    "{seconds:.1} s of its clock, {:.0} s of a processor",
                    spent.as_secs_f64()
                );
                match failure {
                    None => {
                        self.passed += 1;
                        println!("lab {number}: test {name} ... ok ({cost})");
                    }
                    Some(failure) => {
                        println!("lab {number}: test {name} ... FAILED ({cost})\n{failure}");
                        self.failed.push((name.clone(), failure.clone()));
                    }
                }
            }
            Message::Started { name } => {
                *spent = Duration::ZERO;
                println!("lab {number}: {name}");
            }
            Message::Broken { .. } | Message::Finished => {}
        }
    }

    /// The rest of a machine's scenarios, when it stopped before them.
    pub(super) fn broken(&mut self, names: &[&str], problem: &str) {
        for name in names {
            println!("test {name} ... FAILED\n{problem}");
            self.failed.push(((*name).to_owned(), problem.to_owned()));
        }
    }

    /// Takes back what failed, for another try. The summary tells of it all the same.
    pub(super) fn take_failed(&mut self) -> Vec<String> {
        let failed = std::mem::take(&mut self.failed);
        let names = failed.iter().map(|(name, _)| name.clone()).collect();
        self.tried_again.extend(failed);
        names
    }

    pub(super) fn summary(self) -> ExitCode {
        let Self { asked, passed, failed, tried_again, started, .. } = self;
        let lost = asked - passed - failed.len();
        for (name, failure) in tried_again {
            println!("\n---- {name}, before it was tried again ----\n{failure}");
        }
        for (name, failure) in &failed {
            println!("\n---- {name} ----\n{failure}");
        }
        let verdict = if passed == asked { "ok" } else { "FAILED" };
        println!(
            "\nlab result: {verdict}. {passed} passed; {} failed; {lost} without a result; {:.0} s",
            failed.len(),
            started.elapsed().as_secs_f64()
        );
        if passed == asked { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
