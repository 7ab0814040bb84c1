//! What a file asks for and the daemon does not do, outside of its routers: told at the start, so that
//! nobody relies on it.
//!
//! Every stated setting is told unless a table below has it, so that a new one is never silent.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::setting::{Said, Settings};
use crate::model::{
    Carried, Cluster, Digest, GroupMember, Located, Membership, Path, Probe, ProbeKind, Service,
    ServiceGroup, Sourced,
};
use crate::run::services::plan::PATTERN_OPTIONS;
use crate::source::codes::daemon;
use crate::source::{Diagnostic, Findings, Place};

/// Tells what a configuration asks for in vain. Routers are told of by the plan of each.
pub(super) fn tell(cluster: &Cluster, findings: &mut Findings) {
    let mut found = Found { keywords: BTreeMap::new(), findings };
    found.globals(cluster);
    found.followed(cluster);
    found.fixed(cluster);
    found.membership(&cluster.membership);
    let keys = cluster.authentication.iter().flat_map(|own| &own.keys);
    // A checksum is no authentication, and a password is version 2's own.
    let secret = keys.filter(|key| matches!(key.digest, Digest::Md5 | Digest::Sha1));
    for key in secret {
        let message = "the daemon does not sign its messages: VRRP has no such keys";
        found.findings.push(Diagnostic::new(daemon::NOT_EXECUTED, key.at, message));
    }
    let mails = cluster.globals.mail.server_alert.or(cluster.globals.mail.alert);
    let mails = mails.is_none_or(|alert| alert.value);
    for service in &cluster.services {
        found.service(service, mails);
    }
    found.settings("", &*cluster.tls_client, &["certificate", "key"]);
    for group in &cluster.service_groups {
        found.carried(&group.carried);
        found.members(group);
    }
    found.carried(&cluster.carried);
    found.carried(&cluster.globals.carried);
    found.report();
}

/// Where each keyword stands first, and how often it is said.
struct Found<'a> {
    keywords: BTreeMap<String, (Place, usize)>,
    findings: &'a mut Findings,
}

