# Takes files over, beside everything that is in use. Parameters: the run's name, then pairs of a name and a length;
# the files follow each other on standard input. `managed` holds their SHA-256.
owner=$1
shift
locked_by "$owner"
# In a place of its own until all is there: the lock may be taken away meanwhile, and another one stage.
rm -rf "${state:?}"/staging.new.*
new=$state/staging.new.$$
while [ $# -gt 0 ]; do
    file=$new/$1
    mkdir -p "$(dirname "$file")" && head -c "$2" >"$file" || fail "cannot write $file"
    [ "$(stat -c %s "$file")" = "$2" ] || fail "cannot write $file: only a part arrived"
    shift 2
done
while read -r digest mode path; do
    [ "$(sha256sum <"$new/files$path" | cut -d ' ' -f 1)" = "$digest" ] || fail "$path did not arrive whole"
done <"$new/managed"
printf '%s\n' "$owner" >"$new/run" || fail "cannot write $new/run"
locked_by "$owner"
rm -rf "$state/staging" && mv "$new" "$state/staging" || fail "cannot write $state/staging"
echo lvsha-end
