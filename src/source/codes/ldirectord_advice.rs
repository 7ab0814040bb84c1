//! Codes `LV22xx`: advice about ldirectord.cf files that ldirectord accepts.

use super::codes;

codes! {
    NEVER_CHECKED = "LV2201" "never-checked" Warning Accepts
        "a virtual service whose real servers are never checked"
"Without a `service` line the port decides what a negotiate check asks, and only the well-known ports
are known: 80 is http, 8080 is nothing. For every other port, and for firewall marks, the service is
`none`, which counts every real server as up for ever; request and receive are then ignored.

Add `service=http` (or whatever it is), `checktype=connect` to test the port at least, or
`checktype=on` to say that no check is wanted.";

    HOLLOW_CHECK = "LV2202" "hollow-check" Warning Accepts
        "a check that always gives the same answer"
"Some dialogues need more than the service name. pop and pops without a login, and ftp without a
receive text, count a server as up even when its port is closed; dns without a receive text, and
mysql, pgsql and oracle without login, request and database, never succeed.

Add the missing directives, or use `checktype=connect`.";

    UNUSED_TEXT = "LV2203" "unused-request" Warning Accepts
        "request or receive has no effect"
"Only a negotiate check (also between the connections of a combined one) sends a request and looks at
the answer. With checktype connect, ping, on, off or external, and with services that have no use
for them, the two directives do nothing.

Remove them, or use `checktype=negotiate` with the right service.";

    HEAD_WITHOUT_BODY = "LV2204" "head-without-body" Warning Accepts
        "HEAD has no body that could match"
"The answer to a HEAD request has no body, so the receive text can never be found and every real
server counts as down.

Use `httpmethod=GET`, or drop the receive line and rely on the status.";

    RECEIVE_PATTERN = "LV2205" "receive-pattern" Warning Accepts
        "receive holds signs with a special meaning"
"receive is a regular expression of Perl, not a text: `?`, `+`, `*`, `|`, brackets and parentheses
have a meaning there. Where they do not pair up, the check dies and the server counts as down.

Write a `\\` in front of each sign that is meant as itself.";

    NO_FALLBACK = "LV2210" "no-fallback" Info Accepts
        "no fallback server"
"When no real server is left, connections are refused, or hang when quiescent=yes keeps dead servers
in the table. A fallback can show a page that says so.

Add `fallback=127.0.0.1:80 gate` and serve that page on the director. A global fallback holds for
every service with an address, but not for firewall marks.";

    FALLBACK_PORT = "LV2211" "fallback-port" Warning Accepts
        "a fallback with another port than the service's"
"With gate and ipip the kernel does not rewrite ports: packets keep the port of the virtual
service, so the port of the fallback has no effect.

Let the fallback listen on the port of the service, or use masq for a fallback on another machine.";

    SLOW_ROUND = "LV2212" "slow-round" Info Accepts
        "a round of checks can last longer than the interval"
"ldirectord checks one real server after the other. Every server that does not answer holds up all
others for the whole time limit, and only then the pause of checkinterval begins. Without
negotiatetimeout and checktimeout a dialogue may last 30 seconds.

Set checktimeout and negotiatetimeout to a few seconds, or `fork=yes` for many services.";

    SHARED_COUNT = "LV2213" "shared-failurecount" Warning Accepts
        "failures of a shared server are counted several times"
"Two virtual services check the same real server in the same way, so ldirectord checks it once and
counts a failure for each service in one counter: with failurecount=3 and two services the server is
gone after the second failure.

Raise failurecount, or make the checks differ.";

    CHECKCOUNT = "LV2214" "checkcount" Warning Accepts
        "checkcount is out of use"
"checkcount counts ping attempts within one check and nothing else; it does not make ldirectord wait
for several failures. ldirectord logs that it will be removed.

Use failurecount.";

    INTERVAL_IGNORED = "LV2215" "interval-ignored" Warning Accepts
        "checkinterval of a virtual service does nothing without fork=yes"
"One process checks all services one after the other, so there is one interval for all. Only with
`fork=yes` every service has a process and an interval of its own.

Set `fork=yes`, or the global checkinterval.";

    DUPLICATE_REAL = "LV2220" "duplicate-real" Warning Accepts
        "a real server stands twice in a service"
"The kernel's table holds every address and port once per service. ldirectord does not notice the
second line: it edits the same entry back and forth, and the last weight wins. Without masq the port
is that of the service, whatever the lines say; then the second entry is refused, and the first
weight stays.

Delete one of the lines, or shorten the range that already holds the address.";

    SAME_SERVICE = "LV2253" "service-in-two-configurations" Warning Accepts
        "two configurations of ldirectord have the same virtual service"
"haresources starts ldirectord with two configurations, and both have a service with this address,
port and protocol, or with this mark. The kernel's table holds it once. Where both run, each removes
the real servers of the other when it starts, and sets scheduler and persistence to its own.

Put all real servers of the service into one configuration.";

    WEIGHTS_DIFFER = "LV2252" "weights-differ" Info Accepts
        "the same real server has different weights in two services"
"Two services of one virtual address send to the same real server with different weights. That is
legal, and mostly a line that was forgotten in a change.

Give it the same weight everywhere if one machine is meant.";

    PORT_NOT_REWRITTEN = "LV2221" "port-not-rewritten" Warning Accepts
        "a real server's port that has no effect"
"With gate and ipip packets keep the port of the virtual service: ipvsadm replaces another port, and
ldirectord, which looks for the port of the file, adds the server again and again.

Write the port of the virtual service, or use masq, which can translate ports.";

    MASQ_WITHOUT_PORT = "LV2222" "masq-without-port" Error Accepts
        "masq without a port"
"A real server without a port has port 0. gate and ipip keep the port of the virtual service, but
masq translates to port 0, where nothing listens.

Write `real=ADDRESS:PORT masq`.";

    OTHER_SUBNET = "LV2223" "other-subnet" Warning Accepts
        "direct routing to a server outside of the service's network"
"With gate the director sends the packet with the server's hardware address, so both have to be on
one network segment. The real server is not in the network of the virtual address.

Use ipip or masq, or make sure that the director has an interface in the server's network.";

    REAL_IS_DIRECTOR = "LV2224" "real-is-director" Warning Accepts
        "a real server is a virtual address or a director"
"A packet that is balanced to a virtual address, or to the other director while that one holds the
same table, is balanced again and may travel in a circle.

Use the address of the machine itself, and keep the table off the passive director.";

    ALL_WEIGHTS_ZERO = "LV2225" "all-weights-zero" Warning Accepts
        "every real server has weight 0"
"Weight 0 takes no new connections. With all servers at 0 the service refuses everything, and as the
servers are up no fallback takes over.

Give at least one server a weight.";

    THRESHOLDS_CROSSED = "LV2226" "thresholds-crossed" Warning Accepts
        "the lower threshold is not below the upper one"
"A server that reached the upper threshold gets new connections again once it is below the lower one.
With the lower at the upper it comes and goes with every connection. With the lower above the upper,
or, in keepalived.conf, without an upper one, the kernel refuses the server: neither program's check
tells, and the server gets no connections.

Set the lower threshold to about three quarters of the upper one.";

    PERSISTENCE_DIFFERS = "LV2230" "persistence-differs" Warning Accepts
        "http and https of one address treat clients differently"
"A visitor who changes from http to https may land on another real server, because the two services
remember clients for different times, or only one of them does. Shopping baskets get lost like that.

Give both the same `persistent` value, or join them with a firewall mark.";

    NETMASK_UNUSED = "LV2250" "netmask-unused" Warning Accepts
        "netmask without persistent does nothing"
"netmask says which clients count as one for persistence. Without a `persistent` line ldirectord does
not hand it to ipvsadm at all.

Add `persistent=SECONDS`, or delete the netmask.";

    STICKY_DEAD = "LV2251" "sticky-dead" Info Accepts
        "persistent clients stay with a dead server"
"With quiescent=yes a dead server stays in the table with weight 0, and the kernel still sends it the
clients that it remembers, until their persistence ends.

Set `quiescent=no`, or the kernel's net.ipv4.vs.expire_quiescent_template=1.";

    QUIESCENT_UNSTATED = "LV2231" "quiescent-unstated" Info Accepts
        "quiescent is not stated"
"The manual page says that the default is yes, the program does no: dead servers are deleted from the
table and their connections end.

Write the line you want.";

    MARK_WITHOUT_PORT = "LV2232" "mark-without-port" Error Accepts
        "a check has no port"
"A check asks the port of `checkport`, else that of the `real` line, else the usual port of
`service`, 80 for http. The port of the virtual service counts only where it is the usual one of a
service, and a firewall mark has none. Where nothing says a port, the check goes to port 0 and the
server is always down.

Add `checkport=PORT`, or say with `service` what answers there.";

    PORT_FORGOTTEN = "LV2233" "port-forgotten" Error Accepts
        "an address without a port becomes a firewall mark"
"`virtual=192.168.1.10` is not an address to ldirectord: without a port it takes the leading digits
as a firewall mark, here 192, and the address is never served. lvsha reads the address, with the
port that the service or the real servers suggest.

Write `virtual=ADDRESS:PORT`.";

    REAL_REQUEST_LOST = "LV2234" "real-request-lost" Error Accepts
        "the request of a real server is lost"
"If the request in a `real` line begins with `/`, ldirectord (since 2010) loses request, receive
and the thresholds of that line, and the check uses the service's instead. lvsha reads them as
meant.

Leave out the slash: ldirectord adds it itself.";

    COMMAND_ARGUMENTS = "LV2235" "command-arguments" Error Accepts
        "an external check with arguments cannot run"
"ldirectord takes the whole value of checkcommand as the name of a program, blanks included, so no
program is found and every real server is down.

Put the arguments into a small script and name that one.";

    HELPER_MODULE = "LV2237" "helper-module" Info Accepts
        "the protocol needs a kernel module when addresses are translated"
"FTP and SIP write addresses and ports into their data. With masq the director has to translate those
too: the modules ip_vs_ftp, or ip_vs_pe_sip, have to be loaded. ldirectord does not load them.

Load the module at boot, or use gate.";

    ONE_PACKET = "LV2238" "one-packet" Warning Accepts
        "one-packet scheduling that cannot work"
"`ops=yes` schedules every UDP packet on its own. ldirectord leaves it out for other protocols, and
with persistence packets of one client stay together after all.

Use it with `protocol=udp` and without persistent.";

    SEVERAL_RECIPIENTS = "LV2254" "several-recipients" Warning Accepts
        "several recipients and a mail server"
"With `smtp` ldirectord speaks to the mail server itself and gives it the whole value of `emailalert`
as one address. Servers refuse an address with a comma in it, so nobody is told of anything.

Name one address, such as a list that the mail server knows, or take `smtp` out: the mail command of
the node takes several.";
}
