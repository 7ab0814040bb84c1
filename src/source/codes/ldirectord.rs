//! Codes `LV04xx`: text of ldirectord.cf that ldirectord refuses or reads differently.
//!
//! What ldirectord does is measured with version 4.12 of Debian's resource-agents.

use super::codes;

codes! {
    LOST_INDENT = "LV0401" "lost-indent" Error Refuses
        "a directive of a virtual service stands too far left"
"Every directive of a `virtual` section has to begin with at least four blanks or one tab. Text that
was pasted from a web page has often lost them. lvsha reads such lines as parts of the section.

ldirectord ends the section at the first line without the indent and then stops with `Unknown
command`. Indent every directive of the section by four blanks or a tab; `lvsha check --fix` does
that.";

    BLANK_LINE_INSIDE = "LV0402" "blank-line-inside" Error Refuses
        "a blank line inside a virtual service"
"A blank line ends a `virtual` section. lvsha reads the directives behind it as parts of the section
because they make no sense elsewhere.

ldirectord stops with `Unknown command` at the first of them. Delete the blank line, or put a `#`
into it: a line with a comment does not end the section.";

    BLANKS_ONLY = "LV0403" "line-of-blanks" Error Refuses
        "a line of five or more blanks in a virtual service"
"A line that holds nothing but blanks looks empty and is none: with five blanks or more (a tab counts
as four) ldirectord takes what is behind the fourth as a directive.

It stops with `Unknown command`. Delete the blanks, or the line if directives of the same section
follow: a line that is really empty ends the section.";

    INDENTED_OUTSIDE = "LV0404" "indented-outside" Error Refuses
        "a global directive or `virtual` line is indented"
"Outside of a virtual section, and for the `virtual` line itself, every line has to begin in the
first column. lvsha reads the line as if it did.

ldirectord stops with `Unknown command`. Remove the blanks in front of the line; `lvsha check --fix`
does that.";

    UNKNOWN_DIRECTIVE = "LV0405" "unknown-directive" Error Refuses
        "a line that is no directive of ldirectord.cf"
"The first word of the line is not known in this place, or the line has no first word at all. lvsha
leaves it out and reads on.

ldirectord stops at the first such line with `Unknown command`. Correct the word, or begin the
line with `#` if it was meant as a note. The manual page ldirectord(8) lists the words.";

    GLOBAL_INSIDE = "LV0406" "global-inside" Error Refuses
        "a global directive inside a virtual service"
"autoreload, logfile, callback, fork, readdquiescent, maintenancedir, emailalertfrom and a few more
hold for the whole of ldirectord. lvsha reads the line as a global one.

Inside a virtual section ldirectord stops with `Unknown command`. Move the line above the first
`virtual` line, without an indent.";

    SECTION_WORD_OUTSIDE = "LV0407" "section-word-outside" Error Refuses
        "a directive of a virtual service outside of one"
"scheduler, persistent, checktype, protocol, service, real and others belong to one virtual service
and have no global form. Behind a section they are read as its parts even when a global line came
between; before the first `virtual` line there is nothing that they could belong to.

ldirectord stops with `Unknown command`. Move the line below its `virtual` line and indent it.";

    KEYWORD_CASE = "LV0408" "keyword-case" Error Refuses
        "a keyword with capital letters"
"Keywords of ldirectord.cf are written in small letters only. lvsha reads `Real` as `real`.

ldirectord stops with `Unknown command`. Write the word in small letters; `lvsha check --fix` does
that.";

    MISSING_EQUALS = "LV0409" "missing-equals" Error Refuses
        "no `=` between keyword and value"
"Every directive has the form `keyword=value`, blanks around the sign are optional. lvsha reads the
line as if the sign were there.

ldirectord stops with `Unknown command`. Put a `=` behind the keyword; `lvsha check --fix` does
that.";

    MISSING_VALUE = "LV0410" "missing-value" Error Depends
        "a directive without a value"
"There is nothing behind the `=`. lvsha reads the line as if it were not there.

