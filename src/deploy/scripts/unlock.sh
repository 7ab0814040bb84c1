# Gives the lock back, and takes away what was brought and not put in place. Parameters: the run's
# name, or `--force`.
if [ "$1" = --force ] || [ "$(cat "$state/lock/run" 2>/dev/null)" = "$1" ]; then
    rm -rf "${state:?}"/staging.new.* "$state/staging" "$state/lock"
fi
echo lvsha-end
