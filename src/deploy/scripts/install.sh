# Installs packages. Parameters: packages.
export DEBIAN_FRONTEND=noninteractive
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
