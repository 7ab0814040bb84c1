//! Codes: virtual services and probes that the daemon does not start with.

use super::codes;

codes! {
    NO_PROBE = "LV0980" "daemon-no-probe" Error Accepts "a probe that the daemon cannot ask"
        "The daemon has no such dialogue yet: BFD of keepalived, LDAP and the databases of ldirectord.
It does not start, since a server that is never asked would count as up for ever.

Ask the server in another way: `connect` (TCP_CHECK), a page of HTTP, or a script that speaks
the protocol (MISC_CHECK, checktype external).";
    BAD_PROBE = "LV0981" "daemon-bad-probe" Error Accepts "a probe that can never succeed"
        "Something in the probe makes every answer a failure: a regular expression that cannot be
understood, a path that is no path, digits that are no digits, no port to connect to. The daemon
does not start.

Correct the value that the message names.";
    MIXED_SERVERS = "LV0982" "daemon-mixed-servers" Error Refuses "a real server of another family than its service"
        "IPVS sends packets to a server of the other address family through a tunnel only (Linux 3.18).
The kernel refuses the server, so the daemon does not start.

Use `TUN` (ipip), or an address of the service's family.";
    NO_GROUP = "LV0983" "daemon-no-group" Error Refuses "a service for a group that has no addresses"
        "The group is not defined, or nothing in it has a port where one is needed. The service would
take no traffic. The daemon does not start.

Define the group with at least one address or mark.";
    BAD_SCRIPT = "LV0984" "daemon-bad-script" Error Accepts "a command that cannot be run"
        "A quote in the command is not closed, the command is empty, or its user does not exist. A check
that never runs looks like a dead server, and a hook that never runs is noticed too late. The
daemon does not start.

Correct the command or its user.";
    SAME_SERVICE = "LV0985" "daemon-same-service" Error Accepts "one virtual service twice"
        "The kernel tells services apart by protocol, address and port, or by firewall mark. Two services
with the same key would overwrite each other for ever. The daemon does not start.

Merge the two, or change the address, port, protocol or mark of one.";
    BAD_TUNNEL = "LV0986" "daemon-bad-tunnel" Error Accepts "a tunnel that the kernel refuses"
        "A GUE tunnel needs a UDP port, and a remote checksum exists for GUE only. The daemon does not
start.

Add the port, or choose another kind or checksum.";
    NO_SCHEDULER = "LV0987" "daemon-no-scheduler" Warning Accepts "a service without scheduler"
        "Without a scheduler keepalived logs an error and takes wlc, which prefers the server with the
fewest connections for its weight. The daemon does the same, so that both directors of a pair
balance alike.

State the scheduler that you mean: `lb_algo` in keepalived.conf, `scheduler=` in ldirectord.cf.";
}
