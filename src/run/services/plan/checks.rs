//! Probes of the model to questions.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Planner, dialogues};
use crate::model::{self, Appended, Checks, Probe, ProbeKind, Server, Service, Sourced};
use crate::run::health::monitor::CheckPlan;
use crate::run::health::probe;
use crate::run::health::verdict::Rules;
use crate::run::health::{Ask, Origin, Question, Step, UdpAsk};
use crate::source::Place;
use crate::source::codes::services as codes;

impl Planner<'_> {
    /// The checks of a server: its own, or the service's.
    pub(super) fn checks(&mut self, service: &Service, server: &Server) -> Vec<CheckPlan> {
        let own = server.own_probes();
        let probes = if own.is_empty() { &service.probes } else { own };
        probes.iter().filter_map(|probe| self.check(service, server, probe)).collect()
    }

    fn check(&mut self, service: &Service, server: &Server, probe: &Probe) -> Option<CheckPlan> {
        let place = probe.chosen_by.first().copied().or(server.at).or(service.at);
        let times = Times::of(service, server, probe, self.is_of_ldirectord(service));
        let address = probe.address.map_or(server.address, |address| address.value);
        let stated = probe.port.map(|port| port.value).or(server.port).filter(|port| *port > 0);
        let port = stated.or_else(|| self.cluster.port_of(&service.target.value));
        if port.is_none() && probe.kind.asks_a_port() {
            let message = format!("the check of `{address}` has no port");
            self.report(codes::BAD_PROBE, place, message, "state the port that is asked");
            return None;
        }
        let target = SocketAddr::new(address, port.unwrap_or(0));
        let ask = self.ask(&probe.kind, service, server, probe, target, place)?;
        // keepalived is told by the kernel of every change of a file, whatever the service's rhythm is.
        let is_file = matches!(ask, Ask::File { .. });
        let question = Question {
            limit: times.limit(&ask),
            interval: if is_file { times.interval.min(LOOK) } else { times.interval },
            origin: Origin {
                address: probe.settings.source.map(|source| source.value),
                port: number(probe.settings.source_port).and_then(|port| u16::try_from(port).ok()),
                interface: probe.settings.interface.as_ref().map(|name| name.value.clone()),
                mark: number(probe.settings.mark).filter(|mark| *mark != 0),
            },
            ask,
            target,
        };
        // What can never work is refused now, not by every check.
        if let Err(refusal) = probe::build(&question, &self.trust) {
            self.report(codes::BAD_PROBE, place, refusal.to_string(), "correct it");
            return None;
        }
        let rules = Rules { fall: times.failures, rise: NonZeroU32::MIN };
        let question = Arc::new(question);
        Some(CheckPlan { question, rules, retry: times.retry, warmup: times.warmup })
    }

    fn ask(
        &mut self,
        kind: &ProbeKind,
        service: &Service,
        server: &Server,
        probe: &Probe,
        target: SocketAddr,
        place: Option<Place>,
    ) -> Option<Ask> {
        let refused = |name: &str| Err(name.to_owned());
        let asked = match kind {
            ProbeKind::AlwaysDown => Ok(Ask::AlwaysDown),
            ProbeKind::AlwaysUp => Ok(Ask::AlwaysUp),
            ProbeKind::Bfd { .. } => refused("BFD_CHECK"),
            ProbeKind::Combined { connects, negotiate } => {
                let negotiate = self.ask(negotiate, service, server, probe, target, place)?;
                let times = Times::of(service, server, probe, self.is_of_ldirectord(service));
                let (connects, limit) = (*connects, times.connect.max(SHORTEST));
                Ok(Ask::Combined { connects, limit, negotiate: Box::new(negotiate) })
            }
            ProbeKind::Connect => Ok(Ask::Connect),
            ProbeKind::Dialogue(dialogue) => self.dialogue(dialogue, service),
            ProbeKind::Dns(dns) => Ok(self.dns(dns, service)),
            ProbeKind::File { name, weight } => {
                return self.file(name.as_ref(), weight.as_ref(), place);
            }
            ProbeKind::Http(http) => {
                Ok(Ask::Http(Box::new(self.http(http, service, server, target))))
            }
            ProbeKind::Ping => {
                let tries = probe.checks.ping_count.or(service.checks.ping_count);
                let tries = tries.map_or(1, |count| count.value);
                Ok(Ask::Ping { tries })
            }
            ProbeKind::Script(script) => {
                // ldirectord hands over the port of the `real` line, and 0 where it has none.
                let port = match script.appended {
                    Appended::VirtualAndReal => {
                        probe.port.map(|port| port.value).or(server.port).unwrap_or(0)
                    }
                    _ => target.port(),
                };
                Ok(Ask::Script(Box::new(self.script(script, service, server, port)?)))
            }
            ProbeKind::Smtp { helo } => Ok(dialogues::smtp(helo.as_ref())),
            ProbeKind::Udp(udp) => return self.udp(udp, place).map(Ask::Udp),
        };
        match asked {
            Ok(ask) => Some(ask),
            Err(name) => {
                let message = format!("the daemon cannot ask `{}` by {name} yet", server.address);
                let help = "ask by a connection, a page of HTTP or a script";
                self.report(codes::NO_PROBE, place, message, help);
                None
            }
        }
    }

    fn file(
        &mut self,
        name: Option<&Sourced<String>>,
        weight: Option<&Sourced<model::Weight>>,
        place: Option<Place>,
    ) -> Option<Ask> {
        let name = name.map(|name| name.value.as_str()).unwrap_or_default();
        let files = &self.cluster.tracked_files;
        let Some((file, path)) = files
            .iter()
            .find(|file| file.name.value == name)
            .and_then(|file| Some((file, file.settings.path.as_ref()?)))
        else {
            let message = format!("no track_file `{name}` with a path is defined");
            self.report(codes::BAD_PROBE, place, message, "define it");
            return None;
        };
        let weight = weight.or(file.settings.weight.as_ref()).map(|weight| weight.value);
        let factor = weight.map_or(1, |weight| {
            if weight.reverse == Some(true) { -weight.value } else { weight.value }
        });
        Some(Ask::File { path: PathBuf::from(&path.value), factor })
    }

    fn udp(&mut self, said: &model::Udp, place: Option<Place>) -> Option<UdpAsk> {
        let payload = said.payload.as_ref().map_or(Ok(b"lvsha".to_vec()), |text| {
            digits(&text.value).map(|pairs| pairs.into_iter().map(|(value, _)| value).collect())
        });
        let reply = said.reply.as_ref().and_then(|reply| reply.value.as_deref());
        let reply = reply.map_or(Ok(Vec::new()), digits);
        let (Ok(payload), Ok(reply)) = (payload, reply) else {
            let message = "a UDP payload or reply is no row of hexadecimal digit pairs".to_owned();
            self.report(codes::BAD_PROBE, place, message, "write for example `0d0a`");
            return None;
        };
        let length = |number: Option<Sourced<u32>>, default| {
            number.and_then(|number| usize::try_from(number.value).ok()).unwrap_or(default)
        };
        Some(UdpAsk {
            payload,
            needs_reply: said.reply.is_some(),
            reply,
            shortest: length(said.least_length, 0),
            longest: length(said.largest_length, 255),
        })
    }
}

