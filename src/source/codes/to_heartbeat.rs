//! Codes `LV0730` to `LV0799`: what the conversion from keepalived to heartbeat and ldirectord
//! changed or lost. They stand in its report.

use super::codes;

codes! {
    TAKEOVER_TIME = "LV0730" "takeover-time" Info Accepts
        "heartbeat has one rhythm and one dead time"
"Every VRRP instance has an advert interval of its own, and a backup takes over after
`down_timer_adverts` of them and a skew that depends on its priority. heartbeat has one `keepalive`
and one `deadtime` for the whole cluster.

lvsha takes the shortest interval and the longest time to take-over, in milliseconds, so that no
director is declared dead earlier than before. heartbeat refuses a dead time of two intervals or
less; then it is raised by a millisecond. `initdead` is twice the dead time and at least 10 s.";

    PREFERRED_NODE = "LV0731" "preferred-node" Info Accepts
        "heartbeat knows a preferred node and no priorities"
"A line of haresources names the node that holds its resources when all nodes live. lvsha names the
director with the highest priority. When priorities are equal, keepalived lets the higher address
win; lvsha takes the director that was named first and says so. Of three directors or more the
order behind the first is lost: heartbeat moves resources to any node that lives.

If the choice is wrong, change the first word of the line on every node.";

    ONE_FAILBACK = "LV0732" "one-failback" Warning Accepts
        "going home is decided for all groups at once"
"`nopreempt` belongs to an instance, `auto_failback` to the whole cluster. When instances differ,
lvsha follows the first one, and the others behave differently than before. `preempt_delay` has no
counterpart: heartbeat hands a group over once its node is stable again.

With `auto_failback off` an operator can still move groups with hb_standby and hb_takeover.";

    CONVERSATION = "LV0733" "conversation" Info Accepts
        "VRRP adverts become heartbeat's UDP messages"
"VRRP is IP protocol 112 to 224.0.0.18, ff02::12 or named peers; its instances are told apart by
virtual_router_id. heartbeat is UDP on port 694, by multicast, broadcast or unicast, and clusters
are told apart by group, port and key.

lvsha writes `ucast` lines for unicast peers and `mcast` with a group of the site's own range that
ends in the number of the first instance. Let UDP port 694 pass the firewalls between the
directors. A second path (another `mcast`, `bcast` or `serial` line) is worth adding: heartbeat
uses all of them at once.";

    NEW_KEY = "LV0734" "new-key" Info Accepts
        "heartbeat gets a key of its own"
"A VRRP password travels in clear text, so everybody on the network knows it. lvsha never makes it a
key: authkeys gets a new random one for HMAC-SHA1, the same on every node, and readable by root
only. Keys of `auth_hmac` are secret, so new keys are derived from them with HMAC-SHA256.

A key that stands in --out already is kept by a second run.";

    ADDRESS_OPTION = "LV0735" "address-option" Warning Accepts
        "an option of an address is lost"
"IPaddr2 and IPv6addr take an address, a prefix, an interface with a label, and a broadcast address.
Scope, peer, preferred lifetime and the like have no place in them.

If the option matters, write a resource script of your own that calls `ip address`.";

    NO_COUNTERPART_THERE = "LV0736" "no-counterpart-there" Warning Accepts
        "heartbeat and ldirectord have nothing like it"
"The directive has no counterpart in heartbeat or ldirectord. The report says what it did and what
can be done instead.

What belongs to the node and not to the cluster (routes, sysctl settings, packet filter) is best put
into the system's own configuration, the same on every director.";

    IMPOSSIBLE_THERE = "LV0737" "impossible-there" Warning Accepts
        "heartbeat and ldirectord cannot do it"
"Without the directive the cluster behaves in another way that its users notice, and neither
heartbeat nor ldirectord can do it. Decide whether it can be done without before the files are used;
lvsha's own daemon can do it, and reads either world's files.";

    ONE_LINE = "LV0738" "one-line" Warning Accepts
        "instances that move together become one line"
"The members of a vrrp_sync_group move together. heartbeat moves lines of haresources, so lvsha puts
the resources of all members into one. A line has one preferred node: members that prefer
different nodes cannot be in one, and stay apart. Give the members one order of priorities first, or
check that they may move one by one.";

    NOTIFY_SCRIPT = "LV0739" "notify-script" Warning Accepts
        "a notify command becomes a resource"
"keepalived starts notify commands after a change and waits for none. heartbeat starts the resources
of a line in order and waits for each, so lvsha writes a script in resource.d at the end of the
line: its start runs what notify_master named, its stop what notify_backup named. Its status says
whether it was started last. There is no FAULT in heartbeat: a node is dead or alive.

keepalived also runs notify_backup when it starts as backup, and notify_stop only when it ends.
heartbeat does neither: let the system run the first at boot, and the other with ExecStopPost= of
heartbeat's unit.";

    PING_ARBITRATION = "LV0740" "ping-arbitration" Warning Accepts
        "a weighted ping script becomes a ping target"
"A vrrp_script that pings and a negative weight make a director with a broken network give way.
heartbeat pings targets itself, and ipfail moves everything to the director that reaches strictly
more of them. Weights do not count, only the number of targets.

With equal losses nobody moves, as before when both directors lose the same weight. Name targets
behind the network whose loss matters, and as many of them as it needs to tell who lost it.";

    NOT_FOLLOWED = "LV0741" "not-followed" Warning Accepts
        "heartbeat does not follow it"
"heartbeat notices dead nodes and, with ipfail, lost ping targets. It follows no interfaces,
scripts, files, processes and BFD sessions. keepalived follows the interfaces of its instances and
addresses without being told: when one fails, the other director takes over. heartbeat hears the
other director on any other interface all the same, and does nothing.

For an interface, ping an address behind it and start ipfail. For everything else let a timer or
cron call `hb_standby` on the node that should give its groups up.";

    TABLE_ON_HOLDER = "LV0742" "table-on-holder" Info Accepts
        "a group's services are in the table of its holder only"
"keepalived checks servers and fills the kernel's IPVS table on every director all the time.
heartbeat starts ldirectord with the group, so only the node that holds the group's addresses has
the table, and its first round of checks comes after the take-over.

heartbeat also stops and starts the resources of a group one after the other and waits for each. So
every move takes longer than with keepalived, an orderly stop and the way home too, and visitors
wait for the first round of checks as well. A shorter `checkinterval` makes that round shorter.

Where there are several groups, a service goes with the group of its address. A firewall mark has
none: its service goes with the first group, and when another director holds the others, packets
with that mark find no service there. Give each group a mark of its own.";

    CHECK_RHYTHM = "LV0743" "check-rhythm" Info Accepts
        "servers are checked in another rhythm"
"keepalived checks every server on its own clock, with retries of their own spacing. ldirectord asks
all servers of all services one after the other and rests `checkinterval` seconds; `failurecount`
failures in a row take a server out, and a hanging server delays everything behind it.

All times are whole seconds: fractions are rounded up. Keep the time limits short.";

    CHECK_DIFFERENT = "LV0744" "another-check" Info Accepts
        "ldirectord asks in another way"
"The check of ldirectord that comes nearest was taken; the report says what differs. HTTP checks
of ldirectord follow redirects and have one time limit for the whole exchange. Checks that nothing
can stand for are named as impossible: without any other check the server counts as up.";

    CHECK_SCRIPT = "LV0745" "check-script" Info Accepts
        "checks became a generated program"
"ldirectord has one kind of check for all servers of a service. Several checkers for one server,
different ones, commands with arguments, status codes, digests and negated expressions go into
a program below /etc/ha.d/checks, which ldirectord calls with addresses and ports for each server.

It is written in Perl with the modules that ldirectord itself needs.";

    SERVER_DETAIL = "LV0746" "server-detail" Warning Accepts
        "a detail of servers is the same for the whole service"
"`quiescent` and the family of a fallback are settings of a virtual service in ldirectord. What
single servers say otherwise is lost; the report says which value was written. Put servers that need
another one into a virtual service of their own.";

    QUORUM = "LV0747" "quorum" Warning Accepts
        "ldirectord knows no quorum"
"ldirectord puts the fallback in when the last real server is gone and takes it out with the first
that is back, and runs `fallbackcommand` at the same moments. A quorum above one, with or
without hysteresis, cannot be said. Where too few servers are worse than the fallback, stay with
keepalived.";

    SERVICE_IMPOSSIBLE = "LV0748" "service-impossible" Error Accepts
        "ldirectord cannot have this service"
"ldirectord balances TCP, UDP and firewall marks, with plain IPIP tunnels. SCTP and other tunnels
are not written at all: what would be left is another service than the one that was meant.

Keep such services on keepalived, or let lvsha's own daemon run them.";

    MAIL = "LV0749" "mail-differs" Info Accepts
        "mails come from another program"
"keepalived mails about instances and servers over SMTP. ldirectord mails about servers
(`emailalert`), and a generated resource `mail-to` about groups, with the node's mail command.
Install one, and send a mail by hand to see that it works. heartbeat's own MailTo would make a node
without that command give the whole group up; `mail-to` always succeeds.

ldirectord hands all recipients to a mail server (`smtp`) as one address, which servers refuse, so
only the first is written beside one. Without a service ldirectord does not run, and without
`smtp_alert` there is no MailTo: then nobody is told anything.";

    SYNC_DAEMON = "LV0750" "sync-daemon" Warning Accepts
        "the sync daemon moves with the group"
"The LVSSyncDaemonSwap of heartbeat 2 has no words for interface and number, and heartbeat 3 does
not bring it along: a line that names it could not be started at all. lvsha writes a script
`lvs-sync-daemon` with the options that keepalived used.

It swaps the roles when the group moves. A director that starts without the group has no backup
daemon before that, so its first take-over knows no connections: start one at boot.";

    NODE_NAME = "LV0751" "node-name" Info Accepts
        "heartbeat takes the name that uname -n prints"
"`router_id` is free text for mails and logs. A node of heartbeat has the name that `uname -n`
prints.

If the report shows another name than that, give the right one with `--node`, or name the
director's directory after it.";

    STARTS_DOWN = "LV0752" "starts-down" Info Accepts
        "servers start down"
"keepalived puts every server into the table at once and takes it out after its first failure,
unless `alpha` is set. ldirectord takes servers in with their first success. A server whose check
fails is never used, and a new master serves a moment later. There is nothing to do, unless a check
fails on purpose: then mend or remove it.";

    GROUP_EXPANDED = "LV0754" "group-expanded" Info Accepts
        "a group of addresses becomes one service for each"
"keepalived lets several addresses and marks share one pool of servers, and checks the servers once.
ldirectord has one virtual service for each address or mark, and each checks its servers itself
(equal checks are asked once in a round).

A range or a network of more than 256 addresses is cut there: mark its packets with one rule of the
packet filter and write one service for the mark.";

    FILES_DIFFER = "LV0753" "files-differ" Warning Accepts
        "the files of the directors differ where heartbeat has one"
"heartbeat's groups are the same on every node. What only one director's keepalived.conf says is
taken for all of them: the union of all addresses. Where they name the interface of an address
differently, none is written, and the script takes that of the route to the address.

Make the files equal before the conversion if the difference was a mistake.";
}
