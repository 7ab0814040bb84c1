# The generations of this machine, oldest first.
current=$(cat "$state/current" 2>/dev/null)
for here in $(ls "$state/generations" 2>/dev/null | sort -n); do
    where=$state/generations/$here
    mark=$(cat "$where/state" 2>/dev/null)
    [ "$here" = "$current" ] && mark=current
    printf 'entry %s %s %s %s\t%s\t%s\n' "$here" "$(cat "$where/when" 2>/dev/null || echo -)" "${mark:--}" \
        "$(cat "$where/who" 2>/dev/null)" "$(cat "$where/run" 2>/dev/null)" "$(cat "$where/what" 2>/dev/null)"
done
echo lvsha-end
