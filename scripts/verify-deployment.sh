#!/usr/bin/env bash
# Checks that what is deployed works: pods, sidecars, components, memory, time to start, and a reminder that is set and fires.
#
# usage: scripts/verify-deployment.sh [options]
#
#   --namespace NAME     where the app is (todo)
#   --release NAME       Helm's name for it (todo)
#   --url URL            the public address (that of the load balancer or the ingress)
#   --only CHECK         one of: pods components reminder; may be repeated (all). `--only reminder --url …` needs no cluster
#   --address-timeout S  how long the load balancer may take to get its address (180)
#   --dry-run            print what would be asked, and ask nothing
#   --help
#
# Prints `ok` or `FAILED` for each finding and ends with 1 if anything failed. It changes nothing but for one account with one task,
# which nobody can log in to.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)

RESPONSE_LIMIT=2 # seconds

namespace=todo
release=todo
url=
address_timeout=180
checks=()

while (($#)); do
    case $1 in
    --namespace) namespace=$(value_of "$@"); shift 2 ;;
    --release) release=$(value_of "$@"); shift 2 ;;
    --url) url=$(value_of "$@"); shift 2 ;;
    --only) check=$(value_of "$@"); checks+=("$check"); shift 2 ;;
    --address-timeout) address_timeout=$(value_of "$@"); shift 2 ;;
    --dry-run) DRY_RUN=true && shift ;;
    --help | -h) help_of "$0" && exit ;;
    *) die "unknown option $1 (see --help)" ;;
    esac
done
((${#checks[@]})) || checks=(pods components reminder)
for check in "${checks[@]}"; do
    [[ $check == pods || $check == components || $check == reminder ]] || die "--only $check: it is pods, components or reminder"
done
needs python3 "version 3.11 or newer"

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
failed=0
selector=app.kubernetes.io/instance=$release
KUBECTL=(kubectl --namespace "$namespace" --request-timeout 30s)

fails() {
    printf 'FAILED %s\n' "$*"
    failed=1
}

# get WHAT FILE: as JSON.
get() {
    "${KUBECTL[@]}" get "$1" ${3:+--selector "$3"} --output json >"$temporary/$2"
}

check_pods() {
    say "pods, sidecars, time to start"
    if dry_run; then
        print_command "${KUBECTL[@]}" get pods --selector "$selector" --output json
        return
    fi
    if ! get pods pods.json "$selector"; then
        fails "kubectl cannot ask the cluster"
        return
    fi
    python3 "$here/deployment_checks.py" pods <"$temporary/pods.json" || failed=1
}

NAME_AND_APP='{range .items[?(@.metadata.annotations.dapr\.io/enabled=="true")]}{.metadata.name}{" "}{.metadata.annotations.dapr\.io/app-id}{"\n"}{end}'

# From inside the pods: a sidecar listens on loopback alone.
check_components() {
    local pod app
    say "components and memory of the sidecars"
    if dry_run; then
        print_command "${KUBECTL[@]}" get components.dapr.io --output json
        print_command "${KUBECTL[@]}" exec '<pod>' --container '<app-id>' --stdin -- python -I -
        return
    fi
    if ! get components.dapr.io components.json || ! "${KUBECTL[@]}" get pods --selector "$selector" --field-selector status.phase=Running \
        --output "jsonpath=$NAME_AND_APP" >"$temporary/apps"; then
        fails "kubectl cannot ask the cluster"
        return
    fi
    [[ -s $temporary/apps ]] || fails "no pod has a sidecar"
    while read -r pod app; do
        if "${KUBECTL[@]}" exec "$pod" --container "$app" --stdin -- python -I - <"$here/sidecar_probe.py" >"$temporary/probe.json"; then
            python3 "$here/deployment_checks.py" sidecar "$temporary/components.json" <"$temporary/probe.json" || failed=1
        else
            fails "$pod: its sidecar does not answer"
        fi
    done <"$temporary/apps"
}

# The ingress's host, or what the load balancer was given.
public_address() {
    local host
    host=$("${KUBECTL[@]}" get ingress --selector "$selector" --output 'jsonpath={.items[*].spec.rules[*].host}') || return
    if [[ -z $host ]]; then
        host=$("${KUBECTL[@]}" get service "$release-frontend" \
            --output 'jsonpath={.status.loadBalancer.ingress[0].ip}{.status.loadBalancer.ingress[0].hostname}') || return
    fi
    [[ -n $host ]] && url=http://${host%% *}
}

answers() {
    curl --fail --silent --output /dev/null --max-time 10 "$url/"
}

check_response() {
    local seconds
    seconds=$(curl --fail --silent --output /dev/null --max-time 10 --write-out '%{time_total}' "$url/") || seconds=10
    if awk "BEGIN { exit !($seconds < $RESPONSE_LIMIT) }"; then
        printf 'ok     %s answers in %s s (limit %s s)\n' "$url" "$seconds" "$RESPONSE_LIMIT"
    else
        fails "$url takes $seconds s to answer (limit $RESPONSE_LIMIT s)"
    fi
}

check_reminder() {
    say "a reminder through the public address"
    if dry_run; then
        [[ -n $url ]] || print_command "${KUBECTL[@]}" get service "$release-frontend" \
            --output 'jsonpath={.status.loadBalancer.ingress[0].ip}{.status.loadBalancer.ingress[0].hostname}'
        print_command python3 charts/todo-app/files/set-a-reminder.py "${url:-<address>}"
        return
    fi
    [[ -n $url ]] || (wait_until "$address_timeout" "the load balancer's address" public_address) || {
        fails "there is no public address"
        return
    }
    [[ -n $url ]] || public_address
    (wait_until "${PATIENCE:-60}" "$url" answers) || {
        fails "$url does not answer"
        return
    }
    check_response
    if timeout 90 python3 -I "$here/../charts/todo-app/files/set-a-reminder.py" "$url" >"$temporary/reminder" 2>&1; then
        printf 'ok     %s\n' "$(tail -n 1 "$temporary/reminder")"
    else
        fails "no reminder: $(tail -n 1 "$temporary/reminder")"
    fi
}

for check in "${checks[@]}"; do "check_$check"; done
((failed == 0)) || die "something is wrong: docs/troubleshooting.md"
dry_run || say "the deployment works"
