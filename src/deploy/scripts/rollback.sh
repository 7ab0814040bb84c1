# Takes a generation back. Parameters: generation, or `pending` for the one that waits; then `run` and its
# name: only one of this run; or `waiting`, `dead-man`: only while it waits; or `boot`: as well, and no unit
# runs yet.
[ "$1" != pending ] || set -- "$(cat "$state/pending" 2>/dev/null)" "$2"
generation=$1
here=$state/generations/$generation
waits() {
    [ -n "$generation" ] && [ "$(cat "$state/pending" 2>/dev/null)" = "$generation" ]
}
# What somebody else has put in place is theirs to take back.
ours() {
    [ ! -d "$here" ] || [ "$(cat "$here/run" 2>/dev/null)" = "$1" ] || {
        echo 'help `lvsha history INVENTORY` shows what it is' >&3
        fail "generation $generation is another deployment, of $(cat "$here/who" 2>/dev/null), and stays"
    }
}
case $2 in
run) ours "$3" ;;
boot) booting=yes && waits || exit 0 ;;
dead-man) waits || exit 0 ;;
esac
alone 150 rollback "$generation"
case $2 in
run)
    ours "$3"
    # An activation that comes behind finds nothing to put in place.
    [ -f "$here/before/list" ] || [ "$(cat "$state/lock/run" 2>/dev/null)" != "$3" ] || rm -rf "$state/staging"
    ;;
waiting)
    waits || [ "$(cat "$here/state" 2>/dev/null)" = rolled-back ] ||
        fail "generation $generation does not wait any more: it was confirmed, and stays"
    ;;
*) waits || exit 0 ;;
esac
if [ -f "$here/before/list" ] && [ "$(cat "$here/state" 2>/dev/null)" != rolled-back ]; then
    now=$(cat "$state/current" 2>/dev/null)
    # Its old files are not what stood before a later one.
    [ "$now" = "$generation" ] || [ "$now" = "$(cat "$here/before/current" 2>/dev/null)" ] ||
        fail "generation $now came after generation $generation: it stays"
    restore "$generation" || fail "the old state could not be restored: see $here/before"
elif waits; then
    rm -f "$state/pending"
    not_at_boot
fi
echo lvsha-end
