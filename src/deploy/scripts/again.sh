# The files of an older generation, as facts. Parameters: generation.
here=$state/generations/$1
[ -f "$here/managed" ] || fail "there is no generation $1 on this machine"
while read -r digest mode path; do
    printf 'file %s %s %s\n' "$mode" "$path" "$(base64 <"$here/files$path" | tr -d '\n')"
done <"$here/managed"
echo lvsha-end
