# Gives the lock back. Parameters: the run's name, or `--force`.
if [ "$1" = --force ] || [ "$(cat "$state/lock/run" 2>/dev/null)" = "$1" ]; then
    rm -rf "$state/lock"
fi
echo lvsha-end
