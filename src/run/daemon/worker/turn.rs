//! One turn of the loop.

use super::*;

/// Why the loop goes on.
pub(super) enum Wake {
    /// Packets, or news about links.
    News,
    /// An order; `None` when nobody gives any more.
    Order(Option<Order>),
    /// A deadline, or work that was left.
    Time,
}

impl Worker {
    /// Packets, timers, advertisements, then a slice of the rest; true if something of it is left.
    pub(super) fn turn(&mut self) -> bool {
        let has_more = self.read_events();
        self.read_packets();
        self.director.handle_timeout(Instant::now());
        self.carry_out();
        self.follow_news();
        // Addresses before their announcement (A82, A91), and before whoever starts something on them.
        let has_changes = self.change_objects();
        self.tell_changes(!self.is_dirty && self.changes.is_empty());
        has_changes || self.announce() || has_more
    }

    /// Sleeps until there is something to do.
    pub(super) async fn wait(&mut self, is_busy: bool) -> Wake {
        let deadline = self.deadline().filter(|_| !is_busy);
        let (receivers, events, alarm) = (&self.receivers, &self.events, &mut self.alarm);
        let news = std::future::poll_fn(|context| {
            // Both, so that both wake the next time.
            let packets = receivers.poll_news(context);
            let changes = events.poll_news(context);
            if packets.is_ready() { packets } else { changes }
        });
        let timer = async {
            match deadline {
                Some(deadline) => {
                    std::future::poll_fn(|context| alarm.poll(deadline, context)).await
                }
                None if is_busy => tokio::task::yield_now().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = news => Wake::News,
            order = self.orders.recv() => Wake::Order(order),
            () = timer => Wake::Time,
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let now = Instant::now();
        let deadlines = [
            self.announcements.next_deadline(now),
            self.director.next_deadline(),
            self.unopened.next_deadline(),
            self.rereading.next_deadline(),
            self.untold.next_deadline(),
        ];
        deadlines.into_iter().flatten().min()
    }

    /// Reads every socket empty.
    fn read_packets(&mut self) {
        let mut buffer = std::mem::take(&mut self.buffer);
        let receivers = std::mem::take(&mut self.receivers);
        for (link, receiver) in receivers.iter() {
            // As many as arrive in a turn, not as many as somebody can send.
            for _ in 0..MOST_PACKETS {
                match receiver.receive(&mut buffer) {
                    Ok(Some((envelope, payload))) => {
                        let decoded = self.judge(link, &envelope, payload);
                        if let Ok((index, _)) = &decoded {
                            self.heard_on(link, *index);
                            self.look_at_sender(link, *index, envelope.source);
                        }
                        self.deliver(envelope.source, decoded);
                    }
                    Ok(None) => {}
                    // Also a link that goes down: its event follows.
                    Err(_) => break,
                }
            }
        }
        self.receivers = receivers;
        self.buffer = buffer;
    }

    /// Which router a packet is for, and what it is.
    fn judge(
        &self,
        link: u32,
        envelope: &Envelope,
        payload: &[u8],
    ) -> Result<(RouterIndex, Input), (Option<RouterIndex>, Reason)> {
        let family = Family::of(envelope.source);
        let find = |id: Option<u8>| self.index.get(&(link, id?, family)).copied();
        // Unicast peers may be some hops away; the list of peers guards instead, where it is asked to (C04).
        let is_multicast = envelope.destination.is_multicast();
        let minimum = if is_multicast { HOP_LIMIT } else { 0 };
        let (advertisement, custom) = Advertisement::decode(payload, envelope, minimum)
            .map_err(|error| (find(error.virtual_router_id), error.reason))?;
        let index =
            find(Some(advertisement.virtual_router_id)).ok_or((None, Reason::UnknownRouter))?; // A66
        if self.is_own(index, envelope.source) {
            return Err((None, Reason::UnknownRouter));
        }
        let is_expected = match self.transport_on(index, link) {
            Some(Transport::Unicast(peers)) => {
                let is_checked = self.plan.routers.get(index).is_none_or(|own| own.checks_source);
                peers.contains(&envelope.source) || !(is_checked || is_multicast)
            }
            Some(Transport::Multicast(_)) => is_multicast,
            None => false,
        };
        if !is_expected {
            return Err((Some(index), Reason::UnknownPeer));
        }
        let source = envelope.source;
        Ok((index, Input::Advertisement { source, advertisement, custom }))
    }

    /// Tells once of somebody who is no peer: with a mistake in the list he would be the other master.
    fn look_at_sender(&mut self, link: u32, index: RouterIndex, source: IpAddr) {
        let is_stranger = match self.transport_on(index, link) {
            Some(Transport::Unicast(peers)) => !peers.contains(&source),
            Some(Transport::Multicast(_)) | None => false,
        };
        // Anybody can send under as many addresses as he likes.
        let is_told = is_stranger
            && self.strangers.len() < MOST_STRANGERS
            && self.strangers.insert((index, source));
        if let Some(router) = self.plan.routers.get(index).filter(|_| is_told) {
            let router = router.settings.name.clone();
            self.reporter.tell(Report::Stranger { router, source });
        }
    }

    fn deliver(
        &mut self,
        source: IpAddr,
        packet: Result<(RouterIndex, Input), (Option<RouterIndex>, Reason)>,
    ) {
        let now = Instant::now();
        match packet {
            Ok((index, input)) => self.director.handle(index, input, now),
            Err((Some(index), reason)) => {
                self.director.handle(index, Input::Discarded { source, reason }, now);
            }
            // Other routers on the link are nobody's business here.
            Err((None, Reason::UnknownRouter)) => {}
            Err((None, reason)) => self.reporter.discarded(source, reason, now),
        }
    }

    /// Does what the machines want: advertisements at once, everything else later.
    pub(super) fn carry_out(&mut self) {
        let now = Instant::now();
        while let Some((index, output)) = self.director.poll_output() {
            let name = || self.plan.routers.get(index).map(|r| r.settings.name.clone());
            match output {
                Output::Advertise { priority } => self.advertise(index, priority),
                Output::Announce(why) => self.announcements.announce(index, why, now),
                Output::Changed(transition) => {
                    self.is_dirty = true;
                    if transition.from == State::Master {
                        self.announcements.stop(index);
                    }
                    let router = name().unwrap_or_default();
                    self.untold.push(Report::Transition { router, transition }, now);
                    self.told_groups.look();
                }
                Output::Leaving(cause) => {
                    let router = name().unwrap_or_default();
                    self.untold.push(Report::Leaving { router, cause }, now);
                }
                Output::Notice(notice) => {
                    let router = name().unwrap_or_default();
                    self.reporter.tell(Report::Noticed { router, notice });
                }
                Output::PriorityChanged { from, to } => {
                    let router = name().unwrap_or_default();
                    self.untold.push(Report::PriorityChanged { router, from, to }, now);
                }
                Output::Ready => {}
                Output::Withdraw => {
                    self.is_dirty = true;
                    let router = name().unwrap_or_default();
                    let priority = self.director.machine(index).map_or(0, Machine::priority);
                    self.untold.push(Report::Withdrawn { router, priority }, now);
                    self.told_groups.look();
                }
            }
        }
        // A group is told of when its routers have been.
        for (group, state) in self.told_groups.news(&self.director) {
            self.untold.push(Report::GroupChanged { group, state }, now);
        }
    }

    /// Tells what has happened, as far as what belongs to it is done.
    pub(super) fn tell_changes(&mut self, is_settled: bool) {
        let now = Instant::now();
        while let Some(report) = self.untold.next(is_settled, now) {
            self.reporter.tell(report);
        }
    }

    fn advertise(&mut self, index: RouterIndex, priority: u8) {
        self.advertise_further(index, priority);
        let (Some(plan), Some(machine), Some(port)) =
            (self.plan.routers.get(index), self.director.machine(index), self.ports.get(index))
        else {
            return;
        };
        let result = match port {
            Some(port) => port.advertise(&plan.transport, plan.custom, machine, priority),
            // A fault has its own line, and one that has further paths is heard.
            None if priority == 0 || !plan.paths.is_empty() => Ok(()),
            None => Err(io::Error::other("there is no way out")),
        };
        if let Err(error) = result {
            let what = format!("({}) advertisement on {}", plan.settings.name, plan.interface);
            self.reporter.unsent(what, &error, Instant::now());
        }
    }
}

/// Packets that are read from one socket in a turn.
const MOST_PACKETS: usize = 4096;

/// Senders that are told of between two reloads.
const MOST_STRANGERS: usize = 64;
