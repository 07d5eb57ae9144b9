# How the scripts here look for things in OCI and make them. Sourced after scripts/lib.sh.
# shellcheck shell=bash

# What is ours is tagged; the teardown touches nothing else.
TAGS='{"managed-by":"todo-assistant"}'
# The CLI itself repeats what failed, with backoff and an end (eight tries); these bound each try, in seconds.
READS=(--connection-timeout 10 --read-timeout 60)

# look PLACEHOLDER COMMAND...: what a query finds, empty for nothing. A dry run asks nobody and answers the placeholder.
look() {
    local placeholder=$1
    shift
    if dry_run; then
        printf '%s' "$placeholder"
    else
        # "Query returned empty result" on stderr is no news.
        { oci "$@" --raw-output "${READS[@]}" 2>&1 1>&3 | { grep -v '^Query returned empty result' >&2 || true; }; } 3>&1
    fi
}

command_output() { if dry_run; then echo /dev/stdout; else echo /dev/null; fi; }

# find_named KIND NAME [OPTIONS]: the id of what we have made under a name, in the compartment of the script.
find_named() {
    local kind=$1 display_name=$2
    shift 2
    # shellcheck disable=SC2154 # the script's own
    look '' network "$kind" list --compartment-id "$compartment" --lifecycle-state AVAILABLE "$@" \
        --query "data[?\"display-name\"=='$display_name' && \"freeform-tags\".\"managed-by\"=='todo-assistant'] | [0].id"
}

# ensure WHAT KIND OPTIONS... --display-name NAME ...: takes what has the name, else makes it. The id is in REPLY.
ensure() {
    local what=$1 kind=$2 display_name
    shift 2
    display_name=$(option --display-name "$@")
    local -a within=()
    [[ $kind == vcn ]] || within=(--vcn-id "$(option --vcn-id "$@")")
    REPLY=$(find_named "$kind" "$display_name" ${within[0]:+"${within[@]}"})
    if [[ -n $REPLY ]]; then
        say "$what: there already ($display_name)"
        return
    fi
    say "$what: creating $display_name"
    local -a command=(network "$kind" create --compartment-id "$compartment" "$@" --freeform-tags "$TAGS" --wait-for-state AVAILABLE)
    if dry_run; then
        print_command oci "${command[@]}" "${READS[@]}"
        REPLY="<$display_name>"
    else
        REPLY=$(look '' "${command[@]}" --query data.id)
        [[ -n $REPLY ]] || die "$what: OCI answered without an id. Running the script again goes on from here."
    fi
}

# option NAME WORDS...: the word after NAME.
option() {
    local name=$1
    shift
    while (($#)); do
        [[ $1 != "$name" ]] || { printf '%s' "$2" && return; }
        shift
    done
}

# A cluster or a node pool in any state but gone or failed: what is being made is waited for, not made twice.
LIVING="\"lifecycle-state\"=='CREATING' || \"lifecycle-state\"=='ACTIVE' || \"lifecycle-state\"=='UPDATING'"

find_cluster() {
    look '' ce cluster list --compartment-id "$1" --name "$2" --query "data[?$LIVING] | [0].id"
}
find_node_pool() {
    look '' ce node-pool list --compartment-id "$1" --cluster-id "$2" --name "$3" --query "data[?$LIVING] | [0].id"
}

# is_state ID STATE COMMAND...: whether it has come to that; ends the script where it has failed for good.
is_state() {
    local id=$1 wanted=$2 state
    shift 2
    state=$(look '' "$@" "$id" --query 'data."lifecycle-state"')
    [[ $state != "$wanted" ]] || return 0
    [[ $state != FAILED ]] || die "$id has failed: see the work requests in OCI's console"
    detail "${state:-unknown} …"
    return 1
}
