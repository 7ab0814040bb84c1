# Keeps a generation for good; a second time changes nothing. Parameters: generation.
generation=$1
shift
alone 30 confirm "$generation"
here=$state/generations/$generation
line_of "$state/pending"
if [ "$said" = "$generation" ]; then
    # Without the second line it is taken back, whatever the first one says.
    echo "confirmed" >"$here/state" || fail "cannot write to $state"
    rm -f "$state/pending" || fail "cannot write to $state"
fi
# The answer to an earlier confirmation may be lost.
[ "$(cat "$here/state" 2>/dev/null)" = confirmed ] ||
    fail "generation $generation does not wait any more: it has rolled itself back"
not_at_boot
# Else a loss of power brings both back, and the boot the old state.
while read -r kind mode path; do
    [ ! -e "$root${path%/*}" ] || set -- "$@" "$root${path%/*}"
done <"$here/changes"
keep "$units" "$@"
systemctl stop "lvsha-rollback-$generation.timer" 2>/dev/null
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
    "$generation" | "$current" | "$before") ;;
    *) [ "$count" -le 10 ] || rm -rf "${state:?}/generations/$old" ;;
    esac
done
echo lvsha-end
