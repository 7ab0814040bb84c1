//! What the environment says about a run.

use std::time::Duration;

use super::back_end::BackEnd;

/// No run takes longer, whatever hangs. `LAB_LIMIT` changes it.
const LIMIT_MINUTES: u64 = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// `None` for `LAB=off`.
    pub(super) back_end: Option<BackEnd>,
    /// From the start of a machine to its end.
    pub(super) limit: Duration,
    /// `LAB_RETRIES`: how often scenarios that failed are tried once more, on a new machine.
    pub(super) retries: u64,
    /// `LAB_MACHINES`: so many side by side, if the back end can.
    machines: Option<usize>,
}

impl Settings {
    /// From variables by their names; a word that means nothing is refused, not passed over.
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let back_end = match variable("LAB").as_deref() {
            None | Some("" | "emulated") => Some(BackEnd::Emulated),
            Some("kvm") => Some(BackEnd::Kvm),
            Some("host") => Some(BackEnd::Host),
            Some("off") => None,
            Some(other) => {
                return Err(format!("LAB={other} is no back end: emulated, kvm, host or off"));
            }
        };
        let number = |name: &str, what: &str| match variable(name) {
            None => Ok(None),
            Some(text) => match text.parse::<u64>() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(format!("{name}={text} is no number of {what}")),
            },
        };
        let minutes = number("LAB_LIMIT", "minutes")?.unwrap_or(LIMIT_MINUTES);
        let machines = number("LAB_MACHINES", "machines")?;
        let retries = number("LAB_RETRIES", "tries")?.unwrap_or(0);
        Ok(Self {
            back_end,
            limit: Duration::from_secs(minutes.saturating_mul(60)),
            retries,
            // Nobody has so many that the number does not fit; none is no lab.
            machines: machines.map(|number| usize::try_from(number).unwrap_or(1).max(1)),
        })
    }

    /// How many machines run side by side. An emulated one takes one processor; the host's kernel is one only.
    pub(super) fn machines(self, back_end: BackEnd, processors: usize) -> usize {
        match back_end {
            BackEnd::Emulated => self.machines.unwrap_or(processors.clamp(1, 2)),
            BackEnd::Kvm | BackEnd::Host => 1,
        }
    }
}
