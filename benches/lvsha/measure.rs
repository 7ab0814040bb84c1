//! Commands, timed: wall clock and the kernel's own figure of their memory.

use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::table::{Sample, Unit};

/// Interleaved runs of a command and, perhaps, of its peer's.
pub(crate) struct Runs {
    times: Vec<f64>,
    /// Peak resident set of each run, in bytes.
    memory: Vec<f64>,
}

/// How each of our commands is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Method {
    /// Measured runs; one more before them is for the caches.
    pub(crate) runs: usize,
    /// Our work is done so many times for each measurement: anything above 1 has to turn rows red.
    pub(crate) slow: usize,
}

impl Method {
    pub(crate) fn ours(self, command: impl Fn() -> Command) -> Runs {
        self.beside(command, || None).0
    }

    /// Ours and theirs in turn, so that a busy moment of the machine meets both.
    pub(crate) fn beside(
        self,
        ours: impl Fn() -> Command,
        theirs: impl Fn() -> Option<Command>,
    ) -> (Runs, Option<Runs>) {
        let (mut left, mut right) = (Runs::new(), Runs::new());
        let mut warm = Runs::new();
        warm.add(1, &ours);
        for _ in 0..self.runs {
            left.add(self.slow, &ours);
            if let Some(command) = theirs() {
                let command = std::cell::Cell::new(Some(command));
                right.add(1, &|| command.take().expect("asked once"));
            }
        }
        let peer = (!right.times.is_empty()).then_some(right);
        (left, peer)
    }
}

impl Runs {
    fn new() -> Self {
        Self { times: Vec::new(), memory: Vec::new() }
    }

    pub(crate) fn seconds(&self) -> Sample {
        Sample::new(Unit::Seconds, self.times.clone())
    }

    /// Peak memory in sizes of a text of `bytes`.
    pub(crate) fn texts(&self, bytes: u64) -> Sample {
        let text = bytes as f64;
        Sample::new(Unit::Texts, self.memory.iter().map(|memory| memory / text).collect())
    }

    fn add(&mut self, times: usize, command: &impl Fn() -> Command) {
        let mut memory = 0.0_f64;
        let start = Instant::now();
        for _ in 0..times {
            let mut command = command();
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            memory = memory.max(wait(command.spawn().expect("the command starts")));
        }
        self.times.push(start.elapsed().as_secs_f64());
        self.memory.push(memory);
    }
}

/// Waits for `child` and returns its peak resident set in bytes.
// The only way to the kernel's own figure of a child's peak memory.
#[expect(unsafe_code)]
fn wait(child: Child) -> f64 {
    let mut status = 0;
    // SAFETY: rusage is plain numbers, for which all zeros is a value; wait4 only writes to the two
    // locals, which outlive the call, and the child is ours and not waited for elsewhere.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::wait4(child.id().cast_signed(), &raw mut status, 0, &raw mut usage);
        usage
    };
    usage.ru_maxrss as f64 * 1024.0
}
