//! The meanings, table by table, in the order of the keys.

pub(super) const SITE: &[(&str, &str)] = &[
    ("cluster", "name of the cluster; numbers that are derived contain it"),
    (
        "stack",
        "\"heartbeat\" (with ldirectord), \"keepalived\" or \"lvsha\": who does the work on the directors",
    ),
    (
        "import",
        "files of directors, or directories with them, that are read first; relative to the inventory",
    ),
    ("keepalived_version", "the keepalived on the directors, where it is not asked"),
    ("ssh", "how machines are reached that say nothing else: [ssh]"),
    ("secrets", "[secrets.NAME]"),
    ("directors", "[directors.NAME]"),
    ("real_servers", "[real_servers.NAME]"),
    ("groups", "names for several machines: web = [\"lw3\", \"lw4\"]"),
];

pub(super) const SSH: &[(&str, &str)] = &[
    ("host", "name or address to connect to, if not the machine's address"),
    ("port", "port of the server"),
    ("user", "user to log in as"),
    ("identity", "file with the private key; relative to the inventory"),
    ("known_hosts", "file with the keys of known hosts; relative to the inventory"),
    ("jump", "hosts to jump over, as `ssh -J` takes them"),
    ("sudo", "true: scripts run under sudo"),
    ("sudo_secret", "name of the secret that sudo asks for"),
    ("local", "true: it is this machine, and needs no connection"),
];

pub(super) const ORIGIN: &[(&str, &str)] = &[
    ("env", "variable of the environment"),
    ("file", "file that only its owner can read; relative to the inventory"),
    ("command", "program and its arguments, whose output is the secret"),
    ("default", "what holds when the variable is not set"),
];

pub(super) const DIRECTOR: &[(&str, &str)] = &[
    ("address", "address of the director"),
    ("interface", "interface of its routers that say nothing else"),
    (
        "priority",
        "its rank in all routers; without any, the order of the file counts: 150, 140, 130",
    ),
    ("import", "files of this director that are read first; relative to the inventory"),
    ("ssh", "how it is reached: [ssh]"),
    ("override", "keys of the cluster, from `settings` on, that hold on this director only"),
];

pub(super) const REAL_SERVER: &[(&str, &str)] = &[
    ("address", "address of the real server"),
    ("interface", "interface that its address is on"),
    ("managed", "false: it is left alone"),
    ("ssh", "how it is reached: [ssh]"),
];

pub(super) const CLUSTER: &[(&str, &str)] = &[
    ("settings", "[settings]"),
    ("mail", "[mail]"),
    (
        "sync_daemon",
        "the kernel's synchronisation of connections, over an interface, for a router: \"eth1 web\"",
    ),
    ("heartbeat", "[heartbeat]"),
    ("authentication", "how directors prove who they are, for heartbeat: see `authentication`"),
    ("scripts", "[scripts.NAME]"),
    ("tracked_files", "[tracked_files.NAME], with keepalived's words: file, weight, init_file"),
    (
        "tracked_processes",
        "[tracked_processes.NAME], with keepalived's words: process, weight, quorum, delay",
    ),
    (
        "bfd_sessions",
        "[bfd_sessions.NAME], with keepalived's words: neighbor_ip, source_ip, min_rx and so on",
    ),
    ("routers", "[routers.NAME]"),
    ("sync_groups", "[sync_groups.NAME]"),
    ("track_groups", "names for several routers: both = [\"VI_1\", \"VI_2\"]"),
    ("static", "[static]"),
    (
        "service_groups",
        "addresses and marks of a service: web = [\"10.0.0.31-10.0.0.35 80\", \"fwmark 3\"]",
    ),
    ("tls_client", "certificates that checks show, with keepalived's words"),
    ("services", "[[services]]"),
];

pub(super) const GLOBALS: &[(&str, &str)] = &[
    ("router_id", "name of the director in its mails"),
    ("startup_delay", "seconds of silence after the start"),
    ("script_user", "user, and perhaps group, that scripts run as"),
    ("script_security", "true: no script that others could write is run"),
    ("strict", "true: deviations from the VRRP standard are refused"),
    ("keepalived", "rarer settings of global_defs, with keepalived's words"),
    ("outside", "words that stand outside all blocks of a keepalived.conf"),
];

pub(super) const ALERTS: &[(&str, &str)] = &[
    ("recipients", "who is told"),
    ("sender", "whom mails are from"),
    ("server", "mail server, perhaps with a port"),
    ("timeout", "seconds that the mail server may take"),
];