Most directives make ldirectord stop with an error. A few go through: an empty fallback silently
becomes the loopback address, an empty virtualhost sends an empty Host header. Write the value, or
delete the line.";

    NOT_YES_OR_NO = "LV0411" "not-yes-or-no" Error Refuses
        "a value that is neither `yes` nor `no`"
"Switches take exactly `yes` or `no` in small letters, without quotes and with nothing behind them.
lvsha reads `Yes`, `on`, `true`, `1` and the like as meant.

ldirectord stops, for example with `quiescent must be 'yes' or 'no'`. Write the plain word.";

    BLANK_BEHIND_VALUE = "LV0412" "blank-behind-value" Error Refuses
        "blanks at the end of the line become a part of the value"
"Switches, and the netmask, are compared to the very end of the line. Blanks that nobody sees make
`yes ` a different word than `yes`. lvsha ignores them.

ldirectord stops with `must be 'yes' or 'no'` or `invalid netmask`. Delete the blanks at the end of
the line; `lvsha check --fix` does that.";

    COMMENT_REFUSED = "LV0413" "comment-refused" Error Refuses
        "a comment behind a value that tolerates none"
"ldirectord strips a comment behind a value only inside a virtual section, and even there the blanks
in front of the `#` stay a part of the value. Switches, netmasks, mail states and global fallbacks
are therefore refused with a comment behind them. lvsha leaves the comment out.

Move the comment to a line of its own above the directive; `lvsha check --fix` does that.";

    COMMENT_IN_VALUE = "LV0414" "comment-in-value" Error Accepts
        "a comment becomes a part of the value"
"Outside of virtual sections ldirectord knows no comments behind values: in fallbackcommand,
emailalert, emailalertfrom, maintenancedir, execute and quoted texts that are followed by a further
quotation mark the comment is taken as text. lvsha leaves it out.

ldirectord starts, and works with a command, address or path that does not exist. Move the comment
to a line of its own above the directive; `lvsha check --fix` does that.";

    COMMENT_BEHIND_GLOBAL = "LV0415" "comment-behind-global" Info Accepts
        "a comment behind a global value"
"Outside of virtual sections ldirectord knows no comments behind values. Here it does no harm: of a
number only the first digits count, a quoted text ends at its mark, and what is behind the port of a
virtual address is ignored.

The same comment behind yes, no or a fallback makes ldirectord stop, so comments are better kept on
lines of their own.";

    HASH_IN_QUOTES = "LV0416" "hash-in-quotes" Error Depends
        "a `#` inside quotes cuts the line"
"Inside a virtual section ldirectord cuts every line at the first `#`, also within quotation marks.
lvsha reads the whole quoted text.

What is left has no closing mark, so ldirectord stops with `Unknown command`; when a mark is left
by chance it works with the shorter text. There is no way to write a `#`: in a regular expression
use `\\x23`, in a path `%23`.";

    NUMBER_DIFFERS = "LV0417" "number-differs" Error Accepts
        "a number that ldirectord reads differently"
"ldirectord takes the first run of digits and forgets the rest: `2.5` is 2, `-3` is 3, `1min` is 1
and `500ms` is 500. Numbers above 4294967295 are of no use to it. lvsha works with the number that
ldirectord works with.

Write a whole number of seconds (or of whatever is counted) without a sign and without a unit.";

    NUMBER_WITH_TEXT = "LV0418" "number-with-text" Warning Accepts
        "text behind a number"
