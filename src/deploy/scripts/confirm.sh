# Keeps a generation for good; a second time changes nothing. Parameters: generation.
alone 30 confirm "$1"
here=$state/generations/$1
if [ "$(cat "$state/pending" 2>/dev/null)" = "$1" ]; then
    # Without the second line it is taken back, whatever the first one says.
    echo "confirmed" >"$here/state" || fail "cannot write to $state"
    rm -f "$state/pending" || fail "cannot write to $state"
fi
# The answer to an earlier confirmation may be lost.
[ "$(cat "$here/state" 2>/dev/null)" = confirmed ] ||
    fail "generation $1 does not wait any more: it has rolled itself back"
not_at_boot
# Else a loss of power brings both back, and the boot the old state.
sync 2>/dev/null
systemctl stop "lvsha-rollback-$1.timer" 2>/dev/null
# The last ten good ones are kept, and the last ten others: after any number of failed tries there is something to
# go back to. What runs stays, and what ran before: a fault of another machine may still take this one back.
current=$(cat "$state/current" 2>/dev/null)
before=$(cat "$here/before/current" 2>/dev/null)
good=0 others=0
ls "$state/generations" | sort -rn | while read -r old; do
    if [ "$(cat "$state/generations/$old/state" 2>/dev/null)" = confirmed ]; then
        good=$((good + 1)) count=$good
    else
        others=$((others + 1)) count=$others
    fi
    case $old in
    "$1" | "$current" | "$before") ;;
    *) [ "$count" -le 10 ] || rm -rf "${state:?}/generations/$old" ;;
    esac
done
echo lvsha-end