pub(super) const MEMBERSHIP: &[(&str, &str)] = &[
    ("interval", "seconds between two messages (keepalive)"),
    ("dead_time", "seconds of silence after which a director is dead (deadtime)"),
    ("warn_time", "seconds of silence that are worth a warning (warntime)"),
    ("initial_dead_time", "dead time right after the start (initdead)"),
    ("ping_dead_time", "dead time of ping targets (deadping)"),
    ("port", "UDP port of broadcasts and unicast"),
    ("failback", "\"on\", \"off\" or \"legacy\": whether addresses go home"),
    ("paths", "ways of the messages, as in ha.cf: [\"bcast eth1\"]"),
    ("ping", "outside addresses that tell whether a director has a network"),
    ("arbitrator", "user and command of ipfail"),
    ("manager", "true: another manager replaces haresources, which lvsha cannot express"),
];

pub(super) const TRACKER: &[(&str, &str)] = &[
    ("command", "command whose exit code is judged"),
    ("interval", "seconds between two runs"),
    ("timeout", "seconds that a run may take"),
    (
        "weight",
        "what it adds to the priority while it succeeds, or takes while it fails; 0: a fault",
    ),
    ("rise", "successes until it is up"),
    ("fall", "failures until it is down"),
    ("user", "user that it runs as"),
    ("starts_down", "true: down until its first run"),
    ("reverse", "true: success counts as failure"),
];

pub(super) const ROUTER: &[(&str, &str)] = &[
    ("virtual_router_id", "number of the router, unique on its link"),
    ("version", "VRRP 2 or 3"),
    ("interface", "interface of its messages, if not the director's"),
    ("addresses", "addresses that it moves: [\"10.0.0.31/24 dev eth0\"]"),
    ("excluded_addresses", "addresses that move too, and stand in no message"),
    ("routes", "routes that the holder has, as in virtual_routes"),
    ("rules", "routing rules that the holder has, as in virtual_rules"),
    ("interval", "seconds between two messages"),
    ("down_count", "messages that may be missing until the holder is dead"),
    ("preempt", "false: a better director does not take over from a living one"),
    ("preempt_delay", "seconds that it waits with taking over"),
    ("unicast", "true: messages go to each director by itself"),
    ("source", "address that its messages come from"),
    ("multicast_group", "group that its messages go to"),
    ("peers", "addresses of the others, where they are no directors of the inventory"),
    ("follows", "what it depends on: [\"eth0\", \"script NAME weight -20\"]"),
    (
        "own_interface",
        "interface with the virtual MAC address: \"use_vmac\", \"use_vmac vrrp.51\", or \"use_ipvlan\"",
    ),
    ("accept", "false: packets for the director itself are dropped"),
    ("mail", "true: its changes are mailed"),
    ("keepalived", "rarer settings of vrrp_instance, with keepalived's words"),
    (
        "resources",
        "for heartbeat: words of its haresources line; addresses that they do not name come in front",
    ),
    (
        "members",
        "[routers.NAME.members]: DIRECTOR = { priority = 100 }; who is not named keeps its own rank",
    ),
    ("authentication", "see `authentication`"),
    ("hooks", "see `hooks`"),
];

pub(super) const MEMBER: &[(&str, &str)] = &[
    ("priority", "its rank in this router"),
    ("state", "\"master\" or \"backup\", if the rank does not tell"),
];

pub(super) const SYNC_GROUP: &[(&str, &str)] = &[
    ("members", "routers that change their state together"),
    ("follows", "what all of them depend on"),
    ("keepalived", "rarer settings of vrrp_sync_group, with keepalived's words"),
    ("hooks", "see `hooks`"),
];

pub(super) const AUTHENTICATION_FORM: &[(&str, &str)] = &[
    ("active", "number of the key that signs"),
    ("type", "\"pass\", \"hmac-sha256\", \"ah\"; for heartbeat \"crc\", \"md5\", \"sha1\""),
    ("secret", "name of the secret"),
    ("keys", "several keys instead of one, each with the three keys of the next table"),
];

pub(super) const ONE_KEY: &[(&str, &str)] =
    &[("number", "number of the key"), ("type", "as above"), ("secret", "name of the secret")];

pub(super) const HOOK_COMMAND: &[(&str, &str)] =
    &[("command", "command that runs at the event"), ("user", "user that it runs as")];

pub(super) const FIXED: &[(&str, &str)] = &[
    ("addresses", "addresses"),
    ("routes", "routes, as in static_routes"),
    ("rules", "routing rules, as in static_rules"),
    ("link_methods", "how links are read: [\"eth0 MII\"]"),
    ("link_delays", "seconds until a link counts as down, and as up: [\"eth0 2 0.5\"]"),
    ("pacing", "announcements of some interfaces: a list of tables"),
];

pub(super) const PACING: &[(&str, &str)] = &[
    ("interfaces", "the interfaces"),
    ("garp_interval", "seconds between two gratuitous ARP messages"),
    ("gna_interval", "seconds between two neighbour advertisements"),
];

