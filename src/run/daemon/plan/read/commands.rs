//! Command lines of hooks and scripts.

use super::{Planner, finding};
use crate::model::{Hook, HookEvent, Sourced};
use crate::run::daemon::plan::{HookMoment, HookPlan};
use crate::run::daemon::unexecuted::not_executed;
use crate::source::Place;
use crate::source::codes::daemon;

impl Planner<'_> {
    pub(super) fn hooks(&mut self, hooks: &[Sourced<Hook>]) -> Vec<HookPlan> {
        let mut planned = Vec::new();
        for hook in hooks {
            let event = match hook.value.event {
                HookEvent::Any => HookMoment::Any,
                HookEvent::Backup => HookMoment::Backup,
                HookEvent::Fault => HookMoment::Fault,
                HookEvent::Master => HookMoment::Master,
                HookEvent::Stop => HookMoment::Stop,
                HookEvent::Deleted | HookEvent::LowerPriority => {
                    if let Some(place) = hook.at {
                        let keyword = hook.value.event.keyword();
                        self.findings.push(not_executed(keyword, 1, Some(place)));
                    }
                    continue;
                }
                // Of services, not of routers.
                HookEvent::Down | HookEvent::QuorumDown | HookEvent::QuorumUp | HookEvent::Up => {
                    continue;
                }
            };
            let Some(words) = self.split(&hook.value.command, hook.at) else { continue };
            let command = Sourced { value: words, at: hook.at };
            planned.push(HookPlan { event, command, user: hook.value.user.clone() });
        }
        planned
    }

    /// As a shell takes a line apart, but no shell is started.
    pub(super) fn split(&mut self, line: &str, at: Option<Place>) -> Option<Vec<String>> {
        match shell_words::split(line) {
            Ok(words) if !words.is_empty() => Some(words),
            Ok(_) | Err(_) => {
                let message = "the command has no end: a quote is missing".to_owned();
                self.findings.push(finding(daemon::BAD_COMMAND, at, message));
                None
            }
        }
    }
}