impl Found<'_> {
    fn globals(&mut self, cluster: &Cluster) {
        for (prefix, group) in cluster.globals.groups() {
            self.settings(prefix, group, GLOBALS);
        }
        self.settings("", &cluster.globals.outside, GLOBALS);
        // Its own services go at the end in any case, which is what `VS` asks for.
        let flush = cluster.globals.services.flush_on_stop.as_ref();
        let all = flush.filter(|flush| flush.value.is_none());
        self.at("lvs_flush_on_stop", all.place());
        for group in &cluster.sync_groups {
            self.settings("", &*group.settings, GROUPS);
            self.carried(&group.carried);
        }
    }

    fn followed(&mut self, cluster: &Cluster) {
        for script in &cluster.trackers {
            let starts_down = script.starts_down.as_ref().filter(|down| down.value);
            self.at("init_fail", starts_down.place());
            self.carried(&script.carried);
        }
        for file in &cluster.tracked_files {
            self.settings("", &file.settings, &["file", "weight"]);
            self.carried(&file.carried);
        }
        for process in &cluster.tracked_processes {
            let executed = ["process", "quorum", "quorum_max", "weight"];
            self.settings("", &process.settings, &executed);
            self.carried(&process.carried);
        }
    }

    fn fixed(&mut self, cluster: &Cluster) {
        let fixed = &cluster.fixed;
        for address in &fixed.addresses {
            let group = address.value.options.track_group.as_ref();
            self.at("track_group", group.place());
        }
        for line in fixed.routes.iter().chain(&fixed.rules) {
            let is_followed = line.value.iter().any(|word| word == "track_group");
            self.at("track_group", line.at.filter(|_| is_followed));
        }
        self.all("interface_up_down_delays", &fixed.link_delays);
        for pacing in &fixed.pacing {
            self.all("garp_group", &pacing.interfaces);
        }
    }

    /// heartbeat hears its peers on every path, and waits longer for them after its own start.
    fn membership(&mut self, membership: &Membership) {
        for path in &membership.paths {
            if let (Path::Serial { device }, Some(place)) = (&path.value, path.at) {
                let message =
                    format!("directors do not hear each other on the serial line {device}");
                self.findings.push(Diagnostic::new(daemon::NOT_EXECUTED, place, message));
            }
        }
        for place in &membership.fencing {
            self.add("stonith", *place);
        }
        let initial = membership.initial_dead_time;
        let longer = initial.filter(|time| time.value > membership.effective_dead_time());
        if let Some((time, place)) = longer.and_then(|time| Some((time.value, time.at?))) {
            let message = format!(
                "the daemon does not wait {} after its start for the other director, only the dead time",
                seconds(time)
            );
            let finding = Diagnostic::new(daemon::NOT_EXECUTED, place, message);
            self.findings.push(finding.help("start both directors, or the preferred one first"));
        }
    }

    /// A line of more addresses than a machine is given is served in part.
    fn members(&mut self, group: &ServiceGroup) {
        for member in &group.members {
            if let (Some(length), Some(place)) = (member.value.too_many(), member.at) {
                let message = format!(
                    "of the {length} addresses of this line the daemon serves the first {}",
                    GroupMember::MOST
                );
                let finding = Diagnostic::new(daemon::NOT_EXECUTED, place, message);
                let help = "mark the packets with the packet filter, and write `fwmark 7` instead";
                self.findings.push(finding.help(help));
            }
        }
    }

    fn service(&mut self, service: &Service, mails: bool) {
        self.settings("", &*service.settings, SERVICES);
        self.mail(service.settings.alert, mails);
        self.carried(&service.carried);
        self.probes(&service.probes);
        for own in service.servers.iter().filter_map(|server| server.own.as_deref()) {
            self.settings("", &*own.settings, SERVERS);
            self.mail(own.settings.alert, mails);
            self.carried(&own.carried);
            self.probes(&own.probes);
        }
    }

    /// All services mail, or none.
    fn mail(&mut self, alert: Option<Sourced<bool>>, mails: bool) {
        let other = alert.filter(|alert| alert.value != mails);
        self.at("smtp_alert", other.place());
    }

    fn probes(&mut self, probes: &[Probe]) {
        for probe in probes {
            self.settings("", &*probe.settings, PROBES);
            self.carried(&probe.carried);
            let ProbeKind::Http(http) = probe.kind.negotiation() else { continue };
            self.settings("", &*http.settings, HTTP);
            for request in &http.requests {
                self.settings("", &*request.settings, REQUEST);
                let options = request.settings.pattern_options.as_ref();
                let known = |word: &String| PATTERN_OPTIONS.iter().any(|(own, _)| own == word);
                if let Some(options) = options.filter(|options| !options.value.iter().all(known)) {
                    self.at("regex_options", options.at);
                }
                self.carried(&request.carried);
            }
        }
    }

    fn settings(&mut self, prefix: &str, group: &dyn Settings, executed: &[&str]) {
        group.each(&mut |keyword, said| {
            let name = format!("{prefix}{keyword}");
            // What is switched off is not done here either.
            let is_off = matches!(said.value, Said::Boolean(false) | Said::Flag(false));
            if !is_off && !executed.contains(&name.as_str()) {
                self.at(&name, said.at);
            }
        });
    }

    fn carried(&mut self, carried: &[Carried]) {
        for carried in carried.iter().filter(|c| !CARRIED.contains(&c.keyword.as_str())) {
            self.add(&carried.keyword, carried.at);
        }
    }

    fn all<T>(&mut self, keyword: &str, objects: &[Sourced<T>]) {
        for object in objects {
            self.at(keyword, object.at);
        }
    }

    /// Without a place nobody has asked for it.
    fn at(&mut self, keyword: &str, place: Option<Place>) {
        if let Some(place) = place {
            self.add(keyword, place);
        }
    }

    fn add(&mut self, keyword: &str, place: Place) {
        let (_, count) = self.keywords.entry(keyword.to_owned()).or_insert((place, 0));
        *count += 1;
    }

    /// Thousands of servers with the same line are one finding.
    fn report(self) {
        for (keyword, (place, count)) in self.keywords {
            self.findings.push(not_executed(&keyword, count, Some(place)));
        }
    }
}

