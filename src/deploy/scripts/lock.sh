# Takes the lock of this machine. Parameters: who, the run's name, the generation that comes next, as the
# plan has it.
mkdir -p "$state" || fail "cannot make $state"
if ! mkdir "$state/lock" 2>/dev/null; then
    if [ "$(cat "$state/lock/run" 2>/dev/null)" != "$2" ]; then
        echo 'help when that deployment does not run any more: `lvsha unlock INVENTORY`' >&3
        fail "locked by $(cat "$state/lock/who" 2>/dev/null)"
    fi
fi
# A full disk shows here, before anything was changed.
{ printf '%s\n' "$1" >"$state/lock/who" && printf '%s\n' "$2" >"$state/lock/run"; } ||
    { rm -rf "$state/lock"; fail "cannot write to $state"; }
# The plan was made before the lock was taken: it may have been read for an hour.
newest=$(ls "$state/generations" 2>/dev/null | sort -n | tail -n 1)
# An empty one waits for nothing: it could not be written, before anything was changed.
[ -s "$state/pending" ] || rm -f "$state/pending"
if [ "${newest:-0}" -ge "$3" ] || [ -f "$state/pending" ]; then
    rm -rf "$state/lock"
    here=$state/generations/${newest:-0}
    echo 'help look at a new plan: `lvsha plan INVENTORY`' >&3
    fail "somebody deployed meanwhile: generation ${newest:-0} of $(cat "$here/who" 2>/dev/null)" \
        "($(cat "$here/what" 2>/dev/null))"
fi
echo lvsha-end
