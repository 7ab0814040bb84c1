//! Virtual services: what ldirectord means, in the terms keepalived has.

use std::time::Duration;

use super::{Extras, GeneratedScript, Purpose, SCRIPT_DIRECTORY, duplicates, ports, probes};
use crate::emit::{Account, Feature, Target as Version};
use crate::model::{
    Alike, Cluster, Forwarding, Hook, HookEvent, Located, Probe, ProbeKind, Protocol, Rare, Server,
    Service, Sourced, Target,
};
use crate::source::Code;
use crate::source::codes::conversion;

/// Translates every service.
pub(super) fn apply(
    cluster: &mut Cluster,
    target: Version,
    extras: &mut Extras,
    account: &mut Account,
) {
    // Ten thousand services that take their timing from the globals go on sharing it.
    let (mut at_once, mut of_probes) = (Alike::default(), Rare::default());
    for service in &mut cluster.services {
        endpoint(service, account);
        fallback_method(service);
        switched_off(service, account);
        let asks_nowhere = ports::asks_nowhere(service);
        servers(service, account);
        fallback(service, target, account);
        hooks(service, extras, account);
        texts(service, account);
        probes::apply(service, (target, asks_nowhere), extras, &mut of_probes, account);
        // ldirectord puts a server in only after its first success, and asks at once; keepalived
        // puts it in untested and waits for up to delay_loop before it asks. A server that nobody
        // asks must not start down: old releases, which count no failed checkers, leave it out for ever.
        if service.servers.iter().any(|server| !server.own_probes().is_empty())
            || !service.probes.is_empty()
        {
            // With alpha a pool that is dead from the start never loses its quorum (tried).
            let needs_loss = !service.hooks.is_empty();
            service.start_down = (!needs_loss).then(|| Sourced::implied(true));
            if needs_loss {
                let (at, code) = (service.target.at, conversion::FALLBACK_COMMAND);
                account.changed(at, code, "virtual_server", NO_ALPHA);
            }
            at_once.change(&mut service.checks, |checks| {
                checks.warmup = Some(Sourced::implied(Duration::ZERO));
            });
        } else {
            service.start_down = None;
        }
    }
    // At last, when their globals are spoken for.
    duplicates::services(cluster, account);
    cluster.services.retain(|service| is_writable(service, account));
}

fn endpoint(service: &mut Service, account: &mut Account) {
    account.exact(service.target.at, "virtual_server");
    match service.target.value {
        Target::Endpoint { port, .. } => {
            let protocol = *service.protocol.get_or_insert(Sourced::implied(Protocol::Tcp));
            account.exact(protocol.at, "protocol");
            if port == 0 && service.persistence.is_none_or(|time| time.value == 0) {
                let note = "a service for every port needs persistence; 360 s were set";
                account.changed(
                    service.target.at,
                    conversion::VERSION_TOO_OLD,
                    "virtual_server",
                    note,
                );
                service.persistence = Some(Sourced::implied(DEFAULT_PERSISTENCE));
            }
        }
        Target::Mark { .. } | Target::Group(_) => {
            let place = service.protocol.take().place();
            account.needless(place, "a firewall mark has no protocol");
        }
    }
    let scheduler = service.scheduler.get_or_insert_with(|| Sourced::implied("wrr".to_owned()));
    account.exact(scheduler.at, "lvs_sched");
    service.scheduler_flags.retain(|flag| {
        let is_known = Service::SCHEDULER_FLAGS.contains(&flag.value.as_str());
        if is_known {
            account.exact(flag.at, "scheduler flags");
        } else {
            let note = "keepalived has no such flag of a scheduler, and refuses the word";
            account.lossy(flag.at, conversion::NO_COUNTERPART, "", &[note]);
        }
        is_known
    });
    let udp = service.protocol.is_some_and(|protocol| protocol.value == Protocol::Udp);
    if let Some(one_packet) = service.one_packet {
        match (one_packet.value, udp) {
            (true, true) => account.exact(one_packet.at, "ops"),
            (true, false) => {
                account.needless(one_packet.at, "one-packet scheduling exists for UDP only")
            }
            (false, _) => account.needless(one_packet.at, "off is keepalived's default"),
        }
        if !(one_packet.value && udp) {
            service.one_packet = None;
        }
    }
    match service.persistence {
        Some(time) if time.value == 0 => {
            account.needless(time.at, "a persistence of 0 s is none");
            service.persistence = None;
        }
        Some(time) => account.exact(time.at, "persistence_timeout"),
        None => {}
    }
    if let Some(mask) = service.granularity {
        if service.persistence.is_some() {
            account.exact(mask.at, "persistence_granularity");
        } else {
            account.needless(mask.at, "ldirectord ignores netmask without persistent");
            service.granularity = None;
        }
    }
    if let Some(quiescent) = service.quiescent {
        if quiescent.value {
            account.exact(quiescent.at, "inhibit_on_failure");
        } else {
            account.needless(quiescent.at, "keepalived removes dead servers unless told otherwise");
        }
    }
}

