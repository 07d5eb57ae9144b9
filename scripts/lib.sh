# Shared by the scripts that deploy: what they say, dry runs, required tools. Sourced, never run.
# shellcheck shell=bash
#
# Every command that changes something goes through `run` or `create`: with DRY_RUN=true it is printed, and no tool is called at all.

set -euo pipefail

DRY_RUN=${DRY_RUN:-false}
POLL_SECONDS=${POLL_SECONDS:-10} # between two looks at something that takes minutes

say() { printf '── %s\n' "$*" >&2; }
detail() { printf '   %s\n' "$*" >&2; }
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

dry_run() { [[ $DRY_RUN == true ]]; }

# The comment at the top of a script is its help.
help_of() {
    sed -n '2,/^[^#]/ { s/^# \{0,1\}//p; }' "$1"
}

# value_of OPTION [VALUE]: the value, or a sentence when it is missing.
value_of() {
    [[ $# -ge 2 && -n $2 && $2 != --* ]] || die "$1 needs a value (see --help)"
    printf '%s' "$2"
}

# One line that a shell reads back as the same words.
print_command() {
    printf '+' >&1
    printf ' %q' "$@" >&1
    printf '\n' >&1
}

run() {
    if dry_run; then print_command "$@"; else "$@"; fi
}

# needs TOOL SENTENCE: ends with the sentence unless the tool is there. A dry run needs none.
needs() {
    dry_run || command -v "$1" >/dev/null || die "$1 is missing: $2"
}

# wait_until SECONDS WHAT COMMAND...: looks until the command succeeds; ends the script when the time is over.
wait_until() {
    local limit=$1 what=$2 started=$SECONDS
    shift 2
    dry_run && return
    until "$@"; do
        ((SECONDS - started < limit)) || die "$what: not within $limit s. Running the script again goes on from here."
        sleep "$POLL_SECONDS"
    done
}