/// The times of one check: the probe's, else the server's, else the service's, else keepalived's
/// defaults (ldirectord's are in the model already).
struct Times {
    interval: Duration,
    connect: Duration,
    whole: Option<Duration>,
    /// For a program.
    program: Duration,
    failures: NonZeroU32,
    retry: Option<Duration>,
    warmup: Duration,
}

impl Times {
    fn of(service: &Service, server: &Server, probe: &Probe, is_of_ldirectord: bool) -> Self {
        let stated =
            |field: &dyn Fn(&Checks) -> Option<Duration>| probe.stated(server, service, field);
        // keepalived ignores what is out of its range, and the finding of the reader says so.
        let time = |value: Option<Sourced<Duration>>| {
            value.map(|value| value.value).filter(|time| *time <= LONGEST)
        };
        let interval =
            stated(&|checks| time(checks.interval)).unwrap_or(Checks::INTERVAL).max(SHORTEST);
        let failures = probe.stated(server, service, |checks| checks.failures);
        let failures = failures.map(|failures| failures.value);
        let retry = stated(&|checks| time(checks.retry_delay));
        let pause = probe.kind.standard_pause(interval);
        // ldirectord knows no retries: it waits for its turn.
        let retry = retry.or_else(|| (!is_of_ldirectord).then_some(pause));
        Self {
            interval,
            connect: stated(&|checks| time(checks.connect_timeout))
                .unwrap_or(Checks::CONNECT_TIMEOUT),
            whole: stated(&|checks| time(checks.negotiate_timeout)),
            program: time(probe.stated_limit(server, service))
                .or_else(|| time(service.checks.interval))
                .unwrap_or(Checks::INTERVAL),
            failures: NonZeroU32::new(failures.unwrap_or(probe.kind.standard_failures()))
                .unwrap_or(NonZeroU32::MIN),
            retry,
            warmup: stated(&|checks| time(checks.warmup)).unwrap_or(interval),
        }
    }

