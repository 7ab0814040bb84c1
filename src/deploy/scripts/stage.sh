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
    [ -d "${file%/*}" ] || mkdir -p "${file%/*}" || fail "cannot make ${file%/*}"
    head -c "$2" >"$file" || fail "cannot write $file"
    shift 2
done
# What ended too early has left the rest empty, and this one is the last.
line_of "$new/end"
[ "$said" = end ] || fail "cannot write $new: only a part arrived"
rm "$new/end"
sums=
[ ! -s "$new/managed" ] ||
    sums=$(sed 's|^\([^ ]*\) [^ ]* |\1  files|' "$new/managed" | { cd "$new" && sha256sum -c 2>/dev/null; }) || {
    wrong=$(printf '%s\n' "$sums" | sed -n 's/^files\(.*\): FAILED.*/\1/p' | head -n 1)
    fail "${wrong:-something} did not arrive whole"
}
printf '%s\n' "$owner" >"$new/run" || fail "cannot write $new/run"
locked_by "$owner"
rm -rf "$state/staging" && mv "$new" "$state/staging" || fail "cannot write $state/staging"
echo lvsha-end