fn servers(service: &mut Service, account: &mut Account) {
    let service_port = service.target.value.port();
    let asked = ports::asked(service);
    let common = common_method(&service.servers);
    service.method = common.map(Sourced::implied);
    for server in &mut service.servers {
        account.exact(server.at, "real_server");
        if server.own.as_ref().is_some_and(|own| own.ignored) {
            account.changed(server.at, conversion::CHECK_DIFFERENT, "real_server", IGNORED);
        }
        let method = server.method.map(|method| method.value);
        if method == common {
            // Said once for all servers; a hundred thousand equal lines help nobody.
            server.method = None;
        }
        let routed = method != Some(Forwarding::Masquerading);
        match (server.port.filter(|port| *port != 0), service_port) {
            (None, port) => server.port = port,
            (Some(own), Some(port)) if routed && own != port => {
                let note = format!(
                    "direct routing and tunnelling keep the service's port {port}; only checks went to {own}"
                );
                account.changed(server.at, conversion::CHECK_DIFFERENT, "real_server", &note);
                server.port = Some(port);
            }
            // Packets of a mark keep whatever port they have; keepalived refuses one here (tried).
            (Some(_), None) if routed => server.port = None,
            (Some(_), _) => {}
        }
    }
    ports::keep(service, &asked);
    duplicates::servers(service, &asked, account);
}

/// The method of most servers, the first of them on a tie.
fn common_method(servers: &[Server]) -> Option<Forwarding> {
    let count = |method: Forwarding| {
        servers.iter().filter(|server| server.method.is_some_and(|m| m.value == method)).count()
    };
    let first = servers.first()?.method?.value;
    [Forwarding::DirectRouting, Forwarding::Masquerading, Forwarding::Tunnelling]
        .into_iter()
        .filter(|method| count(*method) > count(first))
        .max_by_key(|method| count(*method))
        .or(Some(first))
}

/// ldirectord's default; keepalived would take the service's method.
fn fallback_method(service: &mut Service) {
    if let Some(fallback) = &mut service.fallback {
        fallback.value.method.get_or_insert(Forwarding::DirectRouting);
    }
}

fn fallback(service: &mut Service, target: Version, account: &mut Account) {
    let Some(fallback) = &mut service.fallback else { return };
    let place = fallback.at;
    account.exact(place, "sorry_server");
    let method = fallback.value.method.unwrap_or(Forwarding::DirectRouting);
    if !target.has(Feature::SorryServerMethod) && Some(method) != service.method.map(|m| m.value) {
        let note = format!("keepalived {} uses the service's method for it", target.version);
        account.lossy(place, conversion::VERSION_TOO_OLD, "sorry_server", &[&note]);
    }
    let routed = method != Forwarding::Masquerading;
    match service.target.value {
        Target::Endpoint { port, .. } => {
            let own = *fallback.value.port.get_or_insert(port);
            if own != port && routed {
                let note = format!(
                    "with this method packets keep the service's port {port}; {own} was never used"
                );
                account.changed(place, conversion::CHECK_DIFFERENT, "sorry_server", &note);
                fallback.value.port = Some(port);
            }
        }
        // As for a mark's real servers.
        Target::Mark { .. } if routed => fallback.value.port = None,
        Target::Mark { .. } | Target::Group(_) => {}
    }
}

/// fallbackcommand gets the same arguments from quorum hooks: `start|stop address:port protocol`.
///
/// ldirectord has a shell run the line, keepalived splits it into words itself.
fn hooks(service: &mut Service, extras: &mut Extras, account: &mut Account) {
    let about = match &service.target.value {
        Target::Endpoint { address, port } if address.is_ipv6() => format!("[{address}]:{port}"),
        Target::Endpoint { address, port } => format!("{address}:{port}"),
        Target::Mark { mark, .. } => mark.to_string(),
        Target::Group(name) => name.clone(),
    };
    let protocol = match service.protocol.map(|protocol| protocol.value) {
        Some(Protocol::Tcp) => "tcp",
        Some(Protocol::Udp) => "udp",
        Some(Protocol::Sctp) => "sctp",
        None => "fwm",
    };
    for hook in &mut service.hooks {
        let Hook { event, command, .. } = &mut hook.value;
        let verb = if *event == HookEvent::QuorumDown { "start" } else { "stop" };
        if needs_shell(command) {
            *command = shell_script(command, extras);
        }
        *command = format!("{command} {verb} {about} {protocol}");
        account.changed(hook.at, conversion::FALLBACK_COMMAND, "quorum_down, quorum_up", AT_START);
    }
}