/// What is to be said of a keyword that is not executed, which is written `count` times.
pub(super) fn not_executed(keyword: &str, count: usize, place: Option<Place>) -> Diagnostic {
    let more = if count > 1 { format!(" (the first of {count})") } else { String::new() };
    let message = format!("the daemon does not execute `{keyword}`{more}");
    match place {
        Some(place) => Diagnostic::new(daemon::NOT_EXECUTED, place, message),
        None => Diagnostic::general(daemon::NOT_EXECUTED, message),
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

/// Words of `global_defs` and around it that the daemon executes, or that change nothing here: names and
/// files of keepalived's own processes, what lvsha always does.
const GLOBALS: &[&str] = &[
    "bfd_process_name",
    "checker_log_all_failures",
    "checker_no_swap",
    "checker_process_name",
    "config_save_dir",
    "data_use_instance",
    "default_interface",
    "dynamic_interfaces",
    "include_check",
    "iproute_etc_dir",
    "iproute_usr_dir",
    "json_dump_file",
    "json_version",
    "fifo_write_vrrp_states_on_reload",
    "linkbeat_use_polling",
    "lvs_flush",
    "lvs_flush_on_stop",
    "lvs_notify_fifo",
    "lvs_notify_fifo_script",
    "lvs_timeouts",
    "nftables",
    "nftables_ifindex",
    "nftables_priority",
    "no_checker_emails",
    "no_email_faults",
    "notify_fifo",
    "notify_fifo_script",
    "process_name",
    "process_names",
    "random_seed",
    "reload_check_config",
    "smtp_alert",
    "smtp_alert_checker",
    "smtp_alert_vrrp",
    "smtp_helo_name",
    "state_dump_file",
    "stats_dump_file",
    "tmp_config_directory",
    "use_pid_dir",
    "use_symlink_paths",
    "v3_checksum_as_v2",
    "vrrp_check_unicast_src",
    "vrrp_down_timer_adverts",
    "vrrp_garp_interval",
    "vrrp_garp_lower_prio_delay",
    "vrrp_garp_lower_prio_repeat",
    "vrrp_garp_master_delay",
    "vrrp_garp_master_refresh",
    "vrrp_garp_master_refresh_repeat",
    "vrrp_garp_master_repeat",
    "vrrp_gna_interval",
    "vrrp_lower_prio_no_advert",
    "vrrp_mcast_group4",
    "vrrp_mcast_group6",
    "vrrp_min_garp",
    "vrrp_no_swap",
    "vrrp_notify_fifo",
    "vrrp_notify_fifo_script",
    "vrrp_notify_priority_changes",
    "vrrp_process_name",
    "vrrp_rt_priority",
    "vrrp_skip_check_adv_addr",
    "vrrp_version",
];
/// Of `vrrp_sync_group`.
const GROUPS: &[&str] = &["notify_priority_changes", "smtp_alert", "sync_group_tracking_weight"];
/// Of `virtual_server`; mail is judged apart.
const SERVICES: &[&str] = &[
    "ha_suspend",
    "hysteresis",
    "omega",
    "persistence_engine",
    "smtp_alert",
    "sorry_server_inhibit",
    "weight",
];
/// Of `real_server`.
const SERVERS: &[&str] = &["alpha", "smtp_alert", "virtualhost"];
/// Of a checker. A server is always down until its first success unless `real_server` says otherwise.
const PROBES: &[&str] = &["alpha", "bind_if", "bind_port", "bindto", "fwmark", "log_all_failures"];
/// Of HTTP_GET and SSL_GET: requests never wait for each other.
const HTTP: &[&str] = &["fast_recovery", "sni_name"];
/// Of `url`; options of patterns are judged one by one. A bounded matcher needs no stack.
const REQUEST: &[&str] = &["regex_max_offset", "regex_min_offset", "regex_options", "regex_stack"];
/// Directives that travel as text: executed, or without a meaning for the daemon (logs, ports and manners
/// of the programs that they were written for).
const CARRIED: &[&str] = &[
    "apiauth",
    "autoreload",
    "cleanstop",
    "debug",
    "debugfile",
    "fork",
    "logfacility",
    "logfile",
    "maintenancedir",
    "supervised",
    "use_logd",
];
