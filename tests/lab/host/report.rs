//! What people see of a run, and what is kept of it.

use std::process::ExitCode;
use std::time::Instant;

use crate::message::Message;

/// Results so far, of all machines together.
pub(super) struct Report {
    asked: usize,
    passed: usize,
    failed: Vec<(String, String)>,
    started: Instant,
}

impl Report {
    pub(super) fn new(asked: usize) -> Self {
        println!("\nrunning {asked} scenarios");
        Self { asked, passed: 0, failed: Vec::new(), started: Instant::now() }
    }

    /// One message of machine `number`.
    pub(super) fn take(&mut self, number: usize, message: &Message) {
        match message {
            Message::Up { seconds } => println!(
                "lab {number}: four nodes are up after {seconds:.1} s of its clock, {:.0} s of ours",
                self.started.elapsed().as_secs_f64()
            ),
            Message::Note { text } => println!("lab {number}:     {text}"),
            Message::Ended { name, seconds, failure: None } => {
                self.passed += 1;
                println!("lab {number}: test {name} ... ok ({seconds:.1} s of its clock)");
            }
            Message::Ended { name, seconds, failure: Some(failure) } => {
                println!(
                    "lab {number}: test {name} ... FAILED ({seconds:.1} s of its clock)\n{failure}"
                );
                self.failed.push((name.clone(), failure.clone()));
            }
            Message::Started { name } => println!("lab {number}: {name}"),
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

    pub(super) fn summary(self) -> ExitCode {
        let Self { asked, passed, failed, started } = self;
        let lost = asked - passed - failed.len();
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