pub(super) const SERVICE: &[(&str, &str)] = &[
    ("address", "\"10.0.0.31:80\", \"fwmark 3\" or \"group NAME\""),
    ("protocol", "\"tcp\", \"udp\" or \"sctp\"; TCP when nothing is said"),
    ("family", "\"inet\" or \"inet6\", for a mark"),
    ("destinations", "for a mark: the addresses that its packets have, which real servers accept"),
    ("name", "name in messages"),
    ("comment", "what people write about it"),
    ("configuration", "file of ldirectord that it stands in, if not ldirectord.cf"),
    ("scheduler", "\"rr\", \"wlc\" and so on, as ipvsadm names them"),
    ("scheduler_flags", "flags of the scheduler"),
    ("one_packet", "true: each packet is scheduled by itself (UDP)"),
    ("method", "\"dr\", \"nat\" or \"tun\""),
    ("tunnel", "kind of the tunnel, with port and checksums: \"gue port 5555 nocsum\""),
    ("persistence", "seconds that a client stays with its server"),
    ("granularity", "prefix length of what counts as one client"),
    ("fallback", "server while no other lives"),
    ("quiescent", "true: a dead server keeps its connections, with weight 0"),
    ("start_down", "true: a server gets nothing before its first check"),
    ("quorum", "living weight that is enough"),
    ("host", "virtual host that checks ask for"),
    ("keepalived", "rarer settings of virtual_server, with keepalived's words"),
    ("servers", "machines, groups or addresses, perhaps with a port; or tables"),
    ("probe", "how a server is checked: \"tcp\", or a table"),
    ("probes", "several of them"),
    ("checks", "when and how often: see `checks`"),
    ("hooks", "see `hooks`"),
];

pub(super) const SERVER: &[(&str, &str)] = &[
    ("server", "machine, group or address, perhaps with a port"),
    ("weight", "its share"),
    ("method", "as in the service"),
    ("tunnel", "as in the service"),
    ("upper_threshold", "connections from which on it gets no more"),
    ("lower_threshold", "connections below which it gets some again"),
    ("quiescent", "as in the service"),
    ("checks", "as in the service"),
    ("keepalived", "rarer settings of real_server, with keepalived's words"),
    ("probe", "as in the service"),
    ("probes", "as in the service"),
    ("hooks", "as in the service"),
];

pub(super) const CHECKS: &[(&str, &str)] = &[
    ("interval", "seconds between two checks"),
    ("connect_timeout", "seconds for a connection"),
    ("negotiate_timeout", "seconds for a whole dialogue"),
    ("failures", "failures in a row until a server is dead"),
    ("retry_delay", "seconds between a failure and the next try"),
    ("ping_count", "pings of one check"),
    ("warmup", "longest random wait before the first check, in seconds"),
];

pub(super) const PROBE_FORM: &[(&str, &str)] = &[
    ("type", "one of the list below; \"combined-http\" and \"dialogue-imap\" are ldirectord's own"),
    ("address", "address that is asked, if not the server's"),
    ("port", "port that is asked, if not the server's"),
    ("connects", "connections in front of a dialogue (`combined-`)"),
    ("head", "true: HEAD instead of GET"),
    ("version", "\"1.0\", \"1.0-close\" or \"1.1\" of HTTP"),
    ("host", "virtual host"),
    ("address_as_host", "true: the server's address is the virtual host"),
    ("server_name_indication", "true: TLS is told the virtual host"),
    ("path", "path of the page"),
    ("status", "status codes that are good: 200 or \"200-299\""),
    ("body", "regular expression that the page must match, or { not = \"...\" }"),
    ("digest", "MD5 sum of the page"),
    ("requests", "several pages: a list of tables"),
    ("command", "command whose exit code is judged"),
    (
        "appended",
        "what follows the command: \"nothing\", \"address\", \"address-and-port\", \"virtual-and-real\"",
    ),
    ("dynamic_weight", "true: the exit code is a weight"),
    ("user", "user that the command runs as"),
    ("record", "type of the record that is asked for (DNS)"),
    ("name", "name that is asked for (DNS)"),
    ("helo", "what the mail server is greeted with"),
    ("login", "user that logs in"),
    ("password", "name of the secret with the password"),
    ("secret", "name of the secret that a RADIUS server shares"),
    ("database", "database that is asked"),
    ("request", "what is sent"),
    ("answer", "regular expression that the answer must match"),
    ("weight", "weight that a file or a BFD session takes"),
    ("checks", "as in the service, for this probe"),
    ("keepalived", "rarer settings of the checker, with keepalived's words"),
];

pub(super) const HTTP_REQUEST: &[(&str, &str)] = &[
    ("path", "path of the page"),
    ("status", "status codes that are good"),
    ("body", "regular expression that the page must match"),
    ("digest", "MD5 sum of the page"),
    ("host", "virtual host"),
    ("keepalived", "rarer settings of url, with keepalived's words"),
];
