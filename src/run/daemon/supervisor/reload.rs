//! Another configuration without another start.

use std::collections::HashSet;

use super::*;

/// A plan that waits for the end of what runs on routers that it does not have.
pub(super) struct Coming {
    plan: Plan,
    left: oneshot::Receiver<()>,
    /// The routers that give up.
    routers: Vec<String>,
    /// Whether somebody asked for another reload meanwhile.
    is_outdated: bool,
}

/// Asks for a reload, for somebody who wants to know what becomes of it.
pub(super) async fn ask(
    reloading: &mpsc::UnboundedSender<oneshot::Sender<ReloadAnswer>>,
) -> Answer {
    let (asked, answer) = oneshot::channel();
    // If nobody takes it, the other channel says so.
    let _ = reloading.send(asked);
    match answer.await {
        Ok(answer) => services::json(&answer),
        Err(_) => Answer::Refused("the daemon is stopping".to_owned()),
    }
}

impl Coming {
    /// The plan, when all have given up; never, if nothing waits.
    pub(super) async fn ready(waiting: &mut Option<Self>) -> (Plan, bool) {
        if let Some(coming) = waiting {
            // If the worker is gone, its channel says so.
            let _ = (&mut coming.left).await;
        }
        match waiting.take() {
            Some(coming) => (coming.plan, coming.is_outdated),
            None => std::future::pending().await,
        }
    }
}

impl Supervisor {
    /// All or nothing: a configuration that cannot be used changes nothing.
    pub(super) async fn reload(&mut self, reports: &mut Reports) -> ReloadAnswer {
        if let Some(coming) = &mut self.coming {
            coming.is_outdated = true;
            return ReloadAnswer::Waiting { routers: coming.routers.clone() };
        }
        let time = NotifyState::monotonic_usec_now();
        notify(
            &[Some(NotifyState::Reloading), time.ok()].into_iter().flatten().collect::<Vec<_>>(),
        );
        let answer = match (self.load)() {
            Err(why) => {
                error!("reload refused, nothing has changed: {why}");
                ReloadAnswer::Refused { why }
            }
            Ok(plan) if plan == self.plan => {
                info!("reload: nothing has changed");
                ReloadAnswer::Unchanged
            }
            Ok(plan) => {
                let routers = self.plan.occupied_without(&plan);
                if routers.is_empty() {
                    self.follow_plan(plan, reports).await;
                    return ReloadAnswer::Done;
                }
                info!("reload: first the resources of {} are stopped", routers.join(", "));
                notify(&[NotifyState::ExtendTimeoutUsec(LONGEST_STOP)]);
                let (done, left) = oneshot::channel();
                // If the worker is gone, its end of the other channel says so.
                let _ = self.orders.send(Order::Leave { routers: routers.clone(), done });
                let coming = Coming { plan, left, routers: routers.clone(), is_outdated: false };
                self.coming = Some(coming);
                return ReloadAnswer::Waiting { routers };
            }
        };
        notify(&[NotifyState::Ready]);
        answer
    }

    /// Everybody does from now on what another plan says.
    pub(super) async fn follow_plan(&mut self, plan: Plan, reports: &mut Reports) {
        if plan.refused != self.plan.refused {
            refuse(&plan.refused);
        }
        let (done, answer) = oneshot::channel();
        // They count sources by the old plan.
        self.trackers.pause();
        let order = Order::Reload { plan: Box::new(plan.clone()), done };
        if self.orders.send(order).is_ok() && answer.await.is_ok() {
            // Routers that are gone have their scripts in the old plan, and those that come have
            // theirs in the new one: the worker may have told of both by now.
            while let Some(report) = reports.next_of_old_plan() {
                self.follow(&report);
            }
            let succession = Succession::new(&self.plan, &plan);
            self.states = succession.carry_subjects(std::mem::take(&mut self.states));
            self.trackers.configure(&plan);
            self.resources.configure(&plan, &succession, &self.orders);
            self.pipes.configure(&plan);
            if plan.mail != self.plan.mail {
                self.mailer = plan.mail.clone().map(Mailer::start);
            }
            self.hooks.configure(&plan, &succession);
            if let Err(error) = self.balancing.configure(&plan.services, &succession) {
                error!("no thread for the virtual services: {error}");
            }
            // The thread has given the right to it away.
            if self.real_time.is_none() && plan.real_time != self.plan.real_time {
                warn!("`vrrp_rt_priority` counts from the next start on");
            }
            info!("reloaded: {}", counted(plan.routers.len(), "virtual router"));
            // What is gone must not speak for one that gets its name later.
            let services = plan.services.services.iter().map(|service| service.id.as_str());
            let services: HashSet<&str> = services.collect();
            self.quorums.retain(|service, _| services.contains(service.as_str()));
            self.plan = plan;
            self.observe_services();
            self.tell_states();
        }
        notify(&[NotifyState::Ready]);
    }

    /// After a reload, who reads a pipe may want to hear what he heard before.
    fn tell_states(&mut self) {
        if self.plan.tells_states {
            for ((subject, name), (state, priority)) in &self.states {
                self.pipes.changed(*subject, name, word_of(*state), *priority);
            }
        }
    }
}
