# Keeps a generation for good. Parameters: generation.
[ "$(cat "$state/pending" 2>/dev/null)" = "$1" ] ||
    fail "generation $1 does not wait any more: it has rolled itself back"
rm -f "$state/pending"
not_at_boot
systemctl stop "lvsha-rollback-$1.timer" 2>/dev/null
echo "confirmed" >"$state/generations/$1/state"
# The last ten are kept, and the one that runs.
ls "$state/generations" | sort -n | head -n -10 | while read -r old; do
    [ "$old" = "$1" ] || rm -rf "${state:?}/generations/$old"
done
echo lvsha-end