    /// For the whole of a question. keepalived limits each step of an exchange; all of them together
    /// get as much time here as its connections would.
    fn limit(&self, ask: &Ask) -> Duration {
        let limit = match ask {
            Ask::Http(http) => {
                let exchanges = u32::try_from(http.exchanges.len()).unwrap_or(u32::MAX).max(1);
                self.whole.unwrap_or(self.connect.saturating_mul(exchanges))
            }
            Ask::Combined { negotiate, .. } => self.limit(negotiate),
            Ask::Lines(lines) => {
                // Each reply, and the connection.
                let heard = lines
                    .steps
                    .iter()
                    .filter(|step| !matches!(step, Step::Say(_) | Step::Whisper(_)));
                let steps = u32::try_from(heard.count()).unwrap_or(u32::MAX).saturating_add(1);
                self.whole.unwrap_or(self.connect.saturating_mul(steps))
            }
            Ask::Dns(_) | Ask::Ftp(_) | Ask::Radius(_) | Ask::Sip(_) | Ask::Text(_) => {
                self.whole.unwrap_or(self.connect)
            }
            Ask::Ping { tries } => self.connect.saturating_mul(*tries),
            Ask::Script(_) => self.program,
            _ => self.connect,
        };
        limit.max(SHORTEST)
    }
}

fn number(setting: Option<Sourced<u32>>) -> Option<u32> {
    setting.map(|number| number.value)
}

/// `0aXf`: value and mask of each byte; `X` is any digit.
fn digits(text: &str) -> Result<Vec<(u8, u8)>, ()> {
    let nibble = |c: char| match c {
        'x' | 'X' => Ok((0, 0)),
        c => c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()).map(|d| (d, 15)).ok_or(()),
    };
    let nibbles: Vec<_> =
        text.chars().filter(|c| !c.is_whitespace()).map(nibble).collect::<Result<_, _>>()?;
    let pairs = nibbles.chunks(2).map(|pair| match pair {
        [(high, high_mask), (low, low_mask)] => Ok((high << 4 | low, high_mask << 4 | low_mask)),
        _ => Err(()),
    });
    pairs.collect()
}

/// Longest time that is taken seriously: 32 bits of seconds, the most that ldirectord.cf can state.
const LONGEST: Duration = Duration::from_secs(4_294_967_295);
/// From one look at a file to the next.
const LOOK: Duration = Duration::from_millis(500);
/// Shortest time that is taken seriously.
const SHORTEST: Duration = Duration::from_millis(10);
