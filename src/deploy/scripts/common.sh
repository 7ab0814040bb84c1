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

# Writes standard input beside its place, with its mode, and renames it: old or new, never half.
put() { # MODE PATH
    beside "$1" "$2" && into "$2"
}
beside() { # MODE PATH
    mkdir -p "$(dirname "$2")" || return 1
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
    echo "$(dirname "$1")/.$(basename "$1").lvsha-new"
}

# Effects, each on a line: sysctl PATH, units, reload UNIT, restart UNIT, start UNIT.
effects() { # FILE
    while read -r effect what; do
        case $effect in
        sysctl) sysctl -q -p "$root$what" ;;
        units) systemctl daemon-reload ;;
        reload) systemctl reload "$what" || systemctl reload-or-restart "$what" ;;
        restart) systemctl restart "$what" ;;
        # `units` came before where it had to: enabling need not read every unit again.
        start) systemctl enable -q --no-reload "$what" && systemctl start "$what" ;;
        esac </dev/null || { echo "$effect $what failed"; return 1; }
    done <"$1"
}

# Puts back what stood before a generation. Works from any point of an activation.
restore() { # GENERATION
    before=$state/generations/$1/before
    [ -f "$before/list" ] || return 0
    while read -r mode path; do
        if [ "$mode" = absent ]; then
            [ ! -f "$root$path" ] || rm -f "$root$path" || return 1
        # What was not changed yet stays: it may be that nothing can be written there.
        elif ! same "$before/files$path" "$root$path" "$mode"; then
            put "$mode" "$root$path" <"$before/files$path" || return 1
        fi
    done <"$before/list"
    if [ -f "$before/current" ]; then
        cp "$before/current" "$state/current"
    else
        rm -f "$state/current"
    fi
    echo "rolled-back" >"$state/generations/$1/state"
    rm -f "$state/pending"
    not_at_boot
    # A unit that was not there before cannot run now; while the machine boots, none runs yet.
    while read -r effect what; do
        [ "$effect" = start ] || continue
        was enabled "$what" || systemctl disable -q "$what" 2>/dev/null
        was active "$what" || systemctl ${booting:+--no-block} stop "$what" 2>/dev/null
    done <"$state/generations/$1/effects"
    grep -v -e '^start ' -e '^stop ' "$state/generations/$1/effects" >"$state/generations/$1/back"
    [ -z "${booting:-}" ] || grep '^units ' "$state/generations/$1/effects" >"$state/generations/$1/back"
    effects "$state/generations/$1/back" || echo "warning the old state is back, but $effect $what failed"
    while read -r effect what; do
        [ "$effect" = stop ] || continue
        ! was enabled "$what" || systemctl enable -q "$what" 2>/dev/null
        ! was active "$what" || systemctl ${booting:+--no-block} start "$what" ||
            echo "warning the old state is back, but start $what failed"
    done <"$state/generations/$1/effects"
    return 0
}
same() { # FILE FILE MODE
    [ -f "$2" ] && [ "$(stat -c %a "$2")" = "$3" ] && [ "$(sha256sum <"$1")" = "$(sha256sum <"$2")" ]
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
