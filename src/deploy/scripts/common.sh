# What all scripts share. Arguments come as positional parameters, never inside the text.
set -u
umask 077
export LC_ALL=C PATH="${PATH:-/usr/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Tests put a whole machine below a directory.
root=${LVSHA_ROOT:-}
state=$root/var/lib/lvsha
# Start-up files of the shell may have talked before: the reader skips to this line.
echo lvsha-begin

# Answers go to the reader, wherever the output of a loop goes.
exec 3>&1
fail() {
    printf 'error %s\nlvsha-end\n' "$*" >&3
    exit 1
}

# Writes standard input beside its place, with its mode, and renames it: old or new, never half.
put() { # MODE PATH
    mkdir -p "$(dirname "$2")" || return 1
    temporary=$(dirname "$2")/.$(basename "$2").lvsha-new
    rm -f "$temporary"
    { cat >"$temporary" && chmod "$1" "$temporary"; } || { rm -f "$temporary"; return 1; }
    sync "$temporary" 2>/dev/null
    mv -f "$temporary" "$2"
}

# Effects, each on a line: sysctl PATH, units, reload UNIT, restart UNIT, start UNIT.
effects() { # FILE
    while read -r effect what; do
        case $effect in
        sysctl) sysctl -q -p "$root$what" ;;
        units) systemctl daemon-reload ;;
        reload) systemctl reload "$what" || systemctl reload-or-restart "$what" ;;
        restart) systemctl restart "$what" ;;
        start) systemctl enable -q "$what" && systemctl start "$what" ;;
        esac </dev/null || { echo "$effect $what failed"; return 1; }
    done <"$1"
}

# Puts back what stood before a generation. Works from any point of an activation.
restore() { # GENERATION
    before=$state/generations/$1/before
    [ -f "$before/list" ] || return 0
    while read -r mode path; do
        if [ "$mode" = absent ]; then
            rm -f "$root$path"
        else
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
    # A unit that was not there before cannot run now.
    while read -r effect what; do
        case $effect in
        start) systemctl is-active -q "$what" || continue
            grep -q -x -F "$what" "$before/active" 2>/dev/null ||
                systemctl disable -q --now "$what" 2>/dev/null ;;
        esac
    done <"$state/generations/$1/effects"
    grep -v '^start ' "$state/generations/$1/effects" >"$state/generations/$1/back"
    effects "$state/generations/$1/back" || echo "warning the old state is back, but $effect $what failed"
    return 0
}
