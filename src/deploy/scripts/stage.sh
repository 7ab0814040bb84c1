# Takes files over, beside everything that is in use. Parameters: pairs of a name and a length; the
# files follow each other on standard input. `managed` holds their SHA-256.
rm -rf "$state/staging"
while [ $# -gt 0 ]; do
    file=$state/staging/$1
    mkdir -p "$(dirname "$file")" && head -c "$2" >"$file" || fail "cannot write $file"
    [ "$(stat -c %s "$file")" = "$2" ] || fail "cannot write $file: only a part arrived"
    shift 2
done
while read -r digest mode path; do
    [ "$(sha256sum <"$state/staging/files$path" | cut -d ' ' -f 1)" = "$digest" ] ||
        fail "$path did not arrive whole"
done <"$state/staging/managed"
echo lvsha-end