"ldirectord takes the first run of digits and ignores what is behind it, so `5s`, `5;` and `5
seconds` all mean 5. Nothing is lost, but the file says more than it means.

Write the bare number.";

    NOT_A_NUMBER = "LV0419" "not-a-count" Error Depends
        "a value that has to be a number above zero"
"Times and counts have to be at least 1 (persistent and emailalertfreq may be 0), written in digits.
lvsha reads the line as if it were not there.

ldirectord stops, for example with `invalid check timeout value`; only `00` goes through in some
places and works as zero. Write a whole number.";

    BAD_PORT = "LV0420" "bad-port" Error Refuses
        "a port that does not exist"
"Ports are numbers from 0 to 65535 (checkport from 1) or names of /etc/services; checkport takes
digits only. A range such as `80-90` is not possible: use a firewall mark, or port 0 with
persistence.

ldirectord stops, for example with `invalid address for virtual service` or `invalid port`.";

    UNKNOWN_PORT_NAME = "LV0421" "unknown-port-name" Error Refuses
        "a port name that is not known"
"A port can be given by its name in /etc/services. lvsha does not read that file, it knows the usual
names only, and leaves out what depends on this one.

ldirectord stops when /etc/services does not hold the name for the protocol; a global fallback needs
it for both tcp and udp. Write the number.";

    NEEDS_QUOTES = "LV0422" "needs-quotes" Error Refuses
        "a text that has to stand in double quotes"
"request, receive, login, passwd, database, secret, load, logfile and callback take their value in
straight double quotes. Without them, or with single quotes, ldirectord does not recognise the
line. lvsha reads the value as if the quotes were there.

ldirectord stops with `Unknown command`. Put double quotes around the value; `lvsha check --fix`
does that.";

    EMPTY_QUOTES = "LV0423" "empty-quotes" Error Depends
        "an empty text in quotes"
"Texts such as request, receive, login, checkcommand and fallbackcommand must not be empty; an empty
answer pattern is the default and needs no line. lvsha reads the line as if it were not there.

ldirectord stops, for example with `invalid receive string`; only an empty virtualhost goes through
and sends an empty Host header. Delete the line.";

    TEXT_BEHIND_QUOTES = "LV0424" "text-behind-quotes" Warning Accepts
        "text behind the closing quote is ignored"
"A quoted text runs from the first to the last quotation mark of the line; ldirectord ignores what is
behind. lvsha does the same.

Delete the text, or put a `#` in front of it if it is a note.";

    QUOTES_KEPT = "LV0425" "quotes-kept" Error Accepts
        "quotation marks become a part of the value"
"In this directive ldirectord does not remove the quotation marks: the global fallbackcommand keeps
double quotes, and no directive knows single quotes. lvsha reads the text between them.

The shell removes the marks of a fallbackcommand again, so those around a single word do no harm; a
command with arguments it then takes as one name that does not exist. Elsewhere the program, file or
host name is simply wrong. Remove the marks.";

    BAD_CHECKTYPE = "LV0426" "bad-checktype" Error Refuses
        "an unknown checktype"
"checktype is connect, negotiate, ping, on, off, external, external-perl, in small letters, or a
number: that many connections between two negotiations. lvsha reads capitals as meant, and anything
else as the default, negotiate.

ldirectord stops with `checktype must be ...`. Write one of the words.";

    CHECKTYPE_DIGIT = "LV0427" "checktype-digit" Error Accepts
        "a digit turns checktype into a combined check"
"Any digit in the value of checktype, wherever it stands, makes a combined check with that number of
connections: `negotiate3`, `external-2` and `-1` all do. lvsha reads it like that too. Only
`checktimeout3`, as the manual spells it, is what it looks like.

Write the plain number if that is meant, the plain word otherwise.";

    BAD_SERVICE = "LV0428" "bad-service" Error Refuses
        "an unknown service"
"service is one of dns, ftp, http, https, http_proxy, imap, imaps, ldap, ldaps, mysql, nntp, none,
oracle, pgsql, pop, pops, radius, simpletcp, sip, smtp, submission, in small letters. Some companies
run patched versions with more (`ssh`, `tcp`). lvsha reads capitals as meant, keeps an unknown name
and does not know what it asks.

ldirectord stops with `service must be ...`. For anything else use checktype=connect, or
checktype=external with a program of your own.";

    SERVICE_CUT = "LV0429" "service-cut" Error Accepts
        "only the first part of the service name counts"
"Of the value of service ldirectord takes the first run of letters, digits and underscores:
`http-proxy` is read as `http`. lvsha works with what ldirectord works with.

