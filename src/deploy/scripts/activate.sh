# Puts the staged files in place. Parameters: generation, seconds until an unconfirmed generation
# rolls itself back (0: never), who, what, the run's name.
generation=$1
here=$state/generations/$generation
alone 30 activate "$generation"
locked_by "$5"
[ -e "$here" ] && fail "generation $generation exists already"
[ -s "$state/pending" ] && fail "generation $(cat "$state/pending") still waits for its confirmation"
# All machines of one deployment have its name: it is taken back as one, and by nobody else.
[ "$(cat "$state/staging/run" 2>/dev/null)" = "$5" ] || fail "nothing is staged for generation $generation"
# Whoever takes it back ends this script. The running command must not come behind the way back.
trap '[ -z "$child" ] || { kill "$child"; wait "$child"; } 2>/dev/null; given_up' TERM
given_up() {
    fail "generation $generation was taken back while it was put in place"
}
still_ours() {
    line_of "$state/pending"
    [ "$said" = "$generation" ] || given_up
}
mkdir -p "$state/generations" && mv "$state/staging" "$here" || fail "cannot make generation $generation"
mkdir -p "$here/before/files" || fail "cannot save the old files"
printf '%s\n' "$3" >"$here/who"
printf '%s\n' "$4" >"$here/what"
date -u +%Y-%m-%dT%H:%M:%SZ >"$here/when"
echo "activating" >"$here/state"
[ -f "$state/current" ] && cp "$state/current" "$here/before/current"
# First everything is saved, then everything is changed: a rollback finds all or nothing.
while read -r kind mode path; do
    if [ -f "$root$path" ]; then
        # What is written takes a link's place; a mode is set where the link points to.
        copy=-p old=$(stat -L -c %a "$root$path")
        if [ "$kind" = mode ]; then
            old=mode:$old
        elif [ -L "$root$path" ]; then
            copy=-P old=link
        fi
        mkdir -p "$here/before/files${path%/*}" && cp $copy "$root$path" "$here/before/files$path" ||
            fail "cannot save $path"
        echo "$old $path"
    elif [ -L "$root$path" ]; then
        # It leads nowhere, or to what is no file: perhaps to what is not mounted now.
        mkdir -p "$here/before/files${path%/*}" && cp -P "$root$path" "$here/before/files$path" ||
            fail "cannot save $path"
        echo "link $path"
    else
        echo "absent $path"
    fi
done <"$here/changes" >"$here/before/list.new" || fail "cannot save the old files"
while read -r effect what; do
    case $effect in
    start | stop) ;;
    sysctl)
        # A slash stands in the name of an interface that has a dot.
        sed -n 's|^ *\([a-zA-Z0-9_./-]*\) *=.*|\1|p' "$here/files$what" | while read -r key; do
            value=$(sysctl -n "$key" 2>/dev/null) && [ -n "$value" ] && echo "$key = $value"
        done >>"$here/before/sysctl"
        continue
        ;;
    *) continue ;;
    esac
    systemctl is-active -q "$what" 2>/dev/null && echo "$what" >>"$here/before/active"
    systemctl is-enabled -q "$what" 2>/dev/null && echo "$what" >>"$here/before/enabled"
done <"$here/effects"
# Until something is, nothing needs to read its files again.
: >"$here/unchanged"
mv "$here/before/list.new" "$here/before/list"
keep
echo "$generation" | put 600 "$state/pending" || fail "cannot write to $state"
# The dead-man switch: whoever cuts the network off gets the old state back.
if [ "$2" -gt 0 ]; then
    cp "$here/rollback" "$state/rollback" && at_boot || fail "cannot write the dead-man switch"
    if command -v systemd-run >/dev/null 2>&1 && [ -d "$root/run/systemd/system" ]; then
        # A timer may be a minute late unless it is told otherwise.
        run systemd-run -q --collect --on-active="$2" --timer-property=AccuracySec=1s \
            --unit="lvsha-rollback-$generation" sh "$state/rollback" "$generation" dead-man >/dev/null 2>&1
    else
        # An open descriptor would keep the connection and the turn until it is over.
        (sleep "$2"; exec sh "$state/rollback" "$generation" dead-man) </dev/null >/dev/null 2>&1 3>&- 9>&- &
    fi || fail "cannot start the dead-man switch"
    keep "$units"
fi
undo() {
    # Nobody needs to end what takes it back.
    trap '' TERM
    while read -r kind mode path; do
        [ "$kind" != write ] || rm -f "$(temporary "$root$path")"
    done <"$here/changes"
    restore "$generation" || fail "$1, and the old state could not be restored: see $here/before"
    fail "$1; the old state is back"
}
# All of them beside their places first, so that a full disk shows before anything is changed.
while read -r kind mode path; do
    [ "$kind" = write ] || continue
    [ ! -d "$root$path" ] && beside "$mode" "$root$path" <"$here/files$path" || undo "cannot write $path"
done <"$here/changes"
still_ours
rm -f "$here/unchanged"
# Before its files go: a unit may need them to stop.
while read -r effect what; do
    [ "$effect" = stop ] || continue
    run systemctl disable -q --now "$what" >/dev/null 2>&1 || undo "$what does not stop"
    still_ours
done <"$here/effects"
while read -r kind mode path; do
    case $kind in
    remove) rm -f "$root$path" || undo "cannot remove $path" ;;
    write) into "$root$path" || undo "cannot write $path" ;;
    mode) chmod "$mode" "$root$path" || undo "cannot set the mode of $path" ;;
    esac
done <"$here/changes"
still_ours
# What failed, and the first thing that the program said about it, or else systemctl.
effects "$here/effects" >"$here/said" 2>&1 ||
    undo "$(awk 'NR == 1 { said = $0 } sub(/^why /, "") && !why { why = said = $0 }
        END { print (NR > 1 ? $0 ": " said : $0) }' "$here/said")"
still_ours
echo "$generation" | put 644 "$state/current" || undo "cannot write to $state"
echo "active" >"$here/state"
echo lvsha-end
