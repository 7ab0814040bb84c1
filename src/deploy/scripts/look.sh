# What a gate judges: it is asked again and again, so no more than that. Parameters: units.
for unit; do
    systemctl is-active -q "$unit" 2>/dev/null && echo "active $unit"
done
line_of "$state/current"
[ -z "$said" ] || echo "generation $said"
line_of "$state/pending"
[ ! -f "$state/pending" ] || echo "pending $said"
ip -o address show 2>/dev/null | awk '{ sub("/.*", "", $4); print "address", $4, $2 }'
[ -r "$root/proc/net/ip_vs" ] && sed 's/^/table /' "$root/proc/net/ip_vs"
echo lvsha-end