Write the name exactly; the proxy check is `http_proxy`.";

    BAD_HTTP_METHOD = "LV0430" "bad-http-method" Error Refuses
        "an HTTP method other than GET and HEAD"
"HTTP checks can use GET or HEAD, in capitals or small letters. lvsha reads any other word as GET,
the default.

ldirectord stops with `httpmethod must be GET or HEAD`. Use one of the two, or an external check.";

    SCHEDULER_CUT = "LV0431" "scheduler-cut" Error Accepts
        "only a part of the scheduler's name counts"
"Of the value of scheduler ldirectord takes the first run of small letters: `Rr` becomes `r`, `wlc2`
becomes `wlc`. It does not check the name; ipvsadm refuses an unknown one later and the virtual
service is never created. lvsha reads the name as meant.

Write the scheduler in small letters and nothing else.";

    BAD_SCHEDULER = "LV0432" "bad-scheduler" Error Refuses
        "a scheduler without a small letter"
"The name of a scheduler is written in small letters (rr, wrr, lc, wlc, sh, ...). lvsha reads
capitals as meant.

ldirectord stops with `invalid scheduler`. Write the name in small letters; `lvsha check --fix` does
that.";

    BAD_PROTOCOL = "LV0433" "bad-protocol" Error Refuses
        "a protocol that does not fit"
"protocol is tcp or udp for an address with a port, and fwm for a firewall mark, in small letters.
SCTP is not possible. lvsha reads capitals as meant and otherwise takes the default.

ldirectord stops with `protocol must be ...`. For SCTP use keepalived, or a firewall mark.";

    BAD_NETMASK = "LV0434" "bad-netmask" Error Refuses
        "a netmask in the wrong form"
"The netmask of persistent clients is four numbers with dots for IPv4 and a prefix length from 1 to
128 for IPv6. lvsha reads a prefix length as meant in either place.

ldirectord stops with `invalid netmask`. `lvsha check --fix` writes the other form.";

    IMPOSSIBLE_NETMASK = "LV0435" "impossible-netmask" Error Accepts
        "a netmask that is none"
"Four numbers with dots are not yet a mask: each has to be at most 255, and the bits have to be ones
followed by zeros. ldirectord only looks at the form and hands the text to ipvsadm, which refuses it
or groups clients in a way that nobody expects. lvsha leaves the mask out.

Write a mask such as 255.255.255.0.";

    BAD_REAL = "LV0436" "bad-real" Error Refuses
        "a `real` line that cannot be read"
"The form is `real=ADDRESS[->ADDRESS][:PORT] gate|masq|ipip [WEIGHT] [\"REQUEST\", \"RECEIVE\"]
[l:NUMBER] [u:NUMBER]`: no blanks around `->` and `:`, a blank in front of the method, the comma
right behind the request's closing mark. lvsha reads what it can make sense of.

ldirectord stops with `invalid address for real server (wrong format)` or `Invalid real server
line`.";

    BAD_METHOD = "LV0437" "bad-method" Error Refuses
        "a forwarding method is missing or wrong"
"A real server needs a forwarding method, a fallback may have one: `gate` is direct routing, `masq`
address translation, `ipip` tunnelling, in small letters. lvsha reads GATE, dr, nat and tun as
meant.

ldirectord stops with `forward method must be gate, masq or ipip`. Write one of the three words.";

    REAL_LEFTOVER = "LV0438" "real-leftover" Error Refuses
        "text in a `real` line that fits nowhere"
"Behind the method stand, in this order, a weight, request and receive in quotes, and the thresholds
`l:` and `u:`. A weight is digits only: neither negative nor a fraction. Both request and receive
are needed. lvsha leaves out what it cannot place.

ldirectord stops with `Invalid real server line, around ...`. Delete or correct the text.";

    HOST_CUT = "LV0439" "host-cut" Error Depends
        "ldirectord uses only a part of the address"
"The address of a real server is searched in the line, not matched from its beginning: `web_1:80` is
read as the host `1`, which is 0.0.0.1, because a name cannot hold an underscore, and of
`10.0.0.1::80` only the 80 is left, as 0.0.0.80. lvsha reads the address as meant where that is
possible.

What is left decides whether ldirectord starts. Write an address with one colon and a port.";

    TEXT_IGNORED = "LV0440" "text-ignored" Warning Accepts
        "words that ldirectord ignores"
"There is more in the line than ldirectord looks at: it takes the part it searches for and silently
forgets the rest. lvsha does the same.

Delete the words; a note needs a `#` in front and, outside of virtual sections, a line of its own.";

    THRESHOLD_ORDER = "LV0441" "threshold-order" Error Accepts
        "the upper threshold in front of the lower one is lost"
