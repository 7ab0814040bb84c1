//! Codes `LV060x` to `LV063x`: what the files of several nodes say against each other.

use super::codes;

codes! {
    ROUTER_CLASH = "LV0601" "router-number-clash" Error Accepts
        "one VRID for two virtual routers of a network"
"Two virtual routers with different addresses use the same virtual_router_id in one network. Each
hears the adverts of the other: the better one stays master, and the addresses of the worse one are
held by nobody. With a virtual MAC address both use the same one.

Give each virtual router of a network a number of its own, the same on all its directors.";

    ADDRESS_OF_TWO_ROUTERS = "LV0602" "address-of-two-routers" Error Accepts
        "one address under two VRIDs"
"Two directors are meant to share an address, but their virtual_router_id differs. Neither listens
to the adverts of the other: both become master and hold the address at the same time.

Write the same number on every director.";

    ROUTER_ON_ONE_NODE = "LV0603" "router-on-one-node" Warning Accepts
        "a virtual router that only one director has"
"The other directors that are checked together have virtual routers, but not this one. When its
director fails, nobody takes the addresses over.

Add the vrrp_instance to another director, with the same VRID and addresses and another priority.";

    AUTHENTICATION_DIFFERS = "LV0604" "authentication-differs" Error Accepts
        "directors of one router that do not accept each other's password"
"Kind and password of the authentication block must be the same on all directors of a virtual
router. Otherwise each drops the adverts of the others, and all of them become master. Only the
first eight characters of the password count.

Copy the block from one director to the others.

With auth_hmac (2.4) a director may know several keys. Each has to know, under its number, the one
that another signs with. To change the key, add the new one everywhere, make it active on each
director, and take the old one out at last.";

    INTERVAL_DIFFERS = "LV0605" "advert-interval-differs" Error Accepts
        "directors of one router with different intervals, in version 2"
"In version 2 of VRRP a director drops adverts whose interval is not its own (RFC 3768, 7.1). With
different intervals all directors become master.

Write the same advert_int on every director.";

    INTERVAL_ADOPTED = "LV0606" "advert-interval-adopted" Warning Accepts
        "directors of one router with different intervals, in version 3"
"In version 3 of VRRP a backup counts with the interval that its master sends (RFC 9568, 6.4.2), so
that the time of a takeover depends on who was master.

Write the same advert_int on every director.";

    VERSION_DIFFERS = "LV0607" "protocol-version-differs" Error Accepts
        "directors of one router that speak different versions of VRRP"
"A director drops adverts of another version than its own. All directors become master.

Write the same `version` on every director, or the same vrrp_version in global_defs.";

    TRANSPORT_DIFFERS = "LV0608" "transport-differs" Error Accepts
        "directors of one router that send adverts on different ways"
"One director sends unicast adverts and the other multicast ones, or their multicast groups differ.
keepalived drops what comes on another way than its own, so that both become master.

Give all directors of a router the same kind of transport: unicast_peer on each, or on none.";

    PEER_MISSING = "LV0609" "peer-missing" Error Accepts
        "a director that does not tell another one of its router"
"With unicast_peer a director sends its adverts only to the addresses in the list. One that is not
in the list never hears this director, and becomes master although this one lives.

The list of each director names the unicast_src_ip of every other one, and never its own.";

    ADDRESSES_DIFFER = "LV0610" "addresses-differ" Warning Accepts
        "directors of one router with different addresses"
"Which addresses a master holds depends on which director it is: an address that only one has is
gone after a takeover. keepalived logs the mismatch and uses the adverts all the same.

Write the same addresses on every director; those that are excluded from the adverts count as
well.";

    EQUAL_PRIORITIES = "LV0611" "equal-priorities" Warning Accepts
        "two directors of one router with the same priority"
"With equal priorities the higher address of the interface decides who stays master. When both start
at once both may become master for a moment.

Give each director a priority of its own.";

    TWO_OWNERS = "LV0612" "two-owners" Error Accepts
        "two directors that claim to own the addresses"
"Priority 255 means that the addresses are the director's own. Only one director can say so; two of
them become master at once, without waiting, each time they start.

Write priorities between 1 and 254, a different one on each director.";

    PRIORITY_AGAINST_STATE = "LV0613" "priority-against-state" Warning Accepts
        "the director that begins as MASTER is not the best"
"`state MASTER` does not make a director master: the priority does. The one that begins as MASTER
has a lower priority than another one, which takes over as soon as it is up.

Raise the priority of the director that is meant, or swap the states.";

    SEVERAL_MASTERS = "LV0614" "several-masters" Warning Accepts
        "two directors of one router that begin as MASTER"
"The word only says what a director expects to become. With MASTER on several of them nopreempt and
preempt_delay are ignored on each, and a reader cannot tell who is meant.

Write `state BACKUP` on all but the best director, or on all: the priority decides anyway.";

    WEIGHT_BELOW_GAP = "LV0615" "weight-below-gap" Warning Accepts
        "a weight that is too small to cause a takeover"
"When what is followed fails, the priority falls by the weight. The best director still ranks at or
above the second one then, so nothing happens.

Write a weight larger than the distance between the two priorities, or bring the priorities
closer.";

    DOWN_COUNT_DIFFERS = "LV0616" "down-count-differs" Warning Accepts
        "directors of one router that wait for different times"
"down_timer_adverts says after how many missing adverts a backup takes over. With different numbers
a director of low rank may take over first, and hand the addresses on a moment later.

Write the same number on every director.";

    SYNC_GROUP_DIFFERS = "LV0617" "sync-group-differs" Warning Accepts
        "a sync group with other members than on the other director"
"Routers that move together on one director move apart on the other, so that the addresses may end
up on different directors.

Write the same group on every director.";

    SAME_ROUTER_ID = "LV0618" "router-id-twice" Info Accepts
        "two directors with one router_id"
"router_id names the director in mails. With the same name on both, nobody can tell who wrote.

Write the host's name, or leave the line out: the host's name is the default.";

    SYNC_DAEMON_DIFFERS = "LV0619" "sync-daemon-number-differs" Error Accepts
        "IPVS sync daemons that do not listen to each other"
"The daemon ignores connections that come with another number than its own. After a takeover all
connections break, as if there were no synchronisation.

Write the same `id` behind lvs_sync_daemon on every director; without it the VRID is taken.";

    SERVICES_DIFFER = "LV0620" "services-differ" Warning Accepts
        "virtual services that are not the same on all directors"
"The directors hold the same addresses, but would send the traffic elsewhere: a service, a real
server or its weight differs. Nobody notices before a takeover.

Make the services equal. Differences that are meant can be allowed with a comment.";

    GROUP_DIVIDED = "LV0621" "sync-group-divided" Warning Accepts
        "a sync group whose routers prefer different directors"
"The routers of a group are master on the same director. When one of them has its best priority on
one director and another one on the other, both directors take the whole group each time a router
wins, and give it up when the other router loses: the addresses are on both again and again.

Give the same director the best priority in all routers of the group. `lvsha simulate` shows what
happens.";

    HARESOURCES_DIFFER = "LV0631" "haresources-differ" Error Accepts
        "haresources that is not the same on both nodes"
"Each node starts and stops what its own haresources says. Where the files differ, a group is
started by both nodes or by none.

Copy the file from one node to the other. Order and preferred nodes must be the same, too.";

    KEYS_DIFFER = "LV0632" "keys-differ" Error Accepts
        "nodes that do not accept each other's key"
"A node drops messages that are signed with a key that its authkeys does not have. Both nodes
believe that the other one is dead, and both start all resources.

Copy authkeys to the other node, mode 0600.";

    NODES_DIFFER = "LV0633" "nodes-differ" Error Accepts
        "ha.cf that names other nodes on each node"
"All nodes of a cluster must know the same names. A node that is missing in the list of another one
is ignored by it, as if it were dead.

Write the same `node` lines on every node.";

    TIMES_DIFFER = "LV0634" "heartbeat-times-differ" Warning Accepts
        "times in ha.cf that are not the same on both nodes"
"One node sends at another pace or waits longer than the other expects, or they disagree on whether
resources go home. It works, but who takes over, and when, depends on the node.

Write the same values on every node.";

    CHANNEL_DIFFERS = "LV0635" "channel-differs" Error Accepts
        "a path of heartbeats that does not reach the other node"
"Port, multicast group or peer do not fit together, so that the nodes do not hear each other on this
path. When it is the only one, both start all resources.

Port and group are the same on all nodes; `ucast` names the other node, or each node has one line
for every node, its own included.";
}