/// Whether a shell does more with `line` than to take it apart at blanks outside of quotes.
fn needs_shell(line: &str) -> bool {
    let is_odd = |mark: char| line.matches(mark).count() % 2 == 1;
    let assigns = line.split_whitespace().next().is_some_and(|word| word.contains('='));
    line.contains(|c| SHELL_SIGNS.contains(c)) || assigns || is_odd('"') || is_odd('\'')
}

/// The path of a script that runs `line`; equal ones are written once.
fn shell_script(line: &str, extras: &mut Extras) -> String {
    let purpose = Purpose::Shell(line.to_owned());
    let scripts = &mut extras.scripts;
    let known = scripts.iter().find(|script| script.purpose == purpose);
    let name = known.map(|script| script.name.clone()).unwrap_or_else(|| {
        let name = format!("fallback-{}", scripts.len() + 1);
        scripts.push(GeneratedScript { name: name.clone(), purpose });
        name
    });
    format!("{SCRIPT_DIRECTORY}/{name}")
}

fn texts(service: &Service, account: &mut Account) {
    for text in service.name.iter().chain(&service.comment) {
        account.exact(text.at, "a comment");
    }
}

/// `checktype=off` keeps every server out, so that only the fallback serves: it becomes the only
/// real server, unchecked.
fn switched_off(service: &mut Service, account: &mut Account) {
    let off = |probe: &&Probe| probe.kind == ProbeKind::AlwaysDown;
    let Some(probe) = service.probes.iter().find(off) else { return };
    let (becomes, note) = match &service.fallback {
        Some(_) => {
            ("real_server", "the fallback is written as the only real server, as it served alone")
        }
        None => ("", "no server is in use and there is no fallback: nothing is left to write"),
    };
    for place in &probe.chosen_by {
        account.lossy(Some(*place), conversion::SERVICE_EMPTY, becomes, &[note]);
    }
    for server in service.servers.drain(..) {
        let note = "kept out by checktype=off, and not written";
        account.lossy(server.at, conversion::SERVICE_EMPTY, "", &[note]);
        let (upper, lower) = server.thresholds();
        for weight in [server.weight, upper, lower].into_iter().flatten() {
            account.lossy(weight.at, conversion::SERVICE_EMPTY, "", &[note]);
        }
    }
    service.probes.clear();
    if let Some(fallback) = service.fallback.take() {
        let note = "serves as the only real server, and is not checked";
        account.changed(fallback.at, conversion::SERVICE_EMPTY, "real_server", note);
        let mut server = Server::new(fallback.value.address, fallback.value.port, fallback.at);
        server.method = fallback.value.method.map(Sourced::implied);
        service.servers.push(server);
    }
}

/// Whether keepalived can have the service at all; speaks for it when not.
fn is_writable(service: &Service, account: &mut Account) -> bool {
    let weights =
        || service.servers.iter().map(|server| server.weight.map_or(1, |weight| weight.value));
    let note = if service.servers.is_empty() {
        "not written: keepalived ignores a virtual_server without real_server"
    } else if weights().all(|weight| weight == 0) {
        "not written: keepalived -t refuses a service whose servers all have weight 0"
    } else {
        return true;
    };
    left_out(service, conversion::SERVICE_EMPTY, note, account);
    false
}

/// Speaks for a service that is not written, and for everything in it.
pub(super) fn left_out(service: &Service, code: Code, note: &str, account: &mut Account) {
    account.lost_block(service.target.at, code, note);
    // Lines that stand behind a blank one are outside of the block.
    let servers = service.servers.iter().map(|server| server.at);
    let carried = service.carried.iter().map(|carried| Some(carried.at));
    for place in servers.chain(carried) {
        account.lossy(place, code, "", &[note]);
    }
}

const AT_START: &str = "runs at the same changes; at start with `stop`, and then with `start` when the first checks of all servers have failed";
const NO_ALPHA: &str = "servers count as up until their first checks have failed: with `alpha` the fallback command would not run when all are dead at the start";
const IGNORED: &str = "ldirectord ignored texts or thresholds of this line; now they hold";
/// What a shell does not take as it is (POSIX shell, 2.2 and 2.6), apart from blanks and quotes.
const SHELL_SIGNS: &str = "|&;<>()$`\\*?[]{}~!#\n";
/// keepalived's own default for a bare persistence_timeout, in seconds.
const DEFAULT_PERSISTENCE: u32 = 360;
