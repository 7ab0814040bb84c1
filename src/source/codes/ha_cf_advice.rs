//! Codes `LV20xx`: advice about ha.cf and authkeys that heartbeat accepts.

use super::codes;

codes! {
    CHECKSUM = "LV2001" "no-authentication" Warning Accepts
        "heartbeats are not authenticated"
"The method crc only finds transmission errors. Whoever reaches the network of the heartbeats can
pose as a node, and a second cluster with the same names on the same network is taken for this one.
That is tolerable on a cable between the two nodes and nowhere else.

Use sha1 with a random key: `printf 'auth 1\\n1 sha1 %s\\n' \"$(openssl rand -hex 20)\"`.";

    KEY_FILE_MODE = "LV2002" "key-file-mode" Warning Accepts
        "others than root have rights on the keys"
"heartbeat refuses a file that group or others may read, and lets other rights pass: a file that
others may write is theirs to replace. Set `chown root:root authkeys` and `chmod 600 authkeys`.";

    WEAK_KEY = "LV2003" "weak-key" Warning Accepts
        "a key that can be guessed"
"heartbeat takes any key. This one is an example of the manual, a common password, or shorter than
12 characters: a recorded packet is enough to try such keys offline. Take a random one from
`openssl rand -hex 20`, the same on all nodes; a second key line lets you change it without an
interruption.";

    SHORT_DEAD_TIME = "LV2011" "short-dead-time" Warning Accepts
        "two lost heartbeats count as a dead node"
"deadtime is less than three times keepalive: heartbeat starts, and two lost or late packets in a
row make the other node take over while this one still runs, and both own the resources. Choose
deadtime at least three, better ten times keepalive.";

    SHORT_BOOT = "LV2012" "short-initdead" Warning Accepts
        "little time for the network at boot"
"initdead is less than twice deadtime, or less than 10 seconds (then heartbeat itself warns). A
switch with spanning tree needs 30 seconds and more until it forwards: the booting node sees nobody
and takes everything over. Choose at least twice deadtime, 60 to 120 in usual networks.";

    WARNING_TIME = "LV2013" "useless-warntime" Warning Accepts
        "the warning comes too late or always"
"warntime should lie between keepalive and deadtime. At or above deadtime the node is declared dead
before the warning; at or below keepalive every heartbeat counts as late. Half of deadtime is the
default and a good choice.";

    PING_DEAD_TIME_FAR = "LV2014" "odd-deadping" Warning Accepts
        "ping nodes die at a very different pace than nodes"
"deadping is less than a third or more than three times deadtime; heartbeat takes both. A short one
makes resources move because of a few lost pings; with a long one a node keeps the resources
although it lost its network. Delete the line: the default is deadtime.";

    FAST_INTERVAL = "LV2015" "fast-keepalive" Warning Accepts
        "heartbeats faster than the scheduler is reliable"
"Below 200 milliseconds a busy disk, a snapshot of a virtual machine or a log rotation delays
heartbeats by several intervals, and the cluster fails over without a fault. Use 200ms or more,
or make sure that deadtime covers the longest pause.";

    NODE_COUNT = "LV2020" "not-two-nodes" Warning Accepts
        "haresources is made for two nodes"
"The take-over logic of haresources knows this node and the other. With one node nothing is taken
over; with three or more, two of them may take the same group. More nodes need another manager, or
keepalived, which elects among any number.";

    STRANGE_PEER = "LV2030" "strange-peer" Warning Accepts
        "unicast to a host that is no node"
"The peer of `ucast` is a host name that no `node` line has; heartbeat does not compare them. Its
packets go there, and come from there, only when the name is an alias of a node. Use the address
of the node on this network.";

    SINGLE_PATH = "LV2031" "single-path" Warning Accepts
        "one path between the nodes"
"When the only heartbeat network fails, both nodes live, each takes the other for dead, and both own
all addresses. Add a second path that shares no cable and no switch with the first: a second
interface, or a serial line.";

    MULTICAST_SCOPE = "LV2032" "multicast-scope" Warning Accepts
        "multicast heartbeats with an unusual scope"
"A time to live above 1 lets heartbeats leave the network through multicast routers; loop 1 makes
each node hear itself; groups 224.0.0.x are reserved for routing protocols and flooded everywhere.
The usual line is `mcast eth0 225.0.0.1 694 1 0`.";

    LATE_SETTING = "LV2033" "setting-after-its-path" Warning Accepts
        "the setting comes too late for the lines above it"
"heartbeat opens media in the order of the file. A `udpport` behind `bcast` or `ucast`, or a `baud`
behind `serial`, has no effect on them: they use the value in force above, or the default. Move the
line up, in front of the first path.";

    SHARED_PATH = "LV2034" "path-shares-the-service" Info Accepts
        "heartbeats only run where the addresses are"
"All heartbeat paths use the interfaces of the virtual addresses. A flood or a fault there looks
like a dead node, and the survivor's take-over meets the same network. Add a path over another
interface or a serial line.";

    FAILBACK = "LV2040" "unclear-failback" Warning Accepts
        "whether resources go home is not said"
"Without `auto_failback`, with its value `legacy`, or with the obsolete `nice_failback` (whose value
heartbeat 3 ignores) the behaviour of the first releases holds: resources go home when the
preferred node boots, without hb_standby and ipfail. heartbeat logs a warning at each start.

Write `auto_failback on` or `auto_failback off`.";

    PING_USE = "LV2041" "ping-without-effect" Warning Accepts
        "ping targets and ipfail do not fit together"
"Ping targets alone change nothing: ipfail compares how many of them each node sees and moves the
resources. ipfail in turn needs targets, and does nothing with `auto_failback legacy`. A target
that is a cluster node or a virtual address says nothing about the network outside.

Use `ping` with the router's address, `respawn hacluster /usr/libexec/heartbeat/ipfail`, and
`auto_failback on` or `off`.";

    NO_FENCING = "LV2042" "shared-storage-without-fencing" Warning Accepts
        "shared storage without fencing"
"A node that hangs and wakes up again, or a cut network, leaves two nodes with the same file system
mounted, which destroys it. heartbeat prevents that only with a `stonith` device, which switches
the other node off first. Configure one with `stonith_host`, or let a storage that is made for two
nodes hold the data.";

    IGNORED_HARESOURCES = "LV2043" "haresources-ignored" Warning Accepts
        "haresources is not read"
"ha.cf switches `crm` or `pacemaker` on: heartbeat leaves all resources to that manager and does not
read haresources. Delete one of the two.";

    MIXED_NAMES = "LV2044" "mixed-node-names" Warning Accepts
        "nodes with and without their domain"
"heartbeat compares node names with what `uname -n` prints. Hosts of one cluster are usually set up
alike, so that one of the two ways of writing is probably wrong: that node would refuse to start.

Run `uname -n` on each node and write exactly that, here and in haresources.";
}
