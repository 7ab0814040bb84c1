# Facts in one round trip; look.sh follows. Parameters: paths, `--packages`, packages, `--units`, units.
echo "host $(uname -n)"
# Two names that lead to one machine must not pass for two. Copies have the same machine-id, and containers one kernel.
read -r boot 2>/dev/null </proc/sys/kernel/random/boot_id && echo "machine $boot $(stat -c %d:%i "${root:-/}")"
# shellcheck source=/dev/null
(. "${root:-}/etc/os-release" 2>/dev/null && echo "system ${ID:-} ${VERSION_ID:-}")
for installer in apt-get dnf zypper; do
    command -v $installer >/dev/null 2>&1 && { echo "installer $installer"; break; }
done
file() {
    if [ ! -f "$root$1" ]; then
        [ ! -L "$root$1" ] || echo "link $1 $(readlink "$root$1")"
        return 0
    fi
    [ -r "$root$1" ] || fail "cannot read $1"
    set -- "$1" "$(stat -L -c '%a %u' "$root$1")"
    [ "${2#* }" = "$owner" ] || echo "foreign $1"
    printf 'file %s %s %s\n' "${2% *}" "$1" "$(base64 -w 0 "$root$1")"
}
# Whoever owns a file can read and change it, whatever its mode says.
owner=$(stat -c %u "${root:-/}")
asked=" $* "
kind='file'
while [ $# -gt 0 ] && [ "$1" != --units ]; do
    case $kind,$1 in
    *,--packages) kind=package ;;
    file,*) file "$1" ;;
    package,*)
        if command -v dpkg-query >/dev/null 2>&1; then
            dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q ' installed$'
        else
            rpm -q "$1" >/dev/null 2>&1
        fi || command -v "$1" >/dev/null 2>&1 || echo "missing $1" ;;
    esac
    shift
done
# What the kernel has of what lvsha sets: any other file, or somebody's hand, may have set it since.
keys=$(sed -n 's|^ *\([a-zA-Z0-9_./-]*\) *=.*|\1|p' "$root/etc/sysctl.d/90-lvsha.conf" 2>/dev/null)
# shellcheck disable=SC2086
[ -z "$keys" ] || sysctl $keys 2>/dev/null | sed 's/^/setting /'
# Only units are left, for the look.
shift
for unit; do
    systemctl is-enabled -q "$unit" 2>/dev/null && echo "enabled $unit"
done
if [ -f "$state/current" ]; then
    line_of "$state/current"
    here=$state/generations/$said
    line_of "$here/run"
    echo "run $said"
    sed 's/^/director /' "$here/directors" 2>/dev/null
    while read -r digest mode path; do
        echo "managed $digest $path"
        # What lvsha wrote and nobody asks for any more is shown, too.
        case $asked in *" $path "*) ;; *) file "$path" ;; esac
    done <"$here/managed"
fi
newest=$(ls "$state/generations" 2>/dev/null | sort -n | tail -n 1)
[ -n "$newest" ] && echo "newest $newest"
[ -f "$state/lock/who" ] && echo "lock $(cat "$state/lock/who")"
# The kernel's own answer: nothing that is for people says how old an address is.
ages=$(ip address save 2>/dev/null | base64 | tr -d '\n')
[ -n "$ages" ] && echo "ages $(cut -d ' ' -f 1 /proc/uptime) $ages"
command -v keepalived >/dev/null 2>&1 &&
    keepalived -v 2>&1 | awk 'NR == 1 { sub("^v", "", $2); print "version keepalived", $2 }'
command -v lvsha >/dev/null 2>&1 && lvsha --version | awk '{ print "version lvsha", $2 }'
