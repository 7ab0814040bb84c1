//! Codes `LV23xx`: advice about keepalived.conf, as far as one node's file tells.

use super::codes;

codes! {
    OWNER = "LV2302" "address-owner" Warning Accepts
        "a director that claims to own the addresses"
"Priority 255 belongs to a director that owns the addresses all the time. It becomes master at once,
cannot be lowered by trackers, and is never beaten. `state MASTER` without a priority means 255 too.

keepalived accepts it. For an address that moves, write a priority between 1 and 254 on every
director, a different one on each.";

    PREEMPTION = "LV2303" "contradictory-preemption" Error Refuses
        "settings of preemption that exclude each other"
"nopreempt and preempt_delay only work when the first state is BACKUP, and a delay makes no sense
without preemption.

keepalived clears the setting, says so, and `keepalived -t` exits with 5. Write `state BACKUP` on
every director that has nopreempt or preempt_delay; the priority alone decides who becomes master.";

    WEIGHT_WITHOUT_PREEMPTION = "LV2304" "weight-without-preemption" Warning Accepts
        "a weighted tracker together with nopreempt"
"A weight changes the priority. With nopreempt no other director takes over from a living master
because of its priority, so the failure of what is followed changes nothing while the master lives.

Remove nopreempt, or follow the object without a weight: then its failure is a fault, and the master
gives up.";

    GATEWAY_FAULT = "LV2305" "gateway-as-fault" Warning Accepts
        "a ping without weight whose failure stops every director"
"A script of weight 0 puts the router into the state FAULT when it fails. A ping that fails on all
directors at once, because the gateway does not answer, takes the address away from all of them.

Give the script a negative weight that is larger than the distance between the priorities: then the
best of the equally disturbed directors keeps the address.";

    WEIGHT_IN_GROUP = "LV2306" "weight-in-sync-group" Error Refuses
        "a weighted tracker in a router of a sync group"
"Members of a vrrp_sync_group change state together, and their priorities must not drift apart.
keepalived ignores trackers with weights in members, says so, and `keepalived -t` exits with 5.

Follow the object without weight, on the group, or write sync_group_tracking_weight into the
group.";

    PASSWORD = "LV2307" "password-without-effect" Error Refuses
        "authentication that is cut, or ignored"
"VRRP version 2 carries eight characters of the password, in clear text; keepalived cuts longer
ones. Version 3 and vrrp_strict have no authentication: keepalived ignores the block.

`keepalived -t` exits with 5 in each case. Shorten the password to eight characters, or remove the
block. It protects against accidents only, not against anyone on the network.";

    OWN_ADDRESS_AS_PEER = "LV2309" "own-address-as-peer" Warning Accepts
        "a unicast peer that is this director itself"
"The list of unicast peers names the other directors. With its own address in it a director sends
adverts to itself, and the other director may be missing from the list.

Replace the address by that of the other director. Files that are copied between directors unchanged
are the usual reason.";

    NO_PREFIX = "LV2310" "address-without-prefix" Info Accepts
        "a virtual address without a prefix length"
"Without `/24` or the like keepalived adds the address as a single host, /32 or /128. That is right
for an address of a network that the interface is in anyway, and for direct routing.

When the virtual address is the only one of its network on the interface, there is no route to the
network then. Write the prefix length that is meant.";

    UNTRACKED_INTERFACE = "LV2311" "untracked-interface" Warning Accepts
        "an address on an interface that nobody follows"
"The address is put on another interface than the one that carries the adverts. When only that
interface fails, the master notices nothing and keeps an address that nobody can reach.

Add a track_interface block with that interface.";

    MANY_ADDRESSES = "LV2312" "many-addresses" Info Accepts
        "more than 20 addresses in the adverts"
"Every address in virtual_ipaddress is part of every advert. Older releases take at most 20, and
long adverts cost every receiver the comparison of the lists.

Keep one address there and move the others to virtual_ipaddress_excluded: they move along all the
same.";

    NO_DELAY_LOOP = "LV2315" "no-delay-loop" Info Accepts
        "a service that is checked once a minute"
"Without delay_loop keepalived checks each real server every 60 seconds, so that a dead one can get
connections for a minute.

Write delay_loop with the seconds that you can bear, for example 6.";

    OWN_INTERFACE = "LV2319" "own-interface-tracked" Error Refuses
        "the router's own interface in track_interface"
"A router follows its own interface anyway. keepalived ignores the line, says so, and
`keepalived -t` exits with 5.

Remove the line; list only other interfaces, for example that of the real servers.";

    RELEASE_HABIT = "LV2320" "habit-of-the-release" Info Accepts
        "something that the release does otherwise than its successors"
"The file uses something that the release named with `--target` handles badly, and that a later one
mends. The finding says what happens.

Nothing is wrong with the text. Upgrade keepalived, or know what to expect.";

    UNESCAPED_TWICE = "LV2321" "unescaped-twice" Warning Accepts
        "a backslash in a command"
"keepalived removes one level of backslashes when it reads the line, and another one when it splits
the command into words. `\\.` arrives as `.`, and `\\n` as the end of a line.

Put the command into a script file of its own, or write four backslashes for one.";

    STRICT_FILTER = "LV2322" "strict-filter" Warning Accepts
        "a strict mode that drops what is sent to the addresses"
"With vrrp_strict only the owner of an address accepts packets for it: keepalived sets up a packet
filter, so that the address answers neither ping nor a local server. Samples contain the word, and
it is the usual reason for an address that does not answer.

Remove vrrp_strict, or in version 3 add `accept` to the router. A director that only forwards can
live with it.";

    ONE_FAILURE = "LV2323" "one-failure-counts" Info Accepts
        "a script whose first failure counts"
"Without `fall` a single failure, for example a check that is late because the machine is busy,
makes the script count as failed, and the router falls or changes its priority at once.

Write `fall 2` or more, and `rise` so that it does not come back too early.";

    LATE_INTERFACE = "LV2324" "late-interface" Info Accepts
        "an interface that may not be there yet when keepalived starts"
"Bonds, bridges, VLANs and tunnels are made by other services. When keepalived starts before them,
it refuses to start, because the interface does not exist.

Write `dynamic_interfaces` into global_defs: the router then waits for its interface. Or let the
unit start after network-online.target.";

    DIRECTOR_AS_SERVER = "LV2325" "director-as-real-server" Warning Accepts
        "a director that is one of the real servers"
"The address of a real server is that of a director. With direct routing the backup, which has the
services in its table as well, sends what it gets back to a director: connections loop.

Take the directors out of the pool, or let the table exist on the master only.";

    LONG_TIMEOUT = "LV2326" "timeout-beyond-interval" Info Accepts
        "a script that may run longer than its interval"
"A run is left out while the one before still runs, so that with a timeout beyond the interval a
hanging script is noticed later than the interval says.

Write a timeout that is not longer than the interval.";

    UNKNOWN_NAME = "LV2330" "name-unknown-to-iproute2" Warning Refuses
        "a name for a number that the director must know"
"Routing tables, protocols, scopes, realms, services and groups of interfaces are numbers.
iproute2 names some of them in the files rt_tables, rt_protos, rt_scopes, rt_realms, rt_dsfield and
group; /etc/protocols does it for transports. The name is none of those that are always there.

On a director whose file does not have it, keepalived ignores the whole route or rule, says so, and
`keepalived -t` exits with 5. Write the number, or add the name on every director.";

    LOST_BACKSLASH = "LV2331" "backslash-lost-in-pattern" Error Accepts
        "a backslash that does not reach the regular expression"
"keepalived removes one level of backslashes when it reads the line behind `regex`, in quotes as
well. `\\d` becomes `d`, and `\\.` any character, so that the check asks for something else than its
text says, and perhaps for something that no server ever answers.

Write two backslashes for one: `\\\\d`, `\\\\.`.";

    NO_PATTERN = "LV2332" "pattern-not-compiled" Error Accepts
        "something behind regex that is no regular expression"
"The expression has a bracket that is not closed, or a repetition of nothing. keepalived cannot
compile it.

Release 2.2.7 says so in its log and goes on without a pattern: `keepalived -t` exits with 0, and
every answer with a fitting status is a success. Correct the expression.";

    CHECK_OF_PORT_ZERO = "LV2327" "check-of-port-0" Error Accepts
        "a check that goes to port 0"
"A real_server without a port has that of its virtual_server, but its checks have not: keepalived
2.2.7 takes the server's address into them before it fills in the port. TCP_CHECK, HTTP_GET and all
others that connect then go to port 0, where nothing answers, and every server is taken out.

Write the port behind the address of the real_server. Behind a firewall mark, and in a service for
every port, it has none: write `connect_port` into the check.";

    NO_MAIL_SERVER = "LV2328" "no-mail-server" Warning Accepts
        "recipients of mail and no server for it"
"keepalived speaks SMTP itself and has no default for `smtp_server`. With `notification_email` alone
it opens no connection, logs nothing about it, and nobody is told of anything.

Write `smtp_server 127.0.0.1` into global_defs where the director has a mail server of its own, else
the address of one that takes its mail.";

    CHECK_INSIDE_CHECK = "LV2329" "check-inside-a-check" Warning Accepts
        "a host inside of an SMTP_CHECK"
"`host` is an old word, and not another way to write connect_ip: keepalived 2.2.7 makes a check of
each `host`, and one more of the SMTP_CHECK itself, which asks the real server at its own port. All
of them must succeed.

Where only the other address or port is meant, write connect_ip and connect_port directly into the
SMTP_CHECK. Where both are meant, write two SMTP_CHECKs.";

    CHECK_WITHOUT_TIME = "LV2334" "check-without-time" Error Accepts
        "a check whose time limit is 0 s"
"A `host` of an SMTP_CHECK does not take the connect_timeout of the block around it. Without one of
its own keepalived 2.2.7 waits 0 s for the greeting: the check fails, and the server is taken out
though it answers.

Write `connect_timeout` into the `host`, or its lines directly into the SMTP_CHECK.";

    NOT_FOLLOWED = "LV2335" "script-not-followed" Warning Accepts
        "a vrrp_script that nothing follows"
"A vrrp_script says how something is asked, and `track_script` in a vrrp_instance or a
vrrp_sync_group says what its answer does. Without the second keepalived does not run the script,
and a failure changes nothing.

Write a block `track_script` with the script's name on a line of its own into the instances that are
to follow it, or delete the script.";
}
