//! Codes: what the daemon does not start with.

use super::codes;

codes! {
    NO_ID = "LV0950" "daemon-no-id" Error Refuses "a router without virtual_router_id"
        "Routers find each other by virtual_router_id, a number from 1 to 255 that has no default.
Without it the daemon does not start.

Give the router the number that its peers have.";
    NO_INTERFACE = "LV0951" "daemon-no-interface" Error Refuses "a router without interface"
        "Advertisements are sent on and heard from one interface. Without it the daemon does not start.

Name the interface on which the directors reach each other.";
    NO_ADDRESS = "LV0952" "daemon-no-address" Error Refuses "a router without any address"
        "An advertisement of version 3 holds at least one address (RFC 9568 section 5.2.5), and a
master without an address holds nothing. The daemon does not start.

Add `virtual_ipaddress` with at least one address.";
    SAME_ID = "LV0953" "daemon-same-id" Error Refuses "one virtual_router_id twice on an interface"
        "Two routers of one family with the same virtual_router_id on the same interface hear each
other's advertisements as their own. The daemon does not start.

Give one of them another number, the same on all directors.";
    NO_ROUTER = "LV0954" "daemon-no-router" Error Refuses "nothing to do for this node"
        "The configuration names no virtual router in which this node takes part. The daemon does not
start, since a director that silently does nothing is taken for a working one.

Look at the name of the node: without `--node` it is the host name.";
    BAD_INTERVAL = "LV0955" "daemon-bad-interval" Error Refuses "an interval that the version cannot say"
        "Version 2 advertises every 1 to 255 whole seconds (RFC 3768 section 5.3.7), version 3 every
10 ms to 40.95 s in steps of 10 ms (RFC 9568 section 5.2.7). The daemon does not round: directors
that disagree about the interval do not hear each other.

Change `advert_int` on all directors, or `version`.";
    MIXED_FAMILIES = "LV0956" "daemon-mixed-families" Error Refuses "advertised addresses of two families"
        "An advertisement holds addresses of one family. The daemon does not start.

Move the addresses of the other family to `virtual_ipaddress_excluded`, or to a router of their own.";
    VERSION_2_IPV6 = "LV0957" "daemon-version-2-ipv6" Error Refuses "version 2 with IPv6 addresses"
        "Version 2 exists for IPv4 only (RFC 3768): its packets have no room for longer addresses. The
daemon does not start, since no other director would understand what it sends.

Write `version 3`, on all directors.";
    BAD_COMMAND = "LV0958" "daemon-bad-command" Error Refuses "a command that cannot be taken apart"
        "A command line is split into program and arguments as a shell does, without a shell. Here a
quote is missing. The daemon does not start, since a hook that never runs is noticed too late.

Close the quote.";
    NOT_EXECUTED = "LV0959" "daemon-not-executed" Warning Accepts "a directive that the daemon does not execute"
        "The daemon understands the directive and does not do what it says, which the program that the
file was written for would do. Outside of routers, a directive that stands in several places is
told once.

Decide whether you can do without it before you replace that program on this node.";
    GROUP_MEMBER = "LV0960" "daemon-group-member" Error Refuses "a sync group with an unknown router"
        "A sync group names a router that does not exist, or does not run on this node. Its routers
would not change state together. The daemon does not start.

Correct the name.";
    UNKNOWN_TRACKER = "LV0961" "daemon-unknown-tracker" Error Refuses "a tracked script that is not defined"
        "A router follows a script that no `vrrp_script` defines, or one without a command. The daemon
does not start.

Define it, or take it out of `track_script`.";
    DISABLED_SCRIPT = "LV0962" "daemon-disabled-script" Warning Accepts "a tracked script that cannot be run"
        "A router follows a script that is not there, that its user may not execute, or that others
than root could have written while `enable_script_security` is on. As keepalived does, the daemon
takes it out: routers go on as if they did not follow it. A reload looks again.

Correct the path, `chmod` and `chown` the script and the folders above it, or name another `user`.";
    UNSPOKEN_AUTHENTICATION = "LV0963" "daemon-unspoken-authentication" Error Refuses "authentication that the daemon does not speak"
        "The daemon speaks version 2 with a password or without, and version 3 without. Peers with
`auth_type AH` or `auth_hmac` drop what it sends, and it cannot understand them: both would be
master. The daemon does not start. In version 3 `auth_type AH` means nothing, as with keepalived.

Write `auth_type PASS`, or no authentication, on all directors before you replace the program on the
first.";
    PREEMPTED_STORAGE = "LV0964" "daemon-preempted-storage" Error Refuses "storage on a director that can be preempted"
        "A group mounts a file system or makes a volume writable, and another director may take its
address by preemption: one that is preferred and returns, or with ipfail one that reaches more ping
nodes. A director stops its resources before it gives up of its own will. One that is preempted
cannot: the other one is master already, and would start the storage while it is in use here.
heartbeat waits also then. The daemon does not start.

Write `auto_failback off` into ha.cf of both nodes, or `preempt = false` into the inventory, and
move the address with `lvsha ctl standby` on the director that has it.";
    UNUSABLE_HOOK = "LV0965" "daemon-unusable-hook" Warning Accepts "a notify script that cannot be run"
        "A notify script is not there, its user does not exist or may not execute it, or others than
root could have written it while `enable_script_security` is on. keepalived takes it out at the
start. The daemon tries it at each change, so that nothing is started or stopped until it is there.
A reload looks again.

Correct the path, `chmod` and `chown` the script and the folders above it, or name another user.";
    SAME_LINK = "LV0966" "daemon-same-link" Error Refuses "one virtual link for two routers"
        "Two routers name the same interface behind `use_vmac`. It has one MAC address and stands on one
interface, so that one of the two would have no place for its addresses. The daemon does not start.

Name another one for one of them, or none: then each gets a name that is free.";
    INPUT_ERRORS = "LV0969" "daemon-input-errors" Warning Accepts "a configuration with errors"
        "The files hold errors: words that their own program refuses or reads otherwise than they say.
The daemon does what it understands, as that program would, and leaves out the rest. Without
something that it needs it does not start, and an error of its own says so. A reload is refused
where something cannot be read at all: braces and quotes without their partner, unknown words,
missing or impossible values, missing files. What runs goes on then.

`lvsha check` shows every error, `lvsha check --fix` mends those that are certain.";
}
