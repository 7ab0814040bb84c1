//! Codes `LV01xx`: what heartbeat refuses in ha.cf, or reads otherwise than it is written.

use super::codes;

codes! {
    UNKNOWN_DIRECTIVE = "LV0101" "ha-cf-unknown-directive" Error Refuses
        "a word that is no directive of ha.cf"
"Each line of ha.cf begins with a directive in lower case. A misspelt or capitalised one is illegal:
heartbeat names it in the log without a line number, reads on, and then refuses to start (exit 6).

lvsha reads a directive in the wrong case, or one with its number glued on, as it was meant.
Correct the word; `man ha.cf` lists them all.";

    JUNK_LINE = "LV0102" "ha-cf-junk-line" Error Refuses
        "a line that is no directive"
"The line begins with something that no directive begins with: a note without a number sign, a
ruler, the remains of a copied page. heartbeat takes the first word as an illegal directive and
refuses to start.

Put a `#` in front of a note, or delete the line.";

    NOTE_AFTER_VALUE = "LV0103" "note-after-value" Error Depends
        "words behind a value that look like a note"
"Only `#` begins a comment in ha.cf. heartbeat takes every further word of the line as a further
value: behind `node` each becomes one more node of the cluster, which never answers; behind a time,
a number or an interface the word is an invalid value and heartbeat refuses to start.

lvsha reads the line without the note. Put a `#` in front of the note.";

    NO_VALUE = "LV0104" "directive-without-value" Warning Accepts
        "a directive without a value does nothing"
"heartbeat calls the setting once for each value on the line. Without any value nothing is called
and the default stays, without a message. Write the value, or delete the line.";

    BARE_UCAST = "LV0105" "ucast-without-arguments" Error Refuses
        "`ucast` without arguments crashes heartbeat"
"A `ucast` line must name an interface and the address of the peer. Without both, heartbeat 3.0.6
dies of a segmentation fault while it reads the file (measured: exit 139), so no message says why.

Write `ucast eth1 10.0.0.2`, or delete the line.";

    MISSING_ARGUMENT = "LV0106" "ha-cf-missing-argument" Error Refuses
        "the directive needs more words"
"Directives that take a whole line need all their parts: `ucast` an interface and a peer, `mcast`
interface, group, port, ttl and loop, `ping_group` a name and an address, `respawn` a user and a
program, `stonith_host` a host and a type. heartbeat refuses to start when one is missing, often
with no more text than `configuration error`.";

    TIME_UNIT = "LV0107" "time-unit" Error Refuses
        "a unit that heartbeat does not know"
"heartbeat knows seconds without a unit, `ms` and `us`, glued to the number. `2s`, `1min` or a unit
behind a blank is an invalid time, and heartbeat refuses to start.

lvsha reads the time as it was meant. Write seconds (`60`), or milliseconds (`1500ms`).";

    BAD_TIME = "LV0108" "bad-time" Error Refuses
        "no valid time"
"A time is a number of seconds, perhaps with decimals, or a number with `ms` or `us` glued on.
`keepalive` and `warntime` must come to at least one millisecond after rounding. Anything else
makes heartbeat refuse to start.";

    BAD_VALUE = "LV0109" "ha-cf-bad-value" Error Refuses
        "a value outside of what the directive takes"
"heartbeat knows the values of this directive and refuses to start with another one, mostly without
a message that names it. Truth values are true, on, yes, y, 1 and false, off, no, n, 0. The time to
live of `mcast` ends at 4, whatever the manual says.";

    NUMBER_WRAPS = "LV0110" "port-wraps" Error Accepts
        "a port above 65535 becomes another port"
"Ports have 16 bits. heartbeat does not check the upper end: 70000 becomes 4464 (70000 - 65536)
without a message. Nodes with the same line still hear each other, the firewall's rule for the
written number does not match. Write a port from 1 to 65535.";

    GIVEN_TWICE = "LV0111" "ha-cf-given-twice" Error Refuses
        "a directive that may stand only once"
"`baud`, `watchdog` and `crm` (or `pacemaker`) may be said once. heartbeat refuses to start when it
meets one of them, or a second value of it, again. Delete one of the lines.";

    OLD_NAME = "LV0112" "ha-cf-old-name" Warning Accepts
        "the old name of a directive"
"The name is from the first releases. heartbeat still takes it, and logs a warning at each start.
Write the present name: it takes the same values.";

    DEAD_TIME = "LV0113" "dead-time-below-interval" Error Refuses
        "deadtime must be more than twice keepalive"
"A node would count as dead after a single late heartbeat. heartbeat refuses to start unless
deadtime is greater than two times keepalive; equality is refused too (measured).

Choose deadtime at least three, better ten times keepalive.";

    INITIAL_DEAD_TIME = "LV0114" "initdead-below-deadtime" Error Refuses
        "initdead must not be below deadtime"
"initdead is the dead time while the machine boots, when the network is slow to come. heartbeat
refuses to start when it is shorter than deadtime. Choose at least twice deadtime.";

    PING_DEAD_TIME = "LV0115" "deadping-below-interval" Error Refuses
        "deadping must be more than twice keepalive"
"Ping nodes are asked once per keepalive. heartbeat refuses to start when deadping is not greater
than two times keepalive. Delete the line: the default is deadtime.";

    NO_NODE = "LV0116" "no-node" Error Refuses
        "no node is named"
"heartbeat must know all nodes of the cluster by `node` lines, this host among them, by the name
that `uname -n` prints. Without any it refuses to start. Write one `node` line for each director.";

    NO_PATH = "LV0117" "no-path" Error Refuses
        "no way to send heartbeats"
"At least one of bcast, ucast, mcast or serial must say how heartbeats travel. Without any medium
heartbeat refuses to start; with only `ping` lines it starts the check and then reports that there
are no working communication channels.

Write for example `ucast eth1 10.0.0.2`, once for each node: a line that names the node itself does
no harm, so the files can stay identical.";

    BAD_ADDRESS = "LV0118" "ha-cf-bad-address" Error Refuses
        "no valid address"
"The text is neither an address nor a name that could be resolved, or it is no multicast group where
one is needed (224.0.0.0 to 239.255.255.255, or ff00::/8). heartbeat resolves all addresses at
start and refuses to run when it cannot.";

    TEMPLATE = "LV0119" "ha-cf-template" Error Depends
        "a template that was not rendered"
"The line holds the signs of a template language: {{ }}, {% %}, <% %>, ${ } or @NAME@. The file is
the source of a configuration management tool and not its result. heartbeat reads the signs as
words: as nodes, file names or invalid values.

Check the file that the tool writes on the node instead.";

    RELATIVE_PROGRAM = "LV0120" "relative-program" Error Refuses
        "the program of `respawn` needs an absolute path"
"heartbeat starts clients without searching a path. A program that does not begin with `/`, does
not exist or is not executable makes it refuse to start. Write the whole path.";

    PROGRAM_ELSEWHERE = "LV0121" "program-elsewhere" Warning Depends
        "heartbeat's programs are elsewhere on Debian"
"ipfail, pingd and their like stand in /usr/libexec/heartbeat on Debian, in /usr/lib/heartbeat or
/usr/lib64/heartbeat on older and other systems. heartbeat checks at start that the program is
there and refuses to start otherwise: on a Debian director it refuses this line.

lvsha takes the line for what it means, whatever the folder. Write the path of the directors.";

    MANAGER = "LV0122" "manager-replaces-haresources" Error Depends
        "another manager runs the resources"
"With `crm` or `pacemaker` switched on heartbeat only carries messages; haresources is not read. It
starts the manager's daemons and refuses to run where they are not installed, as on a director
without Pacemaker.

Delete the line to run haresources, or convert the configuration of the manager instead.";

    AUTOJOIN = "LV0123" "autojoin-with-haresources" Error Refuses
        "nodes cannot join by themselves with haresources"
"`autojoin` other than `none` needs a manager (`crm`). With haresources heartbeat refuses to start.
Name all nodes in `node` lines and delete the line.";

    NO_CLIENT_LIST = "LV0124" "apiauth-without-list" Error Refuses
        "`apiauth` without a list of users or groups"
"The directive is `apiauth client uid=a,b gid=c` with at least one of the two lists, without blanks
around the commas. heartbeat refuses to start when neither is there.";

    CLIENT_TWICE = "LV0125" "apiauth-twice" Error Refuses
        "`apiauth` for the same client twice"
"heartbeat takes one `apiauth` line for each client and refuses to start at the second. Put all
users and groups of the client on one line: `apiauth ipfail uid=hacluster gid=haclient`.";

    NOT_COMPILED = "LV0126" "not-compiled-in" Error Depends
        "a directive that many builds do not have"
"Pinging over fibre channel (`hbaping`) is an option of the build, and `normalpoll` and `qserver` are
words of other versions. In Debian's heartbeat 3.0.6 each is an illegal directive: heartbeat refuses
to start. Use `ping` or `ping_group` instead of the first; delete the others.";

    NO_LOG = "LV0127" "no-log-target" Error Refuses
        "logging is switched off altogether"
"`use_logd no` without logfile, debugfile or logfacility leaves no place for messages, and heartbeat
refuses to start. Delete the line, or add for example `logfacility daemon`.";

    FURTHER_WORDS = "LV0128" "further-words" Warning Accepts
        "words that heartbeat ignores"
"heartbeat reads a fixed number of words here and drops the rest of the line without a message.
A second peer on a `ucast` line is never sent to. Give each peer a line of its own.";

    SEVERAL_VALUES = "LV0129" "several-values" Warning Accepts
        "only the last of several values counts"
"heartbeat sets the value once for each word on the line, so that the last one stays. The words in
front of it have no effect. Keep the one that is meant.";

    COMMA = "LV0130" "comma-in-line" Error Refuses
        "a comma where heartbeat expects a blank"
"Lists such as `node a,b` may be separated by commas, whole lines such as `ucast eth0 10.0.0.2` may
not: heartbeat takes `eth0,10.0.0.2` as one word, misses the peer and refuses to start.";

    NODE_TWICE = "LV0131" "node-twice" Warning Accepts
        "the same node twice"
"heartbeat compares node names without regard to case and takes the second line for the same node.
Probably another name was meant: a cluster that knows only one of its two nodes never has a peer.";

    ASSIGNMENT = "LV0132" "ha-cf-assignment" Error Depends
        "an equal sign or a colon between directive and value"
"ha.cf separates the directive from its value by blanks. `keepalive=2` is one word and an illegal
directive; in `keepalive = 2` the sign is the first of two values, which is invalid for all but
names and files.

lvsha reads the value behind the sign. Write `keepalive 2`.";

    QUOTES = "LV0133" "ha-cf-quotes" Error Depends
        "quotes around a value"
"ha.cf has no quoting. The quotation marks become a part of the name: the node is not this host, the
interface does not exist, the number is none, and heartbeat refuses to start; the name of a log
file simply gets them. lvsha reads the value without them. Delete the quotes.";
}
