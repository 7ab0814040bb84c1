# Judges a staged file with the machine's own program. Parameters: the run's name, path, accepted exit codes
# (comma-separated), the command in which `{}` is the file.
locked_by "$1"
shift
file=$state/staging/files$1
accepted=$2
shown=$1
shift 2
for word; do
    shift
    [ "$word" = "{}" ] && word=$file
    set -- "$@" "$word"
done
if ! command -v "$1" >/dev/null 2>&1; then
    echo "unchecked $shown: there is no $1 here"
    echo lvsha-end
    exit 0
fi
output=$("$@" 2>&1 </dev/null)
code=$?
case ",$accepted," in
*",$code,"*) ;;
*)
    printf '%s\n' "$output" | tail -n 20 | sed 's/^/output /'
    fail "$1 refuses $shown (exit code $code)" ;;
esac
echo lvsha-end
