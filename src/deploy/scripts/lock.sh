# Takes the lock of this machine. Parameters: who, the run's name.
mkdir -p "$state" || fail "cannot make $state"
if ! mkdir "$state/lock" 2>/dev/null; then
    [ "$(cat "$state/lock/run" 2>/dev/null)" = "$2" ] ||
        fail "locked by $(cat "$state/lock/who" 2>/dev/null)"
fi
# A full disk shows here, before anything was changed.
{ printf '%s\n' "$1" >"$state/lock/who" && printf '%s\n' "$2" >"$state/lock/run"; } ||
    { rm -rf "$state/lock"; fail "cannot write to $state"; }
echo lvsha-end
