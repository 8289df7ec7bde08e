# Messages of the scripts: one line each, so that progress can be read in a terminal and in a CI log alike.

say() { printf '%s\n' "$*"; }

# A step that takes a while; the clock shows where the time goes.
step() { printf '[%s] %s\n' "$(date +%H:%M:%S)" "$*"; }

warn() { printf 'warning: %s\n' "$*" >&2; }

# Ends the script with a reason that says what to do about it.
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}
