# Facts in one round trip. Parameters: paths, `--units`, units, `--packages`, packages.
echo "host $(uname -n)"
(. "${root:-}/etc/os-release" 2>/dev/null && echo "system ${ID:-} ${VERSION_ID:-}")
for installer in apt-get dnf zypper; do
    command -v $installer >/dev/null 2>&1 && { echo "installer $installer"; break; }
done
file() {
    [ -f "$root$1" ] || return 0
    printf 'file %s %s %s\n' "$(stat -c %a "$root$1")" "$1" "$(base64 <"$root$1" | tr -d '\n')"
}
kind=file
for word; do
    case $word in
    --units) kind=unit ;;
    --packages) kind=package ;;
    *) case $kind in
        file) file "$word" ;;
        unit)
            systemctl is-active -q "$word" 2>/dev/null && echo "active $word"
            systemctl is-enabled -q "$word" 2>/dev/null && echo "enabled $word" ;;
        package)
            if command -v dpkg-query >/dev/null 2>&1; then
                dpkg-query -W -f '${Status}\n' "$word" 2>/dev/null | grep -q ' installed$'
            else
                rpm -q "$word" >/dev/null 2>&1
            fi || command -v "$word" >/dev/null 2>&1 || echo "missing $word" ;;
        esac ;;
    esac
done
if [ -f "$state/current" ]; then
    generation=$(cat "$state/current")
    echo "generation $generation"
    while read -r digest mode path; do
        echo "managed $digest $path"
        # What lvsha wrote and nobody asks for any more is shown, too.
        case " $* " in *" $path "*) ;; *) file "$path" ;; esac
    done <"$state/generations/$generation/managed"
fi
newest=$(ls "$state/generations" 2>/dev/null | sort -n | tail -n 1)
[ -n "$newest" ] && echo "newest $newest"
[ -f "$state/pending" ] && echo "pending $(cat "$state/pending")"
[ -f "$state/lock/who" ] && echo "lock $(cat "$state/lock/who")"
ip -o address show 2>/dev/null | awk '{ sub("/.*", "", $4); print "address", $4 }'
# The kernel's own answer: nothing that is for people says how old an address is.
ages=$(ip address save 2>/dev/null | base64 | tr -d '\n')
[ -n "$ages" ] && echo "ages $(cut -d ' ' -f 1 /proc/uptime) $ages"
[ -r "$root/proc/net/ip_vs" ] && sed 's/^/table /' "$root/proc/net/ip_vs"
command -v keepalived >/dev/null 2>&1 &&
    keepalived -v 2>&1 | awk 'NR == 1 { sub("^v", "", $2); print "version keepalived", $2 }'
command -v lvsha >/dev/null 2>&1 && lvsha --version | awk '{ print "version lvsha", $2 }'
echo lvsha-end
