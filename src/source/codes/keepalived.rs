//! Codes `LV05xx`: keepalived.conf. What `keepalived -t` does was tried with release 2.2.7.

use super::codes;

codes! {
    UNKNOWN_KEYWORD = "LV0501" "unknown-keyword" Error Refuses
        "a word that keepalived does not know"
"The first word of the line is no keyword of keepalived.

keepalived reports `Unknown keyword` and skips the line; when the line opens a block, every line
inside is reported too. `keepalived -t` exits with 5, yet the daemon starts without the setting.

Correct the word, or remove the line.";

    WRONG_BLOCK = "LV0502" "keyword-in-wrong-block" Error Refuses
        "a keyword that belongs to another block"
"keepalived knows the word, but not in this block. A closing brace in the wrong place, or one that
was forgotten, is the usual reason.

keepalived reports `Unknown keyword` and skips the line. Move the line into the block that the
message names, or mend the braces around it.";

    MISSING_CLOSING_BRACE = "LV0503" "missing-closing-brace" Error Refuses
        "a block that is never closed"
"Every `{` needs a `}`. lvsha ends the block where the next block of the top level begins, because
such a block cannot stand inside another.

keepalived takes all that follows as part of the open block, reports its lines as unknown keywords
and counts the missing braces at the end of the file. Add the `}` where the block should end.";

    STRAY_CLOSING_BRACE = "LV0504" "stray-closing-brace" Error Refuses
        "a closing brace that closes nothing"
"There are more `}` than `{` up to here. keepalived reports an extra `}` and goes on, but the block
before may have ended too early, and then its last lines were read as part of something else.

Remove the brace, or find the `{` that is missing before it.";

    UNEXPECTED_OPENING_BRACE = "LV0505" "unexpected-opening-brace" Error Refuses
        "an opening brace where no block begins"
"The `{` stands behind a word that takes no block, or behind nothing at all.

keepalived reports `Unexpected '{'`, ignores the brace, and reads the lines inside as if they stood
outside; the closing brace is one too many then. Remove both braces, or write the block's name.";

    MISSING_OPENING_BRACE = "LV0506" "missing-opening-brace" Error Refuses
        "a block's name without an opening brace"
"The word begins a block, but no `{` follows, neither on the line nor on the next.

keepalived reports the missing brace, or takes the following lines for the list that it expects, and
reports what should be inside as unknown. Write ` {` at the end of the line.";

    UNTERMINATED_QUOTE = "LV0507" "unterminated-quote" Error Refuses
        "a quotation mark without its partner on the line"
"A text in double quotes must end on the line on which it begins.

keepalived reports an unterminated quote and drops the word; in the command of a vrrp_script or a
MISC_CHECK it crashes. When a running daemon reads such a file again, its VRRP process dies over and
over, while its addresses stay configured. Write the closing quotation mark.";

    MISSING_ARGUMENT = "LV0508" "missing-argument" Error Refuses
        "a keyword without the value that it needs"
"Nothing, or too little, stands behind the keyword.

For most keywords this stops keepalived: it exits with 2 and does not start at all. `virtual_server
fwmark {` and a vrrp_instance without name even crash it. Write the value behind the word.";

    NOT_A_NUMBER = "LV0509" "not-a-number" Error Refuses
        "something else where a number is needed"
"keepalived wants a number written in decimal digits here, without a unit. It knows no names: not
for ports, and not for marks.

`keepalived -t` calls the number invalid and exits with 5; the daemon runs with the default value
instead. Write the number.";

    OUT_OF_RANGE = "LV0510" "number-out-of-range" Error Refuses
        "a number that is too small or too large"
"The number lies outside of what keepalived takes at this place.

`keepalived -t` reports the range and exits with 5; the daemon takes the default value, or the
nearest one. Choose a number within the range that the message names.";

    NOT_AN_ADDRESS = "LV0511" "not-an-address" Error Refuses
        "something else where an IP address is needed"
"keepalived takes IPv4 and IPv6 addresses in figures here; it never looks up host names. An address
with a prefix takes `/24`, not `/255.255.255.0`, and there are no commas between addresses. A port
is a word of its own, no `:80`, and an interface cannot be named: `fe80::1%eth0` is no address. Of a
network in a virtual_server_group the first address is written, `10.4.0.0/24`.

`keepalived -t` reports the invalid address and exits with 5; the daemon skips the line. Write the
address in figures.";

    NOT_A_CHOICE = "LV0512" "not-one-of-the-choices" Error Refuses
        "a word that is none of those that may stand here"
"Only certain words may follow the keyword, in exactly this spelling: `MASTER`, not `master`;
`NAT`, not `nat`.

`keepalived -t` reports the word and exits with 5; the daemon takes the default instead. Choose one
of the words that the message names.";

    NOT_A_BOOLEAN = "LV0513" "not-a-boolean" Error Refuses
        "a truth value that keepalived does not know"
"A truth value is one of `on off true false yes no` in lower case, or nothing, which means true.

`keepalived -t` reports an invalid value and exits with 5, and the daemon keeps the default. Two
settings, vrrp_strict and vrrp_skip_check_adv_addr, silently take any other word for true.";

    SURPLUS_WORDS = "LV0514" "surplus-words" Warning Depends
        "words behind the last value"
"The keyword takes fewer values than the line has. keepalived ignores such words without a message,
except behind the name of a block, where they make `keepalived -t` fail.

If the words are a remark, put `#` before them. If they are further values, each needs a line of its
own.";

    DEPRECATED = "LV0515" "deprecated-keyword" Warning Depends
        "an old keyword that has a successor"
"The keyword still works, but another has replaced it.

keepalived reports some old words as configuration errors: a file whose only fault is nb_get_retry
makes `keepalived -t` exit with 5, although the daemon runs with it. Use the successor.";

    NEEDS_NEWER = "LV0516" "needs-newer-keepalived" Error Refuses
        "a keyword that the keepalived in question does not know yet"
"The keyword came after the release that the file is for: 2.2.7, which many distributions have, or
the one that `--target keepalived=VERSION` names. There it is an unknown keyword: it is reported,
the line is skipped, and `keepalived -t` exits with 5.

Upgrade keepalived on all directors before you use it, or leave it out.";

    UNKNOWN_OPTION = "LV0518" "unknown-option" Error Refuses
        "a word on the line of a list that keepalived does not know"
"On lines of addresses, peers and tracked objects, certain words with values may follow the first.
There is one item per line.

keepalived reports an unknown entry and ignores it; `keepalived -t` exits with 5. Correct the word,
or move a second item to a line of its own.";

    MISSING_KEYWORD = "LV0519" "missing-keyword" Error Refuses
        "a block without a keyword that it needs"
"The block does nothing, or not what it should, without this keyword. A vrrp_instance needs
virtual_router_id, interface (under unicast, too) and at least one address, also when there is an
empty virtual_ipaddress; a vrrp_script needs script; MISC_CHECK needs misc_path; HTTP_GET needs a
url with a path; a garp_group needs an interval. A check of a link-local address needs bind_if.

`keepalived -t` refuses the file; HTTP_GET without url makes it crash. Add the keyword.";

    DUPLICATE_ROUTER = "LV0520" "duplicate-router" Error Refuses
        "a router that is there twice: name, VRID or sync group"
"The name of a vrrp_instance, and its virtual_router_id on an interface and for an address family,
may be used only once in a file: two routers with the same VRID could not tell their adverts apart.

keepalived reports both and exits; a second instance of the same name is skipped. Give the second
one a number, or a name, of its own.

A vrrp_instance is also a member of one vrrp_sync_group only, and once: a second group, or the
second of two equal lines, leaves it out, and `keepalived -t` exits with 5. Write all routers that
move together into one group.";

    UNKNOWN_NAME = "LV0521" "unknown-name" Error Refuses
        "the name of something that the file does not define"
"track_script names a vrrp_script, track_file and FILE_CHECK a track_file, track_process a
vrrp_track_process, track_bfd and BFD_CHECK a bfd_instance, `track_group` of a static object a
track_group: each must stand before its use. The group of a vrrp_sync_group names vrrp_instances.

keepalived ignores the name: nothing is followed, the check is left out, the router stands outside
the group. `keepalived -t` exits with 5. A virtual_server whose group is not in the file is dropped
without a message. Correct the name, or add the definition.";

    SMALL_GROUP = "LV0522" "small-sync-group" Error Refuses
        "a vrrp_sync_group with fewer than two routers"
"A group keeps several routers in the same state. With one member it does nothing but change how
tracking and notifications work; without any it is removed.

`keepalived -t` says that this is probably not what you want, and exits with 5. Add the other
routers, or remove the group.";

    DEFAULT_WITH_ERROR = "LV0523" "service-default-is-an-error" Error Refuses
        "a virtual server without protocol, scheduler or forwarding method"
"A virtual_server needs protocol, lvs_sched (or lb_algo) and lvs_method (or lb_kind). keepalived
fills in what is missing and reports each as an error: UDP, wlc and NAT. UDP is a surprise for those
who balance web servers.

`keepalived -t` exits with 5. Write all three.";

    NO_REAL_SERVERS = "LV0524" "no-real-servers" Error Refuses
        "a virtual server without real servers"
"keepalived ignores a virtual_server that has no real_server, even if it has a sorry_server, and
`keepalived -t` exits with 5.

Add a real_server, or remove the block.";

    PORT_DIFFERS = "LV0525" "port-differs" Error Refuses
        "a real server's port that differs from the service's without NAT"
"Direct routing and tunnels hand the packet on as it is: its port cannot change on the way. Packets
with a firewall mark have no port of the service at all.

keepalived reports the difference, takes the service's port, and `keepalived -t` exits with 5. Write
the same port, or none behind a firewall mark, or use NAT.";

    QUORUM_TOO_HIGH = "LV0526" "quorum-above-weight" Error Refuses
        "a quorum that all real servers together cannot reach"
"The quorum is compared with the sum of the weights of the real servers that live. keepalived lowers
it to the sum of all weights, and `keepalived -t` exits with 5.

A real server of weight 0 counts nothing: when all have weight 0, even the default quorum of 1 is
too high. Lower the quorum or raise the weights.";

    SCRIPT_SECURITY = "LV0527" "script-security-off" Error Refuses
        "scripts without enable_script_security"
"keepalived runs as root, and so do its scripts. Without enable_script_security it also runs scripts
that other users can change.

`keepalived -t` calls this a security violation and exits with 6; the daemon logs it and starts.
Write `enable_script_security` and `script_user USER` into global_defs.";

    SCRIPT_USER = "LV0528" "no-script-user" Error Refuses
        "script security without a user for the scripts"
"With enable_script_security and without script_user, keepalived runs scripts as the user
keepalived_script, which has to exist. Few systems have it.

Without that user keepalived removes the scripts, and `keepalived -t` exits with 5. Write
`script_user root`, or another user, into global_defs, or `user` into the script's block.";

    NO_PEERS = "LV0529" "unicast-without-peers" Error Refuses
        "a unicast setting without unicast peers"
"unicast_src_ip, check_unicast_src and their relatives mean nothing without unicast_peer. keepalived
sends multicast then, and calls the configuration deprecated; `keepalived -t` exits with 5.

Add a unicast_peer block with the other directors, or use mcast_src_ip.";

    MARK_WITH_PROTOCOL = "LV0530" "mark-with-protocol" Error Refuses
        "a keyword that a service with a firewall mark cannot have"
"Packets with a firewall mark may have any protocol and any address: there is none that ha_suspend
could look for. keepalived ignores both keywords and reports them; `keepalived -t` exits with 5.

Remove the line; restrict the protocol where the mark is set.";

    FRACTION = "LV0531" "fraction-needs-version-3" Error Refuses
        "an advert interval that the protocol version cannot say"
"Version 2 of VRRP counts whole seconds from 1 to 255; version 3, which IPv6 has by itself, counts
hundredths up to 40.95.

keepalived rounds the interval, and `keepalived -t` exits with 5. When one director rounds and the
other does not, version 2 drops the other's adverts and both become master. Write a whole number, or
`version 3` on all directors.";

    GIVEN_TWICE = "LV0532" "keyword-given-twice" Error Refuses
        "what can be given once and was already given"
"For most keywords the last line wins, silently. For notify commands, the group of a
vrrp_sync_group, lvs_sync_daemon, the file of a track_file, the process of a vrrp_track_process, the
`peer` of an address and the bare words of include_check, the first one wins: keepalived reports the
second, ignores it, and `keepalived -t` exits with 5.

Of two virtual_server_groups with one name the first counts, too, and keepalived says nothing.

A rule does one thing only: with a second `table`, `goto` or the like keepalived ignores it whole.
So it does with an address that has a second `dev`.

Remove one of the two, or call both commands from one script.";

    DUPLICATE_SERVER = "LV0534" "duplicate-real-server" Error Refuses
        "a real server that the service already has"
"The same address and port stand twice in one virtual_server. keepalived removes the second one, and
`keepalived -t` exits with 5.

Remove one; to give a server more connections, raise its weight.";

    NO_PORT = "LV0535" "service-without-port" Error Refuses
        "a virtual server without port and without persistence"
"A virtual_server without port, or with port 0, takes all ports of its address. The kernel only
allows this with persistence, so keepalived switches persistence on and reports it; `keepalived -t`
exits with 5.

Write the port behind the address, or add persistence_timeout.";

    NOT_IN_BUILD = "LV0536" "not-in-this-build" Error Refuses
        "a keyword of a part that is left out of the build"
"keepalived can be built without some of its parts, and does not know their words then: the line is
skipped, and `keepalived -t` exits with 5. `keepalived -v` lists what a build has.

Debian builds it without iptables: vrrp_iptables is reported as unsupported, vrrp_ipsets is not even
known. The daemon uses nftables all the same; write `nftables` instead, which needs no chains to be
prepared. `--target keepalived=2.2.7,with-iptables,no-regex` describes another build.";

    FAMILY_DIFFERS = "LV0537" "address-family-differs" Error Refuses
        "IPv4 and IPv6 addresses where only one family can be"
"The real servers of a virtual_server have the family of its address, except through a tunnel, and
all addresses in virtual_ipaddress have the family of the first: adverts carry one family. The same
holds for a sorry_server, the source of adverts and of checks, and a route's or rule's addresses.

keepalived skips the other ones and `keepalived -t` exits with 5. A virtual_server with a group that
holds another family than its real servers is dropped without a message. Write a second
virtual_server or vrrp_instance for the other family; addresses of both may stand in
virtual_ipaddress_excluded.";

    HEADER_AS_MASTER = "LV0538" "authentication-header-as-master" Error Refuses
        "an instance with authentication headers begins as MASTER"
"Authentication headers (`auth_type AH`) carry a sequence number, which a router must learn from the
others before it sends: it has to begin as BACKUP.

keepalived sets the state to BACKUP, and `keepalived -t` exits with 5. Write `state BACKUP`; the
priority alone decides who becomes master.";

    NET_NAMESPACE = "LV0557" "judged-in-a-namespace" Info Accepts
        "keepalived judges the file inside a network namespace"
"`net_namespace` names the network namespace that keepalived works in, and `keepalived -t` looks for
interfaces there.

Where the namespace does not exist, 2.2.7 judges nothing: it exits with 0 whatever the file says.
Run it on a director, or leave the line out for the test.";

    INTERFACE_TWICE = "LV0558" "interface-taken-twice" Error Refuses
        "an interface that can only be given once"
"Each router needs a virtual MAC interface of its own, and an interface belongs to one garp_group.

keepalived ignores the second name, chooses one of its own, and `keepalived -t` exits with 5. Give
the second one another name.";

    EMPTY_GROUP = "LV0559" "empty-server-group" Error Refuses
        "a group of virtual servers without entries"
"A virtual_server_group lists addresses, ranges or firewall marks, one on a line.

keepalived removes an empty group with a message, and a virtual_server that names it has no
address; `keepalived -t` exits with 5. Add an entry, or remove the group. Lines with conditions
(`@node`) count only on their node.";

    ALIAS_AS_INTERFACE = "LV0560" "alias-as-interface" Error Refuses
        "an address label where an interface is needed"
"`eth0:1` is the label of an address, as old tools show it; there is no interface of this name.

keepalived does not find it and does not start: `keepalived -t` exits with 5. Write the interface
before the colon; a label is given to an address with `label eth0:1`.";

    LOOPBACK_FOR_VRRP = "LV0598" "loopback-for-vrrp" Error Refuses
        "a router on the loopback interface"
"VRRP is spoken on a network that the directors share, and `lo` is none.

keepalived reports that it cannot use the loopback interface, ignores the line, and has a router
without interface then: the daemon does not start, and `keepalived -t` exits with 5. Name the
interface that leads to the other directors. An address that shall stand on `lo` says so itself:
`10.0.0.31/32 dev lo`.";

    NOT_A_USER = "LV0561" "word-taken-for-a-user" Error Accepts
        "a word that is taken for a user and may be none"
"A command is one word; what follows it is the user and the group that run it. The arguments of a
command belong into its quotes.

keepalived 2.2.7 finds no such user and drops the command without a message; later releases report
it. Behind the `script` of a vrrp_script and the misc_path of a MISC_CHECK it reads nothing at all:
the user stands on a line of its own there. Put quotes around the command and its arguments.

script_user and `user` take names, no numbers, and until 2.2.7 no group with a colon. keepalived
says that it cannot set user and group, drops the scripts, and `keepalived -t` exits with 5.";

    BACKSLASH_IN_COMMENT = "LV0562" "backslash-in-comment" Error Refuses
        "a comment line that ends in a backslash"
"A line may end in a backslash only inside a definition of several lines.

Of a line that is only a comment, 2.2.7 removes the comment but keeps the backslash: it reports an
unknown keyword, and `keepalived -t` exits with 5. Remove the backslash, or put any character behind
it.";

    EXCLUDED = "LV0563" "words-that-exclude-each-other" Error Refuses
        "a keyword that another one takes the effect from"
"`vrf` is for a unicast router that names no interface; beside `interface` keepalived ignores it, as
`mcast_dst_ip` beside unicast peers.
`native_ipv6` makes a router one of IPv6: behind its IPv4 addresses the line is ignored, in front of
them the addresses are, and the router has none.

keepalived says so, and `keepalived -t` exits with 5. Delete the one that is not meant.";

    TOO_MANY_ADDRESSES = "LV0564" "too-many-addresses" Error Refuses
        "more addresses than an advert holds"
"An advert counts its addresses in one byte, up to 255, and has to fit into one packet of the
interface: of IPv6 that are 89 with the usual MTU of 1500 bytes.

keepalived moves the others to virtual_ipaddress_excluded, says so, and `keepalived -t` exits with
5. Write them there yourself, the same ones on all directors: they move along all the same.";
}
