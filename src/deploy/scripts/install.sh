# Installs packages. Parameters: packages. Distributions start and enable what they install, with whatever file lies
# there: an old one may name addresses that are elsewhere now. The deployment starts it, with its own files.
export DEBIAN_FRONTEND=noninteractive
held='' fresh=''
let_go() {
    for unit in $held; do
        systemctl unmask --runtime "$unit"
    done
    for unit in $fresh; do
        systemctl disable -q "$unit"
    done
} >/dev/null 2>&1
# A mask that stays would keep the deployment from starting it.
trap let_go EXIT
trap 'exit 1' HUP INT TERM
for package; do
    unit=$package.service
    # One that runs goes on: its package is there, and may only be renewed.
    systemctl is-active -q "$unit" 2>/dev/null && continue
    systemctl is-enabled -q "$unit" 2>/dev/null || fresh="$fresh $unit"
    held="$held $unit"
    systemctl mask --runtime "$unit" >/dev/null 2>&1
done
{
    if command -v apt-get >/dev/null 2>&1; then
        apt-get install -q -y --no-install-recommends "$@" ||
            { apt-get update -q && apt-get install -q -y --no-install-recommends "$@"; }
    elif command -v dnf >/dev/null 2>&1; then
        dnf install -q -y "$@"
    elif command -v zypper >/dev/null 2>&1; then
        zypper --non-interactive --quiet install "$@"
    else
        false
    fi
} </dev/null >"$state/install.log" 2>&1 ||
    fail "cannot install $*: $(tail -n 1 "$state/install.log")"
echo lvsha-end
