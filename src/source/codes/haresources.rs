//! Codes `LV02xx`: what heartbeat refuses in haresources, or reads otherwise than it is written.

use super::codes;

codes! {
    JUNK_LINE = "LV0201" "haresources-junk-line" Error Refuses
        "a line that is no resource group"
"Each line begins with the name of a node as ha.cf has it. This one begins with something that no
host is called: a note without a number sign, a ruler, a lone backslash. heartbeat calls it a bad
node name and refuses to start. Put a `#` in front of a note, or delete the line.";

    BLANK_AFTER_BACKSLASH = "LV0202" "blank-after-backslash" Error Depends
        "something stands behind the backslash that continues a line"
"Only a backslash directly in front of the line feed continues the line. With a blank, a carriage
return or a comment behind it, heartbeat ends the group there, keeps the backslash as the name of
a resource, and takes the next line for a group of its own. It refuses to start when that line's
first word is no node; when the words of the next line are a comment it starts with half a group.

lvsha joins the lines as they were meant. Delete what follows the backslash; a comment needs a line
of its own above the group.";

    COMMENT_BACKSLASH = "LV0203" "comment-ends-in-backslash" Warning Accepts
        "a comment that ends in a backslash"
"heartbeat has two readers for this file. The one that checks node names at start takes the
backslash for a continuation and skips the next line, so that a wrong node name there is not found.
The one that starts resources removes comments first and does not join. Delete the backslash.";

    MISSING_BACKSLASH = "LV0204" "missing-backslash" Error Refuses
        "a line of resources without a node"
"The line begins with a resource, and a group stands above it: the backslash at the end of that line
is missing. heartbeat takes the resource's name for a node, does not know it, and refuses to start.

lvsha adds the resources to the group above. End each line of a group but the last in ` \\`.";

    NO_NODE = "LV0205" "resource-without-node" Error Refuses
        "a group that names no node"
"A group begins with the node that the resources prefer, then come the resources. This one begins
with a resource; heartbeat takes its name for a node, does not know it, and refuses to start.
Write the node's name in front, as `uname -n` prints it there.";

    GLUED_NODE = "LV0206" "glued-node" Error Refuses
        "no blank between node and resource"
"The first word is a node name and a resource in one, as it happens when lines are copied from a
page. heartbeat does not know such a node and refuses to start.

lvsha reads the two apart. Type a blank between them.";

    GLUED_RESOURCE = "LV0207" "glued-resource" Error Accepts
        "no blank between two resources"
"The word holds two resources without a blank between them. heartbeat starts, calls the first script
with the rest of the word as its arguments, and gets an error when it should take the group over.

lvsha reads the two apart. Type a blank between them.";

    UNKNOWN_NODE = "LV0208" "unknown-node" Error Refuses
        "a node that ha.cf does not name"
"heartbeat compares the first word of each group with the `node` lines of ha.cf, without regard to
case, and refuses to start when it is not among them. A short name and a name with a domain are two
names. Write it in both files as `uname -n` prints it.";

    NO_RESOURCES = "LV0209" "group-without-resources" Warning Accepts
        "a node without resources"
"The line names a node and nothing to run there. heartbeat accepts it, and it has no effect. If the
resources stand on the next line, end this one in ` \\`.";

    BAD_ADDRESS = "LV0210" "haresources-bad-address" Error Accepts
        "no valid address, mask or broadcast address"
"IPaddr takes `address[/mask[/interface[:label]][/broadcast]]`, numbers only: names are not
resolved, the mask is a prefix length or dotted. heartbeat starts without a look at it; the script
fails when the node takes the group over, which then nobody owns.";

    NO_MASK = "LV0211" "mask-missing" Error Accepts
        "an interface in the place of the mask"
"Slashes collapse, so `10.0.0.5//eth0` is the same as `10.0.0.5/eth0`, and the second part is always
the mask. The script fails with the mask `eth0` when the node takes the group over.

lvsha reads the interface. Write the mask: `10.0.0.5/24/eth0`.";

    LOST_INTERFACE = "LV0212" "interface-behind-broadcast" Error Accepts
        "an interface behind the broadcast address is lost"
"The third part is the broadcast address when it begins with a digit, and heartbeat's script reads
nothing behind it: the address goes to the interface of its route. The order is mask, interface,
broadcast: `10.0.0.5/24/eth0/10.0.0.255`.";

    DOUBLED_SLASH = "LV0213" "doubled-slash" Warning Accepts
        "two slashes count as one"
"An empty part cannot be written: heartbeat's script gives `10.0.30.15//8/eth0` the mask 8, a
network of sixteen million hosts. Write each part that is meant, in the order mask, interface,
broadcast.";

    ARGUMENT_COUNT = "LV0214" "script-arguments" Error Accepts
        "more or fewer arguments than the script takes"
"heartbeat hands what `::` separates to the script one by one, in front of `start` or `stop`. The
script stops with its usage text when the number is wrong, so the group fails when the node takes
it over. Arguments cannot hold blanks or `::`.";

    QUOTES = "LV0215" "haresources-quotes" Error Accepts
        "quotes have no meaning here"
"haresources has no quoting: a quotation mark becomes a part of the argument, and a quoted blank
still separates two resources. lvsha reads the word without the marks. Delete them; put arguments
with blanks into a script of your own in /etc/ha.d/resource.d.";

    NOTE = "LV0216" "haresources-note" Error Accepts
        "words behind the resources that look like a note"
"Only `#` begins a comment. Each word of the note becomes a resource whose script is not found, so
that the group fails when a node should take it over. lvsha reads the line without the note. Put a
`#` in front of it; on a continued line not even that helps: give it a line of its own.";

    TEMPLATE = "LV0217" "haresources-template" Error Depends
        "a template that was not rendered"
"The line holds the signs of a template language: {{ }}, {% %}, <% %>, ${ } or @NAME@. The file is
the source of a configuration management tool and not its result. In front heartbeat takes the
signs for a node and refuses to start, further behind for resources that do not exist.

Check the file that the tool writes on the node instead.";

    MISSPELT_SCRIPT = "LV0218" "misspelt-script" Error Accepts
        "the name of a script is almost right"
"Names of scripts are compared letter by letter, capitals included: `ipaddr2` is not IPaddr2. Such a
script is in neither /etc/ha.d/resource.d nor /etc/init.d, and the group fails when a node should
take it over. lvsha reads it as the script with the nearest name.";

    BARE_IPV6 = "LV0219" "bare-ipv6-address" Error Accepts
        "an IPv6 address needs its script in front"
"Only an IPv4 address may stand alone. heartbeat takes any other word for the name of a script and
what `::` separates for its arguments: `2001:db8::5` runs a script called `2001:db8` with the
argument 5, which does not exist. Write `IPv6addr::` and the address without `::` inside.";

    GLUED_COMMENT = "LV0220" "comment-glued-to-node" Error Refuses
        "a comment directly behind the node's name"
"heartbeat's check of node names at start knows comments only at the beginning of a line: it takes
the number sign and what follows for a part of the name, does not know such a node, and refuses to
start. Put a blank in front of the number sign.";

    GLUED_BACKSLASH = "LV0221" "backslash-glued-to-node" Error Refuses
        "a backslash directly behind the node's name"
"heartbeat's check of node names at start reads each line by itself and ends the name at a blank: it
takes the backslash for a part of the name, does not know such a node, and refuses to start. What
follows a resource may be glued; only behind the node a blank must stand in front of the backslash.";
}
