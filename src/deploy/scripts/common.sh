# What all scripts share. Arguments come as positional parameters, never inside the text.
set -u
umask 077
export LC_ALL=C PATH="${PATH:-/usr/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Tests put a whole machine below a directory.
root=${LVSHA_ROOT:-}
state=$root/var/lib/lvsha
units=$root/etc/systemd/system
# Start-up files of the shell may have talked before, perhaps without an end of line: the reader skips
# to this line.
printf '\nlvsha-begin\n'

# Answers go to the reader, wherever the output of a loop goes.
exec 3>&1
fail() {
    printf 'error %s\nlvsha-end\n' "$*" >&3
    exit 1
}

# For anybody else much of the machine is absent. Below a directory a test is at home.
case $root,$(id -u 2>/dev/null) in
,0 | , | /*) ;;
*)
    echo 'help write `sudo = true` in `[ssh]` of the inventory, or let `user` be root; with `local`, run lvsha as root' >&3
    fail "logged in as $(id -un), who is not root"
    ;;
esac

# The first line of a file, or nothing, in `said`: without a program, for what is asked again and again.
line_of() { # FILE
    said=
    { read -r said <"$1"; } 2>/dev/null
    return 0
}

# Whoever lost the lock must leave alone what its next holder has brought.
locked_by() { # RUN
    line_of "$state/lock/run"
    [ "$said" = "$1" ] ||
        fail "the lock of this machine was taken away: perhaps somebody deploys it now"
}

# One script at a time changes a generation; waits for the one that does, but not for ever. The file says
# who it is: what, generation, process.
alone() { # SECONDS WHAT GENERATION
    command -v flock >/dev/null 2>&1 || fail "there is no flock here: install util-linux"
    { mkdir -p "$state" && (: >>"$state/turn"); } 2>/dev/null || fail "cannot write to $state"
    exec 9>>"$state/turn"
    left=${LVSHA_PATIENCE:-$1}
    until flock -n 9; do
        read -r busy with process <"$state/turn" || { busy=something; with=-; process=-; }
        # An activation would only delay its own way back, above all when nobody waits for it any more.
        [ "$2 $3 $busy" != "rollback $with activate" ] || kill "$process" 2>/dev/null
        if [ "$left" -le 0 ]; then
            [ "$process" = - ] || echo "help look there what hangs: \`ps -fp $process\`" >&3
            fail "\`$busy\` of generation $with did not end within ${LVSHA_PATIENCE:-$1} s (process $process)"
        fi
        left=$((left - 1))
        flock -w 1 9 && break
    done
    echo "$2 $3 $$" >"$state/turn"
    # A number of a process that is over may be another's.
    trap ': >"$state/turn"' EXIT
}
# In the background, because the shell hears a signal while it waits, but not while it runs a command. What is
# left running keeps neither the turn nor the connection.
child=
run() {
    "$@" </dev/null 3>&- 9>&- &
    child=$!
    wait "$child"
    set -- $?
    child=
    return "$1"
}

# Writes standard input beside its place, with its mode, and renames it: old or new, never half.
put() { # MODE PATH
    beside "$1" "$2" && into "$2"
}
beside() { # MODE PATH
    [ -d "${2%/*}" ] || mkdir -p "${2%/*}" || return 1
    temporary=$(temporary "$2")
    rm -f "$temporary"
    { cat >"$temporary" && chmod "$1" "$temporary"; } || { rm -f "$temporary"; return 1; }
    sync "$temporary" 2>/dev/null
    return 0
}
into() { # PATH
    # A directory in its place is nothing to move it into.
    [ ! -d "$1" ] && mv -f "$(temporary "$1")" "$1" || { rm -f "$(temporary "$1")"; return 1; }
}
temporary() { # PATH
    echo "${1%/*}/.${1##*/}.lvsha-new"
}

# What has to outlive a loss of power. Not all of the machine: a database beside it may have minutes of writing to do.
keep() { # PATH...
    sync -f "$state" "$@" 2>/dev/null || sync 2>/dev/null
    return 0
}

# Effects, each on a line: sysctl PATH, units, reload UNIT, restart UNIT, start UNIT. On the way back one that
# fails keeps none of the others from what it is for: a program must not go on with what its files no longer say.
effects() { # FILE [all]
    failed=
    while read -r effect what; do
        case $effect in
        # Where there was none before, it is gone again.
        sysctl) [ ! -f "$root$what" ] || run sysctl -q -p "$root$what" ;;
        units) run systemctl daemon-reload ;;
        reload) run systemctl reload "$what" || run systemctl reload-or-restart "$what" ;;
        restart) run systemctl restart "$what" ;;
        # `units` came before where it had to: enabling need not read every unit again.
        start) run systemctl enable -q --no-reload "$what" && run systemctl start "$what" ;;
        esac || {
            # systemctl only says that the unit's own words are there.
            journalctl -q -o cat -S -1min -n 2 "_SYSTEMD_UNIT=$what" 2>/dev/null | sed 's/^/why /'
            echo "$effect $what failed"
            failed="$failed${failed:+, }$effect $what"
            [ "${2:-}" = all ] || return 1
        }
    done <"$1"
    [ -z "$failed" ]
}

