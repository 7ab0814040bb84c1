# What must exist on a machine before a configuration can be judged by its text alone:
# one "KIND NAME FILE" a line, KIND being link, vmac, user, script, directory, tty, host or node.
# The reading is generous, because an unused interface or user changes no verdict; a name that holds "nosuch",
# or ends in ".invalid", is never made, so that a test can ask what happens without it.
# Use: awk -v format=keepalived|ldirectord|heartbeat -f surroundings.awk FILE...

function is_name(word) { return word ~ /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/ }

function emit(kind, name,    whose) {
    # Files judged together share hosts and most scripts; interfaces, users and keepalived's folder are each one's own.
    whose = kind ~ /^(link|vmac|user)$/ || name ~ /^\/etc\/keepalived\// ? reading : ""
    if (name ~ /nosuch/ || name ~ /\.invalid$/ || (kind, name, whose) in done) return
    done[kind, name, whose] = 1
    print kind, name, reading
}

function link(name) { if (is_name(name) && length(name) <= 15 && name != "lo") emit("link", name) }
function user(name) { sub(/^:/, "", name); if (name ~ /^[A-Za-z_][A-Za-z0-9_-]*$/) emit("user", name) }
function path(kind, name) { if (name ~ /^\/[A-Za-z0-9_.\/@+-]+$/ && name !~ /\/\.\.?(\/|$)/) emit(kind, name) }
function script(name) {
    gsub(/^['"]+|['"]+$/, "", name)
    if (is_name(name)) emit("script", name); else path("script", name)
}
function directory(file) { if (sub(/\/[^\/]*$/, "", file) && file != "") path("directory", file) }

# Any word can stand where a program looks up a host; only names can be made to exist, and numbers are addresses.
function hosts(text,    word, count, i) {
    gsub(/[^A-Za-z0-9_.-]+/, " ", text)
    count = split(text, word, " ")
    for (i = 1; i <= count; i++)
        if (is_name(word[i]) && word[i] ~ /[A-Za-z]/ && length(word[i]) < 64 && word[i] != "localhost") emit("host", word[i])
}

BEGIN {
    count = split("script misc_path notify notify_master notify_backup notify_fault notify_stop notify_deleted " \
        "notify_master_rx_lower_pri notify_up notify_down quorum_up quorum_down startup_script shutdown_script " \
        "notify_fifo_script vrrp_notify_fifo_script lvs_notify_fifo_script", word, " ")
    for (i = 1; i <= count; i++) runs[word[i]] = 1
}

FNR == 1 { reading = FILENAME; size = 0 }
{ sub(/\r$/, "") }

# keepalived: words and quoted words, statements ended by a brace or a line's end. It names by itself the interfaces
# that it misses, but for these two.
function statement(    command, i) {
    if (size == 0) return
    if (word[1] == "default_interface") link(word[2])
    if (word[1] ~ /^use_(vmac|ipvlan)$/ && size > 1 && is_name(word[2])) emit("vmac", word[2])
    if (word[1] == "smtp_server") hosts(word[2])
    if (word[1] == "script_user" || word[1] == "user") { user(word[2]); user(word[3]) }
    if (word[1] in runs && size > 1) {
        split(word[2], command, /[ \t]+/)
        script(command[1])
        if (size > 2) user(word[3])
        if (size > 3) user(word[4])
    }
    for (i in word) delete word[i]
    size = 0
}
function keepalived(line,    chunks, chunk, i, count, token, n, comment) {
    chunks = split(line, chunk, "\"")
    for (i = 1; i <= chunks; i++) {
        if (i % 2 == 0) { word[++size] = chunk[i]; continue }
        comment = match(chunk[i], /[#!]/)
        if (comment) chunk[i] = substr(chunk[i], 1, comment - 1)
        gsub(/[{}]/, " & ", chunk[i])
        count = split(chunk[i], token, " ")
        for (n = 1; n <= count; n++) {
            if (token[n] ~ /^[{}]$/) statement()
            else word[++size] = token[n]
        }
        if (comment) break
    }
    statement()
}
format == "keepalived" {
    # Where the file will be; what else is defined names no script that anybody has.
    gsub(/\$\{_PWD\}/, "/etc/keepalived")
    if ($0 !~ /^[ \t]*[#!]/) keepalived($0)
    next
}

format == "ldirectord" {
    hosts($0)
    if (match($0, /(logfile|monitorfile)[ \t]*=[ \t]*"?\/[^" \t]*/)) {
        file = substr($0, RSTART, RLENGTH)
        directory(substr(file, index(file, "/")))
    }
    next
}

FILENAME ~ /authkeys$/ { next }
{ sub(/#.*/, "") }
FILENAME ~ /haresources$/ {
    if (!joined && $1 ~ /^[A-Za-z]/ && is_name($1)) emit("haresources-node", tolower($1))
    joined = /\\$/
    next
}
{
    hosts($0)
    line = $0
    gsub(/,/, " ", line)
    count = split(line, word, /[ \t\f]+/)
    first = word[1] == "" ? 2 : 1
    name = word[first + 1]
    if (word[first] == "node") { if (name != "") emit("node", name) }
    else if (word[first] ~ /^(bcast|udp)$/) { for (i = first + 1; i <= count; i++) link(word[i]) }
    else if (word[first] ~ /^[mu]cast6?$/) link(name)
    else if (word[first] == "serial") { for (i = first + 1; i <= count; i++) path("tty", word[i]) }
    else if (word[first] ~ /^(log|debug)file$/) directory(name)
    else if (word[first] == "respawn") {
        user(name)
        # Where heartbeat's own helpers stand is a fact of the distribution, not of the administrator's machine.
        if (word[first + 2] !~ /^\/usr\/lib(64|exec)?\/heartbeat\//) path("script", word[first + 2])
    }
    else if (word[first] == "apiauth") {
        for (i = first + 2; i <= count; i++) { sub(/^[ug]id=/, "", word[i]); user(word[i]) }
    }
}
