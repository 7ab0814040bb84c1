//! Codes `LV08xx`: inventories.

use super::codes;

codes! {
    SYNTAX = "LV0801" "inventory-syntax" Error Refuses
        "a line that is no TOML"
"The inventory is TOML (https://toml.io): tables in brackets, `key = value` below them, texts in
double quotes. lvsha reads on behind the mistake and reports all of them at once, but acts on
nothing until they are mended. `lvsha explain inventory` lists every table and every key.";

    UNKNOWN_KEY = "LV0802" "inventory-unknown-key" Error Refuses
        "a key that its table does not have"
"lvsha does nothing with a key that it does not know, so it does not guess either: a misspelt
`persistance` would mean a service without persistence. The message names the nearest key, or all
keys of the table; `lvsha explain inventory` lists every table and key, and what it is for.";

    WRONG_VALUE = "LV0803" "inventory-wrong-value" Error Refuses
        "a value that its key does not take"
"The message says what the key takes. Times are seconds (`2`, `0.5`), addresses are texts
(`\"10.0.0.31/24\"`), a service is an address with its port (`\"10.0.0.31:80\"`).";

    MISSING_KEY = "LV0804" "inventory-missing-key" Error Refuses
        "a table that lacks a key"
"The key has no default that would be right for everybody. A `virtual_router_id` above all must be
chosen by the people who know the link: two routers with the same number there fight each other.";

    UNKNOWN_NAME = "LV0805" "inventory-unknown-name" Error Refuses
        "a name that nothing has"
"Services name real servers or groups, sync groups name routers, routers name scripts,
authentication names a secret. Each of these must be described in the same inventory, under exactly
this name.";

    NO_SECRET = "LV0806" "inventory-no-secret" Error Refuses
        "a secret that cannot be had"
"A secret is described by one of

  [secrets.NAME]
  env = \"VARIABLE\"              # of the environment; `default` holds when it is not set
  file = \"secrets/NAME\"         # relative to the inventory, readable by its owner only
  command = [\"pass\", \"lvs/NAME\"] # its standard output

A line feed at the end is not part of it. The inventory refers to it as `secret = \"NAME\"`. lvsha
writes it into the files of the nodes, and nowhere else.";

    IMPORT = "LV0807" "inventory-import" Error Refuses
        "a file that is imported and cannot be read"
"`import` names files of keepalived, heartbeat and ldirectord, or directories with them, relative to
the inventory. They are read first; what the inventory says itself overrides them. Correct the
path, or take it out of the list.";

    TWICE = "LV0808" "inventory-twice" Error Refuses
        "something that must be unique is given twice"
"Two machines with one address, two services with one address and protocol, two routers with one
`virtual_router_id` on one interface: each makes the cluster do something else than one of the two
lines says.";

    NO_DIRECTOR = "LV0809" "inventory-no-director" Error Refuses
        "an inventory without directors"
"Somebody must hold the addresses. Name each director by what `uname -n` prints on it:

  [directors.lw1]
  address = \"10.0.0.27\"";

    NO_KEY = "LV0810" "inventory-no-key" Warning Accepts
        "a directive that an inventory has no key for"
"The inventory says what the model of a cluster holds. This directive is not part of it: a setting of
one program that no other has, or the password of a fencing device. To keep it, let the
inventory stand on the file instead of replacing it:

  import = [\"keepalived.conf\"]

`autoreload=no` of an ldirectord.cf is kept in neither way: the files of an inventory say yes,
because what is deployed would not count before somebody reloads it.";

    CONFIGURATION = "LV0811" "inventory-configuration" Warning Accepts
        "a configuration of ldirectord that nobody starts, or that is not written"
"A service stands in the configuration of ldirectord that its key `configuration` names, else in
ldirectord.cf, and each configuration becomes a file of its own. heartbeat starts one by a resource:

  [routers.web]
  resources = [\"IPaddr2::10.0.0.31/24/eth1\", \"ldirectord::web.cf\"]

  [[services]]
  address = \"10.0.0.31:80\"
  configuration = \"web.cf\"

Without the resource nobody checks the service; without the service ldirectord misses its file,
unless somebody else puts it on the directors.";

    NOT_IN_STACK = "LV0812" "inventory-not-in-stack" Warning Accepts
        "a key that the stack does not carry out"
"An inventory can say how heartbeat runs the cluster and how VRRP does. keepalived and lvsha take no
notice of the keys that only heartbeat has: `[heartbeat]`, `authentication` of the whole cluster,
`resources` of a router, and the words that ldirectord puts behind a fallback command. Where a
router says the same in VRRP's way, nothing is lost and nothing is reported.

Write the key that the message names, or let the inventory stand on heartbeat's own files, which are
converted with all that they say:

  stack = \"keepalived\"
  import = [\"ha.d\"]

Of such files each line is named that the conversion leaves out, or does in part, as `lvsha convert`
names it.";

    NOT_STARTED = "LV0813" "inventory-not-started" Error Accepts
        "resources that the stack does not start"
"A router's `resources` are words of haresources. heartbeat starts them; keepalived knows only
`addresses`, so the addresses would move to a director on which nothing answers.

Write `addresses`, and `hooks` that start and stop the services:

  [routers.web.hooks]
  master = \"/usr/local/sbin/web start\"
  backup = \"/usr/local/sbin/web stop\"

or let the inventory stand on heartbeat's files: with `import = [\"ha.d\"]` they are converted, and
their resources become scripts.";

    TWO_ROLES = "LV0814" "inventory-two-roles" Error Refuses
        "a machine that is a director and a real server"
"lvsha plans the files and units of a machine for its role, and keeps what it did there in one place.
With two roles the plan of one would undo that of the other, or run on another machine.

Name a machine once. Where it has to be both, keep the director, and leave the real server's part
alone:

  [real_servers.lw3]
  address = \"10.0.0.27\"
  managed = false";

    NO_EFFECT = "LV0815" "inventory-no-effect" Warning Accepts
        "a key that changes nothing in this inventory"
"An inventory has keys for three stacks, and not every stack has a word for each of them: heartbeat
follows no interfaces and calls no hooks, keepalived reads one file. The rest of the inventory is
done without the key.

Take it out, or write what the message names: it does the same in the stack's own way.";

    WEAK_KEY = "LV0816" "inventory-weak-key" Warning Accepts
        "a key of heartbeat that comes from a password sent in clear text"
"heartbeat signs its messages with a key, and refuses to start without one. This inventory has none,
so it is made of the password of a router. VRRP version 2 sends that password in every
advertisement: whoever heard one can make the key, and heartbeat's messages with it.

Give heartbeat a secret of its own:

  [secrets.heartbeat]
  file = \"secrets/heartbeat\"

  [authentication]
  type = \"sha1\"
  secret = \"heartbeat\"";

    ANOTHER_ADDRESS = "LV0817" "inventory-another-address" Warning Accepts
        "an address that only `resources` start"
"A router of heartbeat can say its addresses twice: by `addresses`, and by words of `resources`
such as `IPaddr2::10.0.0.31/24`. The words say where in the line an address starts; one that they
leave out comes in front of them. An address that only they have moves as well, but neither checks
nor other stacks know of it.

Write it into `addresses`, or take the word out:

  [routers.web]
  addresses = [\"10.0.0.31/24\"]
  resources = [\"ldirectord\", \"httpd\"]";

    RENAMED = "LV0818" "inventory-renamed" Info Accepts
        "an instance that is called otherwise in another file"
"keepalived knows a virtual router by its `virtual_router_id`, and each director's file may call the
instance as it likes. An inventory has one name for a router: where instances have one number and
share an address, all of them are called as in the first file.

`notify` scripts and pipes are told the name, and so is `lvsha ctl`. Where one of them looks at it,
give the instances one name before the conversion, or teach it the new one.";

    NO_PASSWORD = "LV0820" "inventory-no-password" Warning Accepts
        "a login without a password"
"A check that logs in gives its server a name and no password. Where the server wants one, every
check fails, and all real servers of the service are down.

  [secrets.check]
  file = \"secrets/check\"

  [[services]]
  probe = { type = \"dialogue-mysql\", login = \"mon\", password = \"check\" }

A server that lets the name in without a password needs nothing.";

    GUESSED_DESTINATIONS = "LV0819" "inventory-guessed-destinations" Warning Accepts
        "real servers take every address that packets with a mark may have"
"With direct routing and tunnels a packet comes to a real server with the address that the client
sent it to, so the real server has to take that address for its own. A firewall mark does not say
which it is. Without a word lvsha takes all addresses of the routers: one that is the gateway or the
database of the real servers is then no longer reached from there.

Say which addresses the rule of the packet filter marks:

  [[services]]
  address = \"fwmark 7\"
  destinations = [\"192.0.2.10\"]";

    TURNED_RANKS = "LV0821" "inventory-turned-ranks" Warning Accepts
        "a director without a rank that comes before one with a rank"
"A director that states no rank in a router gets one of the order of the file: 150 for the first,
140 for the second, and so on. Where another one states a lower rank, the one behind it in the file
comes before it, and takes the addresses while both live.

Give every director of the router a rank, or none of them:

  [directors.lw1]
  priority = 150

  [directors.lw2]
  priority = 100";
}