# Puts back what stood before a generation. Works from any point of an activation.
restore() { # GENERATION
    before=$state/generations/$1/before
    broken=
    [ -f "$before/list" ] || return 0
    # What did not run before does not run now; while the machine boots, nothing runs yet. Its files go behind it:
    # a real server whose script is gone keeps the addresses, and answers ARP for them.
    while read -r effect what; do
        [ "$effect" = start ] || continue
        was enabled "$what" || run systemctl disable -q "$what" 2>/dev/null
        was active "$what" || run systemctl ${booting:+--no-block} stop "$what" 2>/dev/null
    done <"$state/generations/$1/effects"
    while read -r mode path; do
        case $mode in
        absent) [ ! -f "$root$path" ] || rm -f "$root$path" || broken=yes ;;
        link)
            [ "$(readlink "$before/files$path")" = "$(readlink "$root$path")" ] ||
                { cp -P "$before/files$path" "$(temporary "$root$path")" && into "$root$path"; } || broken=yes
            ;;
        # Where a link points to.
        mode:*) [ ! -e "$root$path" ] || chmod "${mode#mode:}" "$root$path" || broken=yes ;;
        # What was not changed yet stays: it may be that nothing can be written there.
        *)
            same "$before/files$path" "$root$path" "$mode" || {
                beside "$mode" "$root$path" <"$before/files$path" &&
                    chown --reference="$before/files$path" "$(temporary "$root$path")" &&
                    into "$root$path"
            } || broken=yes
            ;;
        esac
    done <"$before/list"
    if [ -f "$before/current" ]; then
        cp "$before/current" "$state/current"
    else
        rm -f "$state/current"
    fi
    grep -v -e '^start ' -e '^stop ' "$state/generations/$1/effects" >"$state/generations/$1/back"
    [ -z "${booting:-}" ] || grep '^units ' "$state/generations/$1/effects" >"$state/generations/$1/back"
    # Where nothing was changed a restart would only move addresses. At boot nobody knows what has reached the disk.
    if [ -n "${booting:-}" ] || [ ! -e "$state/generations/$1/unchanged" ]; then
        effects "$state/generations/$1/back" all >/dev/null ||
            echo "warning the old state is back, but $failed failed"
    fi
    # What the kernel was told stays told when a file goes.
    [ -n "${booting:-}" ] || [ ! -s "$before/sysctl" ] || run sysctl -q -p "$before/sysctl" ||
        echo "warning the old state is back, but not all settings of $before/sysctl"
    while read -r effect what; do
        [ "$effect" = stop ] || continue
        ! was enabled "$what" || run systemctl enable -q "$what" 2>/dev/null
        ! was active "$what" || run systemctl ${booting:+--no-block} start "$what" ||
            echo "warning the old state is back, but start $what failed"
    done <"$state/generations/$1/effects"
    # A machine with most of it back is better off than one whose old programs do not run, but it is not back.
    [ -z "$broken" ] || return 1
    # Last of all: one that was cut off before is done again.
    echo "rolled-back" >"$state/generations/$1/state"
    [ "$(cat "$state/pending" 2>/dev/null)" != "$1" ] || rm -f "$state/pending"
    not_at_boot
    return 0
}
same() { # FILE FILE MODE
    [ -f "$2" ] && [ ! -L "$2" ] && [ "$(stat -c %a "$2")" = "$3" ] &&
        [ "$(sha256sum <"$1")" = "$(sha256sum <"$2")" ]
}
was() { # active|enabled UNIT
    grep -q -x -F "$2" "$before/$1" 2>/dev/null
}

# The dead-man switch of a machine that boots before anybody confirmed: files are back before any
# service reads them.
at_boot() {
    put 644 "$units/lvsha-rollback.service" <<UNIT || return 1
# Written by lvsha during a deployment: takes back what nobody confirmed. It goes with the confirmation.
[Unit]
Description=Take back an unconfirmed deployment of lvsha
ConditionPathExists=/var/lib/lvsha/pending
DefaultDependencies=no
After=local-fs.target
Before=sysinit.target systemd-sysctl.service

[Service]
Type=oneshot
ExecStart=/bin/sh /var/lib/lvsha/rollback pending boot
UNIT
    mkdir -p "$units/sysinit.target.wants" &&
        ln -sf ../lvsha-rollback.service "$units/sysinit.target.wants/lvsha-rollback.service"
}
not_at_boot() {
    rm -f "$units/lvsha-rollback.service" "$units/sysinit.target.wants/lvsha-rollback.service"
}