"The connection thresholds of a real server have to stand in the order `l:NUMBER u:NUMBER`. In the
other order ldirectord silently forgets the upper one, so the server is never taken out for being
full. lvsha reads both.

Put `l:` in front of `u:`.";

    BAD_RANGE = "LV0443" "bad-range" Error Refuses
        "a range of addresses that is none"
"A range `FIRST->LAST` stands for every IPv4 address from the first to the last, so the first has
to be the lower one; IPv6 addresses cannot form ranges. lvsha leaves the line out.

ldirectord stops with `Invalid Range` or `Address range for IPv6 is not supported yet`.";

    LARGE_RANGE = "LV0445" "large-range" Error Refuses
        "a range of more than 65536 addresses"
"The range stands for more real servers than one service can reasonably have; probably a number is
mistyped. lvsha leaves the line out.

ldirectord compares every address with every one before it, so it is still busy with that when
whatever started it has long given up. Correct the last address.";

    WRONG_FAMILY = "LV0446" "wrong-family" Error Refuses
        "IPv4 and IPv6 are mixed"
"In a `virtual` section stand `real` and `fallback` with IPv4 addresses, in a `virtual6` section
`real6` and `fallback6` with IPv6 addresses in brackets. IPVS itself can only mix families when
tunnelling. lvsha reads the line by its address.

ldirectord stops with `cannot specify ... here` or cannot resolve the address. Use the keyword of
the section's family.";

    HOST_NAME = "LV0447" "host-name" Error Accepts
        "a host name instead of an address"
"ldirectord resolves host names once, when it reads the file. lvsha never asks a name server while
it reads: the answer can differ from one machine and moment to the next. The virtual service, real
server or fallback with the name is left out.

ldirectord starts if the name can be resolved at that moment, and stops otherwise: after a power
failure the name server is often not there yet. Write the address.";

    BAD_ADDRESS = "LV0448" "bad-address" Error Refuses
        "an address that does not exist"
"The text has the form of an address and is none, for example because a number is above 255. lvsha
leaves out what depends on it.

ldirectord takes it for a host name, cannot resolve it, and stops. Correct the address.";

    BAD_VIRTUAL = "LV0449" "bad-virtual" Error Refuses
        "a `virtual` line that cannot be read"
"The forms are `virtual=ADDRESS:PORT`, `virtual6=[ADDRESS]:PORT`, and a bare number for a firewall
mark with either keyword. An IPv6 address needs the brackets and `virtual6`. lvsha reads what it
can make sense of and leaves the rest of the section out.

ldirectord stops with `invalid address for virtual server`.";

    ADDRESS_DIFFERS = "LV0450" "address-differs" Error Accepts
        "an address that ldirectord reads differently"
"System libraries read a number with a leading zero as octal (010.0.0.1 is 8.0.0.1) and fill up an
address with fewer than four numbers (10.1 is 10.0.0.1). lvsha takes leading zeros as decoration and
fills up likewise.

Write four numbers from 0 to 255 without leading zeros.";

    DUPLICATE_VIRTUAL = "LV0451" "duplicate-virtual" Error Refuses
        "a virtual service is defined twice"
"Protocol, address and port, or the firewall mark, name a virtual service; there can be only one
section for each. lvsha reads both sections, the kernel could only have one.

