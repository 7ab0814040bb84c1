//! Commands, timed: wall clock and the kernel's own figure of their memory.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Instant;

use crate::table::{Sample, Trouble, Unit};

/// Interleaved runs of a command and, perhaps, of its peer's.
pub(crate) struct Runs {
    times: Vec<f64>,
    /// The user's and the kernel's, of all threads. Where other work runs beside it, this is what can be
    /// compared.
    processor: Vec<f64>,
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
    /// Runs of ours before one of theirs, and behind it.
    pub(crate) around: usize,
}

impl Method {
    pub(crate) fn ours(self, command: impl Fn() -> Command) -> Result<Runs, Trouble> {
        let nobody = || Err(Trouble::Missing(String::new()));
        self.beside(command, nobody).0
    }

    /// Ours and theirs in turn, so that a busy moment of the machine meets both. Ours, which takes less time, before
    /// and behind theirs: what a turn has of it is the mean, so that a machine that becomes slower meets both alike.
    /// Who fails once is not asked again: a refusal takes less time than the work.
    pub(crate) fn beside(
        self,
        ours: impl Fn() -> Command,
        theirs: impl Fn() -> Result<Command, Trouble>,
    ) -> (Result<Runs, Trouble>, Result<Runs, Trouble>) {
        let ours = || Ok(ours());
        let warm = Runs::new().add(1, &ours);
        let (mut left, mut right) = (warm.map(|_| Runs::new()), Ok(Runs::new()));
        for _ in 0..self.runs {
            let before = Runs::new().add_each(self.around, self.slow, &ours);
            right = right.and_then(|runs| runs.add(1, &theirs));
            let turn = before.and_then(|runs| runs.add_each(self.around, self.slow, &ours));
            left = left.and_then(|runs| Ok(runs.with_mean_of(&turn?)));
        }
        (left, right)
    }
}

impl Runs {
    fn new() -> Self {
        Self { times: Vec::new(), processor: Vec::new(), memory: Vec::new() }
    }

    pub(crate) fn seconds(&self) -> Sample {
        Sample::new(Unit::Seconds, self.times.clone())
    }

    pub(crate) fn processor(&self) -> Sample {
        Sample::new(Unit::Seconds, self.processor.clone())
    }

    /// Peak memory in sizes of a text of `bytes`.
    pub(crate) fn texts(&self, bytes: u64) -> Sample {
        let text = bytes as f64;
        Sample::new(Unit::Texts, self.memory.iter().map(|memory| memory / text).collect())
    }

    fn add_each(
        self,
        count: usize,
        times: usize,
        command: &impl Fn() -> Result<Command, Trouble>,
    ) -> Result<Self, Trouble> {
        (0..count).try_fold(self, |runs, _| runs.add(times, command))
    }

    /// One more run: the mean of all others.
    fn with_mean_of(mut self, others: &Self) -> Self {
        // A handful is far below what a float holds exactly.
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        self.times.push(mean(&others.times));
        self.processor.push(mean(&others.processor));
        self.memory.push(mean(&others.memory));
        self
    }

    /// Every input here is one that all programs accept.
    fn add(
        mut self,
        times: usize,
        command: &impl Fn() -> Result<Command, Trouble>,
    ) -> Result<Self, Trouble> {
        let (mut time, mut processor, mut memory) = (0.0, 0.0, 0.0_f64);
        for _ in 0..times {
            let mut command = command()?;
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let start = Instant::now();
            let (status, seconds, bytes) = wait(command.spawn().expect("the command starts"));
            time += start.elapsed().as_secs_f64();
            if !status.success() {
                return Err(Trouble::Failed(format!("{status} of {command:?}: run it by hand")));
            }
            processor += seconds;
            memory = memory.max(bytes);
        }
        self.times.push(time);
        self.processor.push(processor);
        self.memory.push(memory);
        Ok(self)
    }
}

/// Waits for `child`: how it ended, its processor time in seconds, and its peak resident set in bytes.
// The only way to the kernel's own figures of a child.
#[expect(unsafe_code)]
fn wait(child: Child) -> (ExitStatus, f64, f64) {
    let mut status = 0;
    // SAFETY: rusage is plain numbers, for which all zeros is a value; wait4 only writes to the two
    // locals, which outlive the call, and the child is ours and not waited for elsewhere.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        let child = child.id().cast_signed();
        // Without the child's own figures, those of nobody would count.
        assert_eq!(libc::wait4(child, &raw mut status, 0, &raw mut usage), child, "it is ours");
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    let spent = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    (ExitStatus::from_raw(status), spent, usage.ru_maxrss as f64 * 1024.0)
}
