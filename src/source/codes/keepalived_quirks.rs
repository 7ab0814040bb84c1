//! Codes `LV057x` and `LV058x`: what keepalived does where its text, or its manual, says otherwise.

use super::codes;

codes! {
    MANUAL = "LV0570" "manual-differs" Error Refuses
        "what only the manual knows"
"The manual shows a word or a form that the program does not take: `include_check readable` is
`read`, `ip_proto` in a rule is `ipproto`, and `sport` and `dport` take ranges but no single port.

keepalived reports the word and ignores it or the whole rule; `keepalived -t` exits with 5. Write
what the program knows; `lvsha check --fix` does it.";

    ALWAYS_ON = "LV0571" "cannot-be-turned-off" Error Accepts
        "a word that turns something on whatever stands behind it"
"vrrp_strict, vrrp_skip_check_adv_addr and skip_check_adv_addr do not look at the value behind them:
`vrrp_strict off` turns the strict mode on. keepalived says nothing about it; its dump
(`keepalived -d`) shows the setting.

Delete the line: off is the default. For one router among strict ones `strict_mode off` works.";

    UP_DELAY = "LV0572" "no-up-delay" Warning Accepts
        "an interface delay with one number only"
"The manual says that a missing second number is the same as the first. In fact it is 0: the delay
holds for going down, and the interface counts as up at once.

Write both numbers.";

    SINGLE_QUOTES = "LV0573" "single-quotes" Error Refuses
        "single quotes around signs that end a line"
"keepalived looks for comments and braces before it looks at single quotes: `#`, `!`, `{` and `}`
cut the line, and the quote is never closed. Release 2.2.7 crashes then; a running daemon does so
at a reload, and leaves its addresses on the interface.

Double quotation marks protect all of these signs.";

    SPLIT_BY_QUOTE = "LV0574" "split-by-quote" Error Accepts
        "a quotation mark inside a word"
"A quotation mark ends a word wherever it stands, so that `ab\"c d\"e` is three words. Most keywords
take the first and ignore the others without a word.

Put the whole value in quotation marks. There is no way to write a quotation mark inside.";

    WITHOUT_EFFECT = "LV0575" "without-effect" Warning Accepts
        "a keyword that does nothing"
"keepalived accepts the line and does nothing with it: `debug` and `hashed` are left over from
early releases, `init_fail` is forgotten as soon as a router follows the script, and the length of
an answer is only looked at when require_reply has a pattern.

Delete the line, or add what it needs.";

    STRICT = "LV0576" "not-in-strict-mode" Error Refuses
        "a setting that the strict mode does not allow"
"vrrp_strict keeps to the letter of the standard. keepalived resets what goes beyond it, says so,
and `keepalived -t` exits with 5.

Leave the strict mode: most clusters need something that it forbids, and its packet filter drops
what is sent to the addresses. Or change the line.";

    HYSTERESIS = "LV0577" "hysteresis-above-quorum" Error Refuses
        "a hysteresis that is not below the quorum"
"The quorum is lost below quorum minus hysteresis; with a hysteresis that is not smaller it never
would be. keepalived sets it to the quorum minus one, says so, and `keepalived -t` exits with 5.

Write a smaller hysteresis, or a larger quorum.";

    SCHEDULER_FLAG = "LV0578" "flag-of-another-scheduler" Error Refuses
        "a flag that does not fit the scheduler or protocol"
"sh-port, sh-fallback and hashed are flags of the scheduler sh, mh-port and mh-fallback of mh, and
one packet scheduling (ops) is for UDP. keepalived ignores the flag, says so, and `keepalived -t`
exits with 5.

Choose the scheduler that is meant, or delete the flag.";

    VIRTUAL_MAC = "LV0579" "virtual-mac" Error Refuses
        "a virtual MAC address that does not work as written"
"Unicast adverts leave by the real interface, which use_vmac needs to be told with vmac_xmit_base;
and the name of an interface has at most 15 characters. keepalived corrects or ignores the line,
says so, and `keepalived -t` exits with 5.

The addresses from 00:00:5e:00:01:00 to 00:00:5e:00:02:ff belong to VRRP itself, and none of them
can be chosen. vmac_xmit_base is about use_vmac only, not about use_ipvlan. For IPv4 use_ipvlan
needs an address of its own on its line, mcast_src_ip and unicast_src_ip are not enough: without it
the router is in FAULT for ever.

Up to version 2.2.7 every word of use_vmac but a MAC address is a name, also `name` and
`netlink_notify_msg`, and a second name is an error.

Add `vmac_xmit_base` or the address, shorten the name, or leave out what is too much.";

    FOLLOWED_TWICE = "LV0580" "followed-twice" Error Refuses
        "one thing in a tracking list twice"
"A router follows each interface, script, file, process and BFD session once. keepalived ignores the
second line, also when it has another weight, says so, and `keepalived -t` exits with 5. It says the
same of an interface that a vrrp_sync_group follows and one of its members has or follows as well.

Delete one of the lines.";

    STRANGE_PEER = "LV0581" "impossible-peer" Error Refuses
        "a unicast peer that cannot be heard"
"A peer has the family of the router's addresses, and its adverts a time to live from min_ttl to
max_ttl. keepalived skips a peer of the other family and reports limits that nothing can meet;
`keepalived -t` exits with 5.

Write the peer's address of the right family, and the smaller limit first.";

    SERVICE_TWICE = "LV0582" "service-twice" Error Accepts
        "two virtual services with one address, port and protocol"
"The kernel has one service for each address, port and protocol, or mark. keepalived does not notice
that two of its blocks mean the same one: they add and remove each other's real servers, and the
settings of one are lost. A virtual_server_group counts with each of its lines.

Put all real servers into one block.";

    ADDRESS_TWICE = "LV0583" "address-in-two-routers" Error Accepts
        "one address in two virtual routers of a node"
"Two routers move the same address. When one of them goes to backup it takes the address away,
although the other is master. keepalived does not notice.

Write the address into one of the routers only.";

    SYNC_DAEMON = "LV0584" "sync-daemon-without-router" Warning Accepts
        "a sync daemon that follows a router which is not there"
"The second word of lvs_sync_daemon is the vrrp_instance whose state decides which director sends
its connections and which one receives them.

Without such an instance keepalived forgets the whole line, without a message: `keepalived -t` exits
with 0. Write the name of a vrrp_instance of the same file.";

    NOT_MULTICAST = "LV0585" "not-a-multicast-group" Error Refuses
        "an address that is no multicast group"
"Adverts go to a group from 224.0.0.0 to 239.255.255.255, or one that begins with ff.

keepalived ignores the line and takes its default, says so, and `keepalived -t` exits with 5. A node
that takes the default does not hear those that do not. Write a multicast group, or unicast_peer
with the addresses of the other directors.";

    ADDRESS_OPTION = "LV0586" "broken-address-option" Error Refuses
        "an option that does not go with the address"
"IPv6 addresses have neither a label nor a broadcast address nor a scope to choose, and with `peer`
the address itself has no prefix length.

keepalived ignores the option, or leaves the whole address out because of a broadcast address;
`keepalived -t` exits with 5. Delete the option.";

    WRONG_ORDER = "LV0587" "wrong-order" Error Refuses
        "a keyword in front of the one that it is about"
"sorry_server_inhibit and sorry_server_lvs_method change the sorry_server that was read before.

Where none was, keepalived ignores the line, says so, and `keepalived -t` exits with 5. Write the
sorry_server first.";

    NOT_HEXADECIMAL = "LV0588" "not-hexadecimal" Error Refuses
        "something else where hexadecimal digits are needed"
"The payload of UDP_CHECK, the reply that it requires, and the digest of a page are bytes, two
digits from 0 to f each. In a reply `XX` stands for any byte; require_reply without a value takes
any reply.

keepalived ignores the value, says so, and `keepalived -t` exits with 5. Write the bytes.";

    SESSION = "LV0589" "ignored-bfd-session" Error Refuses
        "a BFD session that keepalived leaves out"
"A bfd_instance has a name of at most 31 characters, a neighbour that no other session has, and a
source address of the neighbour's family.

keepalived leaves the session out, so that what follows it does not find it, and `keepalived -t`
exits with 5. Correct the line.";

    ROUTING_WORD = "LV0590" "routing-word" Error Refuses
        "a word of a route or rule that keepalived reads in its own way"
"On the line of a rule `inet` and `inet6` take the next word with them: the rule lacks it, and what
stood behind it is out of place. `as to` in a route is about MPLS, which keepalived has no routes
for.

keepalived leaves the line or the word out, says so, and `keepalived -t` exits with 5. Write `inet6`
at the end of the line, where it takes nothing, or leave it out: an address says its family.";

    DNS_NAME = "LV0591" "refused-dns-name" Error Refuses
        "a name that DNS_CHECK does not take"
"No part of a name may be empty. keepalived 2.2.7 takes a first part of one letter for an empty one
as well, as in `a.root-servers.net` or `5.0.0.10.in-addr.arpa`, and accepts it anywhere else.

keepalived ignores the name, says so, asks for the root instead, and `keepalived -t` exits with 5.
Ask for another name of the same server, or call a program with MISC_CHECK.";

    LENGTH_AS_NETMASK = "LV0595" "prefix-length-as-netmask" Error Accepts
        "a prefix length behind persistence_granularity of IPv4"
"For IPv4 keepalived takes a netmask, and a number is one: `persistence_granularity 24` is the mask
0.0.0.24, which puts clients together that have nothing to do with each other. A service of a mark
or a group becomes one of IPv6 by it, and loses its real servers.

Write `persistence_granularity 255.255.255.0`; `lvsha check --fix` does it.";

    PREFIX_NOT_READ = "LV0596" "prefix-not-read" Warning Accepts
        "a prefix behind a single address"
"A source, a peer, a service and a real server are single addresses. keepalived cuts off what stands
behind the slash and says nothing: `virtual_server 10.0.0.32/28 80` is a service of one address.

Remove the prefix. A service of several addresses needs a virtual_server_group with a range such as
`10.0.0.32-47 80`.";

    CUT_BY_COMMENT = "LV0597" "cut-by-a-comment" Warning Accepts
        "a comment that begins inside a value"
"`#` and `!` begin a comment also in the middle of a word: of `auth_pass pa!word` the password is
`pa`, of `path /a#b` the path is `/a`. keepalived says nothing about it.

Put the value in quotation marks if the sign belongs to it, or a blank in front of the comment.";

    GROUP_NOT_COUNTED = "LV0599" "group-not-counted" Error Accepts
        "addresses of a group that keepalived does not come to"
"Through a network or a range of a virtual_server_group keepalived counts in the last part of the
address alone. `10.0.0.0/22` or `10.0.0.250-10.0.1.5` have an end that it never meets: it hangs at
its start, with a processor for itself, and `keepalived -t` says nothing. Of `fd00::/64` it serves
the 65,536 addresses that differ in the last four digits.

Write a line for each part: `10.0.0.0/24 80`, `10.0.1.0/24 80` and so on. Of many addresses with one
service, mark the packets by a rule of the packet filter, and write `fwmark 7` into the group.";
}
