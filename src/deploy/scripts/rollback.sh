# Takes a generation back. Parameters: generation, or `pending` for the one that waits; perhaps
# `dead-man`: only while it waits; perhaps `boot`: no unit runs yet.
[ "$1" != pending ] || set -- "$(cat "$state/pending")" "${2:-}"
[ "${2:-}" != boot ] || booting=yes
if [ "${2:-}" = dead-man ] && [ "$(cat "$state/pending" 2>/dev/null)" != "$1" ]; then
    exit 0
fi
[ -f "$state/generations/$1/before/list" ] || { rm -f "$state/pending"; rm -rf "$state/staging"; echo lvsha-end; exit 0; }
[ "$(cat "$state/generations/$1/state")" = rolled-back ] && { echo lvsha-end; exit 0; }
restore "$1" || fail "the old state could not be restored: see $state/generations/$1/before"
echo lvsha-end
