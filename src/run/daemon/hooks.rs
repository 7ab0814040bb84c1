//! Notify scripts, in order: for each router and group one after the other, never two at once.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::warn;

use super::Plan;
use super::plan::{HookMoment, HookPlan, ScriptPolicy};
use super::script;
use super::succession::Succession;
use crate::run::tasks::finish_all;
use crate::run::vrrp::State;

/// Who changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Subject {
    Group,
    Instance,
}

impl Subject {
    /// As scripts and pipes are told.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Group => "GROUP",
            Self::Instance => "INSTANCE",
        }
    }
}

/// A queue and a task for each router and group that has hooks.
#[derive(Debug, Default)]
pub(super) struct Hooks {
    queues: HashMap<(Subject, String), (Vec<HookPlan>, mpsc::UnboundedSender<Call>)>,
    policy: ScriptPolicy,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Call {
    command: Vec<String>,
    user: Option<String>,
    policy: ScriptPolicy,
}

impl Hooks {
    /// Needs a tokio runtime.
    pub(super) fn new(plan: &Plan) -> Self {
        let mut hooks = Self::default();
        hooks.configure(plan, &Succession::default());
        hooks
    }

    /// Another plan. What is queued is still run, also of who is gone, and before what comes next.
    pub(super) fn configure(&mut self, plan: &Plan, succession: &Succession) {
        let routers = plan.routers.iter().map(|router| {
            ((Subject::Instance, router.settings.name.clone()), router.hooks.clone())
        });
        let groups = plan
            .groups
            .iter()
            .map(|group| ((Subject::Group, group.name.clone()), group.hooks.clone()));
        let mut old = succession.carry_subjects(std::mem::take(&mut self.queues));
        self.tasks.retain(|task| !task.is_finished());
        self.policy = plan.scripts.clone();
        for (key, planned) in routers.chain(groups) {
            if planned.is_empty() {
                continue;
            }
            let sender = old.remove(&key).map_or_else(
                || {
                    let (sender, calls) = mpsc::unbounded_channel();
                    self.tasks.push(tokio::spawn(work(calls)));
                    sender
                },
                |(_, sender)| sender,
            );
            self.queues.insert(key, (planned, sender));
        }
    }

    /// Queues what is to be run for a change: first the hook of the state, then the one for all.
    pub(super) fn changed(&self, subject: Subject, name: &str, state: State, priority: u8) {
        let Some((hooks, queue)) = self.queues.get(&(subject, name.to_owned())) else { return };
        let moment = match state {
            State::Backup => HookMoment::Backup,
            State::Fault => HookMoment::Fault,
            State::Initialize => HookMoment::Stop,
            State::Master => HookMoment::Master,
        };
        let word = word_of(state);
        for call in calls(hooks, moment, [subject.word(), name, word], priority, &self.policy) {
            // The task ends only with this queue.
            let _ = queue.send(call);
        }
    }

    /// Waits for what is queued, but not for ever.
    pub(super) async fn finish(self) {
        drop(self.queues);
        finish_all(self.tasks, AT_THE_END).await;
    }
}

/// A state as scripts and pipes are told.
pub(super) fn word_of(state: State) -> &'static str {
    match state {
        State::Backup => "BACKUP",
        State::Fault => "FAULT",
        State::Initialize => "STOP",
        State::Master => "MASTER",
    }
}

fn calls(
    hooks: &[HookPlan],
    moment: HookMoment,
    words: [&str; 3],
    priority: u8,
    policy: &ScriptPolicy,
) -> Vec<Call> {
    let call = |hook: &HookPlan, command| Call {
        command,
        user: hook.user.clone(),
        policy: policy.clone(),
    };
    let of = |wanted: HookMoment| hooks.iter().filter(move |hook| hook.event == wanted);
    let own = of(moment).map(|hook| call(hook, hook.command.value.clone()));
    let any = of(HookMoment::Any).map(|hook| {
        let mut command = hook.command.value.clone();
        command.extend(words.map(ToOwned::to_owned));
        command.push(priority.to_string());
        call(hook, command)
    });
    own.chain(any).collect()
}

async fn work(mut calls: mpsc::UnboundedReceiver<Call>) {
    while let Some(Call { command, user, policy }) = calls.recv().await {
        let result = script::execute(&command, user.as_deref(), &policy, LIMIT).await;
        if let Err(error) = result {
            // Arguments may hold secrets; the program does not.
            let program = command.first().map_or("", String::as_str);
            warn!("script {program}: {error}");
        }
    }
}

/// How long a hook may take; the next one waits for it.
const LIMIT: Duration = Duration::from_secs(60);

/// How long the end of the daemon waits for the hooks of all routers.
const AT_THE_END: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sourced;
    use crate::run::daemon::plan::GroupPlan;

    #[test]
    fn the_hook_of_the_state_comes_first_and_the_general_one_is_told_everything() {
        let hook = |event, command: &str| HookPlan {
            event,
            command: Sourced::implied(vec![command.to_owned()]),
            user: None,
        };
        let hooks = [
            hook(HookMoment::Any, "any"),
            hook(HookMoment::Master, "master"),
            hook(HookMoment::Backup, "backup"),
        ];
        let words = ["INSTANCE", "VI_1", "MASTER"];
        let commands: Vec<String> =
            calls(&hooks, HookMoment::Master, words, 150, &ScriptPolicy::default())
                .into_iter()
                .map(|call| call.command.join(" "))
                .collect();
        assert_eq!(commands, ["master", "any INSTANCE VI_1 MASTER 150"]);
    }

    #[tokio::test]
    async fn a_reload_ends_no_script_and_the_next_one_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let (story, go) = (folder.path().join("story"), folder.path().join("go"));
        let plan = |event, line: String| {
            let words = vec!["/bin/sh".to_owned(), "-c".to_owned(), line];
            let command = Sourced::implied(words);
            let hooks = vec![HookPlan { event, command, user: None }];
            let group = GroupPlan { name: "both".to_owned(), members: vec![], hooks, mails: false };
            Plan { groups: vec![group], ..Plan::default() }
        };
        let (told, gate) = (story.display(), go.display());
        let slow = format!("until [ -e {gate} ]; do sleep 0.02; done; echo first >> {told}");
        let first = plan(HookMoment::Master, slow);
        let mut hooks = Hooks::new(&first);
        hooks.changed(Subject::Group, "both", State::Master, 0);
        let second = plan(HookMoment::Backup, format!("echo second >> {told}"));
        hooks.configure(&second, &Succession::new(&first, &second));
        hooks.changed(Subject::Group, "both", State::Backup, 0);
        // Nobody has hooks any more: what is queued is run all the same.
        hooks.configure(&Plan::default(), &Succession::default());
        std::fs::write(&go, "").unwrap();
        hooks.finish().await;
        assert_eq!(std::fs::read_to_string(&story).unwrap(), "first\nsecond\n");
    }
}
