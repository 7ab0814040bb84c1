//! Commands of configurations: split as a shell does, without a shell; users by name.

use std::collections::BTreeMap;

use super::super::hooks::{ServerHooks, ServiceHooks};
use super::{Planner, own_port, targets};
use crate::model::{Hook, HookEvent, Script, Server, Service, Sourced};
use crate::run::account;
use crate::run::health::{ScriptAsk, User};
use crate::source::Place;
use crate::source::codes::services as codes;

impl Planner<'_> {
    /// The commands at changes of a service and its servers.
    pub(super) fn hooks(&mut self, service: &Service) -> ServiceHooks {
        let fallback = self.fallback_commands(service);
        let (up, down) = fallback.unwrap_or_else(|| {
            let up = self.all(&service.hooks, HookEvent::QuorumUp);
            (up, self.all(&service.hooks, HookEvent::QuorumDown))
        });
        let mut servers = BTreeMap::new();
        for server in &service.servers {
            let Some(own) = server.own.as_deref().filter(|own| !own.hooks.is_empty()) else {
                continue;
            };
            let up = self.all(&own.hooks, HookEvent::Up);
            let down = self.all(&own.hooks, HookEvent::Down);
            // As its events call it.
            let method = server.method.or(service.method).map(|method| method.value);
            let port = own_port(server.port, method);
            servers.insert((server.address, port), ServerHooks { up, down });
        }
        ServiceHooks { up, down, servers }
    }

    /// ldirectord's fallbackcommand is one command for both events, with `start` or `stop`, the
    /// service and its protocol behind it.
    fn fallback_commands(&mut self, service: &Service) -> Option<(Vec<ScriptAsk>, Vec<ScriptAsk>)> {
        let [first, second] = service.hooks.as_slice() else { return None };
        if first.at.is_none() || first.at != second.at {
            return None;
        }
        let id = targets::id(service);
        let (protocol, target) = id.split_once(' ')?;
        let protocol = if protocol == "fwmark" { "fwm" } else { protocol };
        let mut with = |word: &str| {
            let arguments = [word, target, protocol].map(str::to_owned);
            let command = self.command(&first.value.command, None, first.at)?;
            Some(ScriptAsk { command: [command.command, arguments.to_vec()].concat(), ..command })
        };
        Some((with("stop").into_iter().collect(), with("start").into_iter().collect()))
    }

    fn all(&mut self, hooks: &[Sourced<Hook>], event: HookEvent) -> Vec<ScriptAsk> {
        let meant = hooks.iter().filter(|hook| hook.value.event == event);
        meant
            .filter_map(|hook| {
                self.command(&hook.value.command, hook.value.user.as_deref(), hook.at)
            })
            .collect()
    }

    /// An external probe of `server` on `port`.
    pub(super) fn script(
        &mut self,
        script: &Script,
        service: &Service,
        server: &Server,
        port: u16,
    ) -> Option<ScriptAsk> {
        let user = script.user.as_ref().map(|user| user.value.as_str());
        let mut ask = self.command(&script.command.value, user, script.command.at)?;
        let about = &service.target.value;
        ask.command.extend(script.arguments(about, server.address, port));
        ask.sets_weight = script.dynamic_weight.is_some_and(|flag| flag.value);
        Some(ask)
    }

    fn command(&mut self, line: &str, user: Option<&str>, at: Option<Place>) -> Option<ScriptAsk> {
        let command = shell_words::split(line).unwrap_or_default();
        if command.is_empty() {
            let message = "the command cannot be taken apart".to_owned();
            self.report(codes::BAD_SCRIPT, at, message, "close its quotes");
            return None;
        }
        let default = self.cluster.globals.script_user.as_ref().map(|user| user.value.as_str());
        let identity = match user.or(default) {
            None => account::default_identity(),
            Some(said) => match account::identity(said) {
                Ok(identity) => Some(identity),
                Err(unknown) => {
                    let message = format!("{unknown} here");
                    self.report(codes::BAD_SCRIPT, at, message, "create it, or name another one");
                    None
                }
            },
        };
        let user = identity.map(|(user, group)| User { user, group });
        let is_secure = self.cluster.globals.script_security.as_ref().is_some_and(|on| on.value);
        let environment = BTreeMap::new();
        Some(ScriptAsk { command, environment, user, sets_weight: false, is_secure })
    }
}
