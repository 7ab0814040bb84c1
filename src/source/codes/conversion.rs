//! Codes `LV07xx`: what a conversion changed or lost. They stand in its report.

use super::codes;

codes! {
    TIMING = "LV0701" "timing" Info Accepts
        "the failover time differs a little"
"heartbeat declares a node dead after `deadtime` of silence. VRRP has no such setting: a backup takes
over after `down_timer_adverts` advertisement intervals plus a skew that depends on its priority,
(256 - priority) / 256 seconds in version 2 and that fraction of an interval in version 3.

lvsha picks the count that comes nearest and prints both times. heartbeat needs up to a second more
for its own polling and script start, so a difference of some tenths is never felt. When the
difference is larger than a tenth of `deadtime`, change `keepalive` so that it divides `deadtime`.";

    NO_LATE_WARNING = "LV0702" "no-late-warning" Warning Accepts
        "keepalived does not warn about late advertisements"
"`warntime` makes heartbeat log a late message long before it acts, which is how an overloaded node
is noticed in time. keepalived has no such warning.

Watch the advertisement counters of `kill -USR2` (keepalived.stats), or alert on the node's load.";

    STARTUP_SILENCE = "LV0703" "startup-silence" Info Accepts
        "the longer wait after boot is gone"
"`initdead` makes heartbeat wait longer for its peer right after boot, and ends the wait as soon as
the peer is heard. keepalived waits its normal dead time after every start.

`vrrp_startup_delay` looks like the answer and is not written: keepalived 2.2.7 counts every
advertisement of a living peer during that delay as a reason to wait longer, and a preferred
director that returns does not get its address back for minutes. Where the network is slow after
boot, let the unit start later: `After=network-online.target`.";

    FAILBACK = "LV0704" "failback" Info Accepts
        "the address goes home in another way"
"With `auto_failback on` heartbeat's holder stops its resources first, then the preferred node starts
them: no moment with two owners, a short one with none. With VRRP the returning node waits its own
dead time and then takes the address; the old master gives it up when it hears that, so that for
about one advertisement both hold it.

With `auto_failback off` every node is written as BACKUP with `nopreempt`. Then weighted tracking
scripts move nothing, because a lower priority does not make anybody take over. To be master only
after manual action, keep it; to follow ping targets as well, use `preempt_delay` instead.";

    TRANSPORT = "LV0705" "transport" Info Accepts
        "heartbeat's UDP messages become VRRP advertisements"
"heartbeat sends UDP (port 694 by default) by broadcast, multicast or unicast. VRRP is IP protocol
112, sent to 224.0.0.18 (ff02::12), or to named peers with unicast.

Firewalls between the directors must let protocol 112 pass, and the old rule for UDP 694 can go.
A unicast line names only the peer: lvsha needs both directors' addresses to write unicast_peer.
Give them with `--address NODE=IP`; without them it writes multicast.";

    PATH_LOST = "LV0706" "path-lost" Warning Accepts
        "only one of several heartbeat paths is used"
"heartbeat sends every message on all its media, so that one broken cable is only a warning.
A VRRP instance has one interface: when its link breaks, both directors become master.

Bond the links (`bond0` over both cards) and use the bond as `interface`, or keep the path that
shares its fate with the service network, as lvsha did. A serial line has no counterpart at all.

keepalived refuses an instance without an interface. Beside a serial line alone lvsha takes the one
that an address of the group names; where none does, write `interface` into the instance.";

    ADDRESS_DETAIL = "LV0707" "address-detail" Warning Accepts
        "a detail of a virtual address differs"
"keepalived puts a virtual address on the interface with the prefix that is written, and with a host
prefix (/32) when none is. heartbeat's IPaddr takes the prefix, interface and broadcast address of
the route to the address when they are not written. Alias labels longer than 15 characters are
refused by the kernel. An address on another interface than the advertisements is given up while
that link is down; heartbeat follows no link.

Write the prefix of the subnet behind the address, for example 10.0.0.31/24.";

    ROUTER_ID_INVENTED = "LV0708" "router-id-invented" Info Accepts
        "a virtual router id was chosen"
"heartbeat tells clusters apart by UDP port and key. VRRP has a number from 1 to 255 that must be
unique on the network segment. lvsha derives it from the cluster's name and the group's first
resource, so that it is the same on every run and every node.

If another VRRP router on the segment (`tcpdump -ni IFACE proto 112`) already uses the number,
change it in the files of all directors of this cluster.";

    ARBITRATION = "LV0709" "arbitration" Warning Accepts
        "ping arbitration is only nearly the same"
"ipfail moves all resources when the peer reaches strictly more ping targets. lvsha writes one
tracking script per target with a negative weight that is larger than the distance of the
priorities: the director that reaches fewer targets falls below the other, equal losses move nobody.

This needs preemption: with `auto_failback off` (`nopreempt`) a lowered priority moves nothing, and
what ipfail did is lost. Then allow preemption with `preempt_delay`, or accept that only a dead
director is replaced. Without ipfail, heartbeat itself takes no action on ping targets.";

    FENCING_LOST = "LV0710" "fencing-lost" Warning Accepts
        "fencing has no counterpart in keepalived"
"stonith powers off a node that does not answer, before its resources are started elsewhere.
keepalived has nothing of the kind: after a split both directors hold the addresses.

That is harmless for a load balancer without shared storage. With shared disks do not convert:
use Pacemaker. For `watchdog`, systemd has RuntimeWatchdogSec= and WatchdogSec=.";

    STORAGE_UNSAFE = "LV0711" "storage-unsafe" Error Accepts
        "shared storage must not follow a VRRP address"
"Filesystem, drbddisk, LVM, Raid1 and similar resources must never be active on two nodes. VRRP gives
no such guarantee and keepalived has no fencing: a lost link would mount the disk twice.

lvsha does not write these resources. Move them to Pacemaker with fencing, or to a file system
made for several writers, and leave only the addresses to keepalived.";

    SERVICE_ASYNCHRONOUS = "LV0712" "service-asynchronous" Warning Accepts
        "a service is started by a notify script, which nobody waits for"
"heartbeat starts the resources of a line one after the other, waits for each, and gives the group up
when one fails. keepalived takes the address first, then starts notify scripts and forgets them:
their exit status is ignored, and two quick changes may run their scripts at the same time.

The usual cure is to let the service run on every director all the time (`systemctl enable --now`),
and to remove the notify lines. lvsha's own daemon keeps heartbeat's order.";

    AUTHENTICATION = "LV0713" "authentication" Warning Accepts
        "messages are protected in another way"
"heartbeat signs every message with a keyed digest. VRRP version 2 has only a password in clear text
of at most 8 characters, version 3 has nothing; keepalived 2.4 added HMAC-SHA256.

lvsha never puts the old key, or a part of it, where it would be sent in clear: it derives a new one
from it. For keepalived before 2.4 treat the password as a label against mistakes, not against
attackers, and keep the segment closed. With `--keepalived-version 2.4` the derived keys are written
as `auth_hmac`.";

    LOGGING = "LV0714" "logging" Info Accepts
        "logging is set by command line options"
"keepalived takes its log target from the command line: `-S N` for a syslog facility, `-D` for
details. lvsha writes them to keepalived.default; install that file as /etc/default/keepalived
(Debian) or /etc/sysconfig/keepalived.

A log file becomes syslog. keepalived knows `-gFILE`, but only when it was built with
--enable-log-file; otherwise, as in Debian, it refuses to start. Let syslog sort by facility.

With systemd the messages are in the journal as well: `journalctl -u keepalived`.";

    ORDER_LOST = "LV0715" "order-lost" Warning Accepts
        "the order of resources changes"
"In a haresources line, what stands left of an address is started before it. keepalived always takes
the addresses first.

When a service must run before its address answers, let it run on every director all the time.";

    TABLE_ON_EVERY_NODE = "LV0716" "table-on-every-node" Warning Accepts
        "the IPVS table exists on every director all the time"
"heartbeat started ldirectord only on the active director. keepalived keeps the virtual services and
their checks on every director, active or not.

Real servers are checked by each director, so expect the requests twice. When a director is itself
a real server of the service, packets that the active one forwards to it are balanced a second time
and can loop: keep directors and real servers apart, or mark such packets with a firewall rule.";

    CHECK_TIMING = "LV0717" "check-timing" Info Accepts
        "checks run at slightly other times"
"ldirectord checks all servers one after the other and then sleeps `checkinterval`; its period is
that sleep plus the time of all checks. keepalived checks each server on its own clock.
`failurecount` N becomes `retry` N-1 with `delay_before_retry` = `checkinterval`.

The dead server is found after about the same time, and never later because another server hangs.
keepalived applies `connect_timeout` to the connection and to each read, ldirectord's
negotiatetimeout covers the whole exchange.";

    CHECK_DIFFERENT = "LV0718" "check-different" Warning Accepts
        "a check is made in another way"
"Both programs ask the same question with small differences: keepalived's HTTP check does not follow
redirects (ldirectord follows up to seven) and has only GET; SMTP_CHECK says HELO; DNS_CHECK does
not look at the answer's content; regular expressions are PCRE2 instead of Perl.

Run the check once by hand with `curl -i` against each real server: it must answer with a status of
200 to 299 itself, not with a redirect.";

    CHECK_REDUCED = "LV0719" "check-reduced" Warning Accepts
        "only reachability is checked, not the dialogue"
"ldirectord logs in to FTP, IMAP, POP, LDAP, MySQL, PostgreSQL, RADIUS, SIP and others and looks at
the answer. keepalived has no such checker: lvsha writes a TCP connection (a ping for UDP services).

To keep the dialogue, write a MISC_CHECK that calls a program of yours; exit status 0 means up.";

    NEVER_CHECKED = "LV0720" "still-never-checked" Warning Accepts
        "the servers of this service are never checked"
"`checktype=on`, and `negotiate` on a port that ldirectord knows no service for (8080!), mean that
every server counts as up for ever. So does a POP service without `login`: ldirectord's client only
connects to log in. The same is written for keepalived: no checker at all.

To have them checked, add `service=http` (or `checktype=connect`) to the virtual section and convert
again.";

    SERVICE_EMPTY = "LV0721" "service-empty" Warning Accepts
        "a service without real servers is ignored"
"keepalived ignores a virtual_server without a real_server, and `keepalived -t` refuses one whose
real servers all have weight 0. ldirectord knows both: a section without `real=`, `checktype=off`,
and a pool that is drained entirely.

For `checktype=off` lvsha writes the fallback as the only real server, unchecked, because it is what
served. Otherwise the service is left out: give at least one server a weight, and convert again.";

    FOR_ALL = "LV0722" "for-all" Info Accepts
        "a setting of one service now holds for all"
"keepalived has one list of mail recipients, one mail server and one way to stop for the whole
daemon, where ldirectord has them per virtual service. lvsha writes the union.

When services must be told apart by recipient, run two instances of keepalived.";

    NO_COUNTERPART = "LV0723" "no-counterpart" Warning Accepts
        "the target has nothing like this directive"
"The directive controls something that only the old program does. Its loss changes nothing that
clients see; the report says what it was for and what to use instead where there is something.

No line of the new file stands for it. Read the note, decide whether the old behaviour is still
wanted, and set it up outside keepalived if so.";

    FALLBACK_COMMAND = "LV0724" "fallback-command" Info Accepts
        "the fallback command runs at quorum changes"
"ldirectord runs `fallbackcommand` with `start` when the last server dies and with `stop` when one
returns, and once at its own start. keepalived runs `quorum_down` and `quorum_up` at the same edges.

With `alpha` a service whose servers are all dead when keepalived starts has no quorum to lose, and
quorum_down never runs. So `alpha` is not written for a service with a fallback command: its servers
get packets until their first checks have failed, quorum_up runs at the start, and then quorum_down.

The command gets the same arguments: start or stop, address:port, protocol.";

    MANAGER = "LV0725" "manager" Error Accepts
        "haresources is not in use on this cluster"
"`crm yes` (or `pacemaker`) hands the resources to another manager, and heartbeat ignores
haresources. Converting haresources would therefore convert something that was not running.

Take the resources from that manager (`crm configure show`), write them as haresources or as an
inventory, and convert that.";

    NOT_UNDERSTOOD = "LV0726" "not-understood" Error Accepts
        "a line was not understood and is not in the result"
"The line has an error that leaves its meaning open; the diagnostic about it says which.
The real program refuses the file because of it, or ignores the line.

Mend the line and convert again, or take it over by hand. `--strict` refuses to write anything while
such lines exist.";

    MORE_NODES = "LV0727" "more-nodes" Info Accepts
        "three or more directors get descending priorities"
"haresources only names the preferred node of a group; which of several others takes over is decided
by heartbeat alone. lvsha ranks them in the order of the `node` lines.

Change the priorities in the written files when another order is wanted; all must differ.";

    VERSION_TOO_OLD = "LV0728" "version-too-old" Warning Accepts
        "this version of keepalived cannot say it"
"The keyword that says the same exists only in a later version of keepalived: `down_timer_adverts`
since 2.2.3, PING_CHECK since 2.1.0, `regex` since 2.0.7,
ranges in `status_code` since 2.0.17, `auth_hmac` since 2.4.0.

Convert for the version that is installed (`keepalived -v`), with `--keepalived-version`, or
update keepalived first.";

    REPLACED = "LV0729" "replaced" Info Accepts
        "the directive is replaced by another one"
"heartbeat's IPsrcaddr changes the source address of the default route, LVSSyncDaemonSwap the role of
the IPVS synchronisation daemon, MailTo sends mail at start and stop. keepalived has settings of its
own for each, which need a value that the old line does not hold: the gateway, the interface, the
subject.

Look at the written line and complete it; the note says what is missing.";

    CONFIGURATION_NOT_READ = "LV0755" "configuration-not-read" Error Accepts
        "a configuration of ldirectord was not read"
"A resource of haresources starts ldirectord with a configuration that is not among the files
that were read, so no virtual service of it is in the result. ldirectord looks for it in /etc/ha.d,
then in /etc/ha.d/conf, then takes the name as a path; lvsha looks beside haresources and in `conf`
there.

Put the file there, or name it behind the others, and convert again.";

    CONFIGURATION_NOT_STARTED = "LV0756" "configuration-not-started" Info Accepts
        "no resource starts ldirectord with this configuration"
"haresources was read, and none of its resources names the file that the service stands in.
heartbeat did not run it. It may be an old file, or one that an init script starts everywhere.

If it was in use, keep the result. Otherwise leave the file out: name those that are to be
converted, instead of their directory.";

    ALREADY_THERE = "LV0757" "already-there" Warning Accepts
        "a real server or a service stands twice"
"keepalived refuses a second real_server with the same address and port, and mixes up two blocks of
one service. ldirectord notices neither: of two equal `real` lines the kernel takes the last weight;
of two lines whose ports differ without masq it takes the first; behind a firewall mark both count,
and their weights add up. lvsha writes one real_server with the weight that counted, and the check
of the first line.

Of a service that two configurations have, only the first is written: put all of its real servers
into one of them, and convert again.";

    INCLUDE_NOT_READ = "LV0760" "include-not-read" Warning Accepts
        "an include of keepalived.conf names no file"
"What the line would bring in is not in the result: the file, or every file of the pattern, is
missing. keepalived goes on without it, and so does a conversion.

lvsha looks beside the file that has the line, and in a copy of /etc/keepalived for names that
begin with that folder as well. Copy those files from the director, too, and convert again.";
}