ldirectord stops with `duplicate virtual server`. Put the real servers into one section.";

    VIRTUAL_AT_END = "LV0452" "virtual-at-end" Error Refuses
        "a `virtual` line is the last line of the file"
"A service without any directive is accepted elsewhere, but as the last line of the file ldirectord
reads the `virtual` line twice and stops with `duplicate virtual server`.

Add the directives of the service, at least its real servers, or delete the line.";

    RETIRED_DIRECTIVE = "LV0453" "retired-directive" Error Refuses
        "a directive that ldirectord has given up"
"`timeout` and `connecttimeout` of old versions are gone. lvsha leaves them out.

ldirectord stops and names the successors: checktimeout for connections, pings and external checks,
negotiatetimeout for dialogues such as HTTP.";

    BAD_MAIL_STATUS = "LV0454" "bad-mail-status" Error Refuses
        "an unknown state in emailalertstatus"
"emailalertstatus is a list, with commas, of all, none, starting, running, stopping and reloading;
`none` excludes every other word.

ldirectord stops with `invalid email alert status`. Correct the list.";

    BAD_MAIL_SERVER = "LV0455" "bad-mail-server" Error Refuses
        "a mail server that is no host name"
"smtp takes a bare host name or IPv4 address: letters, digits, dots, hyphens, underscores and plus
signs. Quotation marks are not removed. lvsha reads the name between them.

ldirectord stops with `invalid SMTP server address`. Write the bare name.";

    BARE_SUPERVISED = "LV0456" "bare-supervised" Warning Accepts
        "`supervised` without yes or no"
"The bare word is an old form of `supervised=yes`. lvsha reads it like that.

ldirectord does too, and asks in its log for the new form. Write `supervised=yes`.";

    BROKEN_LINE = "LV0457" "broken-line" Error Refuses
        "a line was broken in two"
"The forwarding method of a real server stands on the next line, probably because a mail program or
web page wrapped a long line. lvsha reads the two lines as one.

There is no continuation of lines in ldirectord.cf: ldirectord stops with `wrong format` or `Unknown
command`. Join the lines; `lvsha check --fix` does that.";

    TEMPLATE = "LV0458" "template" Error Depends
        "the file is a template that was not rendered"
"The line holds a placeholder of a template language: `{{ }}`, `{% %}`, `<% %>`, `${ }` or
`@NAME@`. lvsha keeps such lines aside; nothing can be said about their values.

ldirectord reads the placeholder as text and mostly stops. Let the tool that owns the template
(Ansible, Puppet, Chef, autoconf) write the file, and check that one.";

    GIVEN_TWICE = "LV0459" "given-twice" Warning Accepts
        "a directive is given twice"
"The same directive stands twice in the same section, or twice globally. ldirectord takes the last
one; the first does nothing.

Delete the line that is not meant.";

    BAD_FALLBACK = "LV0461" "bad-fallback" Error Refuses
        "a fallback line that cannot be read"
"The form is `fallback=ADDRESS[:PORT] [gate|masq|ipip]`; a weight is not possible, the fallback
always has weight 1. ldirectord takes the last two words of the line, so a third one shifts the
meaning. lvsha reads what it can make sense of.

ldirectord stops with `forward method must be gate, masq or ipip` or cannot resolve the address.";

    BLANKS_IN_COMMAND = "LV0463" "blanks-in-command" Error Accepts
        "blanks in front of a comment become a part of a file name"
"ldirectord strips the comment but not the blanks in front of it. The command of an external check
and the monitor file are taken exactly, so a program whose name ends in blanks is looked for and
every real server is down. lvsha ignores the blanks.

Put the value in double quotes, or the comment on a line of its own.";

    LARGE_MARK = "LV0465" "large-mark" Error Accepts
        "a firewall mark that cannot exist"
"Firewall marks are numbers from 1 to 4294967295. lvsha leaves the section out.

ldirectord does not look; ipvsadm fails later and the service never exists, or, for 0, would take
packets without any mark. Correct the number.";
}
