//! Codes `LV21xx`: advice about haresources that heartbeat accepts.

use super::codes;

codes! {
    ADDRESS_TWICE = "LV2101" "address-in-two-groups" Warning Accepts
        "the same address in two groups"
"heartbeat moves groups independently. With both nodes up, each may own one of the groups: the
address is then on both nodes and the network sees two hosts with one address. Keep it in one
group.";

    SAME_KEY = "LV2102" "group-key-twice" Warning Accepts
        "two groups cannot be told apart"
"heartbeat finds a group again by its first resource, as a regular expression that may match in any
group: dots stand for any character. Two groups that begin alike, or a first resource that also
stands in another group, are taken for each other at take-over. Begin each group with an address
that stands nowhere else.";

    STRANGE_MASK = "LV2103" "strange-mask" Warning Accepts
        "a mask that does not fit the address"
"heartbeat's script takes any mask. A host mask leaves the address without a network, which is
right for LVS on `lo` but rarely on the outside. A broadcast address outside of the network of
address and mask is never heard. The mask of a moving address is that of its interface, for
example 24 with broadcast .255.";

    NODE_ADDRESS = "LV2104" "address-of-a-node" Warning Accepts
        "the moving address is the own address of a node"
"ha.cf has heartbeat send its packets to this address, so it belongs to a node. When the group
moves, both nodes have it, or the node that lost it can no longer be reached. Choose a free
address for the group.";

    ADDRESS_INTERFACE = "LV2105" "address-interface" Info Accepts
        "an address without a usable interface"
"Without an interface heartbeat's script takes the one of the most specific route to the address,
which changes with the routing table. A label such as `eth0:0` may have at most 15 characters: a
longer one is cut or refused by the kernel. Write mask and interface: `10.0.0.5/24/eth0`.";

    ORDER = "LV2106" "resource-order" Warning Accepts
        "resources in an order that does not work well"
"Resources start from left to right and stop from right to left. A service that starts before its
address cannot bind to it, and answers nobody while it stops last. LVSSyncDaemonSwap belongs in
front of ldirectord, which fills the table; ldirectord without any address in its group directs
packets that never come.

The usual order is addresses, LVSSyncDaemonSwap, ldirectord, services.";

    CONTINUED_COMMENT = "LV2108" "comment-on-continued-line" Error Accepts
        "a comment on a continued line becomes resources"
"heartbeat removes comments before it joins lines, and only from the line where a group begins. On
the lines behind a backslash the number sign and each word behind it become resources whose scripts
do not exist: the group fails when a node should take it over.

lvsha reads it as a comment. Move it to a line of its own above the group.";

    COMPRESSED_ADDRESS = "LV2109" "compressed-ipv6-address" Error Accepts
        "`::` inside an IPv6 address separates arguments"
"heartbeat splits a resource at every `::`. `IPv6addr::2001:db8::1/64/eth0` calls the script with
two arguments, `2001:db8` and `1/64/eth0`, and fails. lvsha reads the address as it was meant.
Write all eight groups: `IPv6addr::2001:db8:0:0:0:0:0:1/64/eth0`.";

    SCRIPT_OF_ANOTHER_RELEASE = "LV2110" "script-of-another-release" Warning Accepts
        "a resource script that this release of heartbeat does not have"
"LVSSyncDaemonSwap came with the packages of heartbeat 2. Those of heartbeat 3, Debian's among them,
do not have it: the group fails to start when nobody installed the script.

Copy the script to /etc/ha.d/resource.d of both nodes, or remove it from the line. For heartbeat 2
say `--target heartbeat=2.1.4`.";

    MASKS_DIFFER = "LV2111" "masks-differ" Warning Accepts
        "addresses of one network with different masks"
"Two addresses of the same interface and network have different prefix lengths. The smaller network
gets a route of its own, and some neighbours are looked for behind the wrong one.

Write the mask of the interface's own address for all of them; `ip address` shows it.";

    NO_SUCH_SCRIPT = "LV2112" "no-such-script" Error Accepts
        "a resource script that is in neither directory"
"heartbeat looks for a resource in /etc/ha.d/resource.d and then in /etc/init.d. Both directories
are beside the files that were checked, and neither holds this script: the group fails to start,
and moves to the other node or stops.

Install the script, executable, on both nodes, or correct the name.";

    NO_SUCH_CONFIGURATION = "LV2113" "no-such-configuration" Warning Accepts
        "a configuration of ldirectord that is not there"
"`ldirectord::web.cf` starts ldirectord with /etc/ha.d/web.cf, else /etc/ha.d/conf/web.cf;
`ldirectord` alone stands for ldirectord.cf. The file is in neither place beside the haresources
that was checked: ldirectord stops, and the group fails when a node should take it over.

Put the file there on both nodes, or correct the name.";
}
