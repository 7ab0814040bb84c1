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
systemctl stop "lvsha-rollback-$1.timer" 2>/dev/null
# The last ten are kept, and the one that runs.
ls "$state/generations" | sort -n | head -n -10 | while read -r old; do
    [ "$old" = "$1" ] || rm -rf "${state:?}/generations/$old"
done
echo lvsha-end
