#!/usr/bin/env bash
# Deploys everything to Oracle OKE, from nothing or over what is there: cluster, Dapr, secrets, the app; then checks that it works.
#
# usage: scripts/deploy-oke.sh --compartment-id OCID [options]
#
#   --compartment-id OCID  where the cluster is, or is to be made (or $OCI_COMPARTMENT_ID)
#   --name NAME            the cluster's name (todo)
#   --nodes N              1 or 2 (1); with 2 give --scheduler-storage memory too, to stay within what is free
#   --scheduler-storage K  volumes or memory, see infra/oke/README.md (volumes)
#   --image REPOSITORY     the image, without its tag (what the chart names)
#   --tag TAG              the image's tag (this commit's SHA)
#   --digest DIGEST        pull exactly this (sha256:…), whatever the tag says by then
#   --values FILE          more values for the chart, over values-oke.yaml; may be repeated
#   --namespace NAME       where the app goes (todo)
#   --only-app             the cluster and Dapr are there, and kubectl points to them: CI's way
#   --timeout T            how long the app may take to be ready (5m)
#   --url URL              the public address: for links in mails, calendar feeds and the check (the load balancer's, for the check only)
#   --skip-verify          do not check
#   --dry-run              print every command that would change something, and call no tool
#   --help
#
# Secrets come from the environment, once; afterwards they are in the cluster and need not be given again:
#   KAFKA_BROKERS, KAFKA_USERNAME, KAFKA_PASSWORD   a SCRAM-SHA-256 user of Redpanda Cloud or any Kafka with TLS
#   DATABASE_URL                                    postgresql://user:password@host/database?sslmode=require, of Neon or any PostgreSQL
#   COHERE_API_KEY                                  a language model, if you want one
#   SMTP_USER, SMTP_PASSWORD                        of the mail server, if --values switches email on
#
# Each step takes what is there as it is, so that running it again resumes. An upgrade that does not get ready, or does not pass the
# check, is taken back to the release before, and the script says so and ends with 1.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
cd "$(dirname "$0")/.."

RELEASE=todo
CHART=charts/todo-app
VALUES=$CHART/values-oke.yaml

compartment=${OCI_COMPARTMENT_ID:-}
name=todo
nodes=1
scheduler_storage=volumes
image=
tag=
digest=
values=()
namespace=todo
only_app=false
timeout=5m
url=
verify=true

while (($#)); do
    case $1 in
    --compartment-id) compartment=$(value_of "$@"); shift 2 ;;
    --name) name=$(value_of "$@"); shift 2 ;;
    --nodes) nodes=$(value_of "$@"); shift 2 ;;
    --scheduler-storage) scheduler_storage=$(value_of "$@"); shift 2 ;;
    --image) image=$(value_of "$@"); shift 2 ;;
    --tag) tag=$(value_of "$@"); shift 2 ;;
    --digest) digest=$(value_of "$@"); shift 2 ;;
    --values) file=$(value_of "$@"); values+=(--values "$file"); shift 2 ;;
    --namespace) namespace=$(value_of "$@"); shift 2 ;;
    --only-app) only_app=true && shift ;;
    --timeout) timeout=$(value_of "$@"); shift 2 ;;
    --url) url=$(value_of "$@"); shift 2 ;;
    --skip-verify) verify=false && shift ;;
    --dry-run) DRY_RUN=true && shift ;;
    --help | -h) help_of "$0" && exit ;;
    *) die "unknown option $1 (see --help)" ;;
    esac
done
export DRY_RUN
needs kubectl "it comes with OCI's Cloud Shell, and from kubernetes.io"
needs helm "version 3.14 or newer, from helm.sh"
[[ -n $tag ]] || tag=$(git rev-parse HEAD 2>/dev/null) || die "--tag is missing, and this is no git checkout to take it from"

KUBECTL=(kubectl --namespace "$namespace" --request-timeout 30s)

# ── secrets

# given NAMES: whether all these variables are set.
given() {
    local variable
    for variable; do [[ -n ${!variable:-} ]] || return 1; done
}

in_cluster() {
    ! dry_run && "${KUBECTL[@]}" get secret "$1" --output name &>/dev/null
}

# Before minutes are spent on a cluster: each secret is given, or is in the cluster.
check_secrets() {
    local missing=()
    given KAFKA_BROKERS KAFKA_USERNAME KAFKA_PASSWORD || in_cluster todo-kafka || missing+=("KAFKA_BROKERS, KAFKA_USERNAME, KAFKA_PASSWORD")
    given DATABASE_URL || in_cluster todo-postgresql || missing+=(DATABASE_URL)
    ((${#missing[@]} == 0)) || dry_run || die "set these variables (see --help): $(IFS=';'; echo "${missing[*]}")"
    [[ -z ${DATABASE_URL:-} || $DATABASE_URL == postgresql://* || $DATABASE_URL == postgres://* ]] ||
        die "DATABASE_URL is to begin with postgresql://"
}

# put_secret NAME KEY VALUE...: made or brought up to date. Values travel by file descriptor: a command line is seen by all processes.
put_secret() {
    local secret=$1 file
    shift
    local -a files=()
    say "secret $secret"
    while (($#)); do
        if dry_run; then
            files+=("--from-file=$1=<$1>")
        else
            file=$(mktemp -p "$private")
            printf '%s' "$2" >"$file"
            files+=("--from-file=$1=$file")
        fi
        shift 2
    done
    local -a create=("${KUBECTL[@]}" create secret generic "$secret" "${files[@]}" --dry-run=client --output yaml)
    local -a apply=("${KUBECTL[@]}" apply --server-side --force-conflicts --filename -)
    if dry_run; then
        print_command "${create[@]}"
        print_command "${apply[@]}"
    else
        "${create[@]}" | "${apply[@]}"
    fi
}

make_secrets() {
    private=$(mktemp -d) # of this user only
    trap 'rm -rf "$private"' EXIT
    if dry_run; then
        run kubectl create namespace "$namespace"
    elif ! "${KUBECTL[@]}" get serviceaccount default --output name &>/dev/null; then # every namespace has it, and CI may see no more
        run kubectl create namespace "$namespace" --request-timeout 30s
    fi
    if dry_run || given KAFKA_BROKERS KAFKA_USERNAME KAFKA_PASSWORD; then
        put_secret todo-kafka brokers "${KAFKA_BROKERS:-}" username "${KAFKA_USERNAME:-}" password "${KAFKA_PASSWORD:-}"
    fi
    if dry_run || given DATABASE_URL; then
        put_secret todo-postgresql connection-string "${DATABASE_URL:-}"
    fi
    if given COHERE_API_KEY; then
        put_secret todo-language-model COHERE_API_KEY "$COHERE_API_KEY"
    fi
    if given SMTP_USER SMTP_PASSWORD; then
        put_secret todo-smtp user "$SMTP_USER" password "$SMTP_PASSWORD"
    fi
    rm -rf "$private"
}

# ── the app

# The revision that serves people now; empty for none.
deployed_revision() {
    "${KUBECTL[@]}" get secrets --selector "owner=helm,name=$RELEASE,status=deployed" --output 'jsonpath={.items[*].metadata.labels.version}'
}

# What was interrupted (a cancelled job, a lost connection) leaves the release locked.
unlock() {
    local pending
    pending=$("${KUBECTL[@]}" get secrets --selector "owner=helm,name=$RELEASE,status in (pending-install,pending-upgrade,pending-rollback)" \
        --output 'jsonpath={.items[*].metadata.labels.version}')
    [[ -n $pending ]] || return 0
    if [[ -n $before ]]; then
        say "an earlier run was interrupted: back to revision $before first"
        run helm rollback "$RELEASE" "$before" --namespace "$namespace" --wait --timeout "$timeout"
    else
        say "an earlier installation was interrupted: removing what there is of it"
        run helm uninstall "$RELEASE" --namespace "$namespace" --wait --timeout "$timeout"
    fi
}

take_back() {
    if [[ -z $before ]]; then
        die "this was the first release, so there is none to go back to; it stays for you to look at (docs/troubleshooting.md)"
    fi
    say "ROLLING BACK to revision $before"
    helm rollback "$RELEASE" "$before" --namespace "$namespace" --wait --timeout "$timeout" ||
        die "THE ROLLBACK FAILED TOO: kubectl --namespace $namespace get pods; docs/troubleshooting.md"
    die "this version was taken back: revision $before serves again"
}

install_app() {
    before=
    if ! dry_run; then
        before=$(deployed_revision)
        unlock
        before=$(deployed_revision)
    fi
    local -a set=(--set-string "image.tag=$tag")
    [[ -z $digest ]] || set+=(--set-string "image.digest=$digest")
    [[ -z $image ]] || set+=(--set-string "image.repository=$image")
    [[ -z $url ]] || set+=(--set-string "publicUrl=${url%/}")
    if given COHERE_API_KEY || in_cluster todo-language-model; then set+=(--set languageModel.enabled=true); fi
    say "the app, ${image:+$image:}$tag${before:+ over revision $before} (at most $timeout)"
    # --atomic: an upgrade that does not get ready is taken back by Helm itself.
    if ! run helm upgrade "$RELEASE" "$CHART" --install --atomic --wait --timeout "$timeout" --namespace "$namespace" --history-max 10 \
        --values "$VALUES" ${values[0]:+"${values[@]}"} "${set[@]}"; then
        "${KUBECTL[@]}" get events --sort-by .lastTimestamp --field-selector type=Warning 2>/dev/null | tail -n 20 >&2 || true
        die "THE UPGRADE FAILED and was taken back${before:+: revision $before serves again}. Above: what Kubernetes said"
    fi
}

check_app() {
    local -a words=(--namespace "$namespace" --release "$RELEASE")
    [[ -z $url ]] || words+=(--url "$url")
    scripts/verify-deployment.sh "${words[@]}" || take_back
}

check_secrets
if [[ $only_app == false ]]; then
    infra/oke/cluster-setup.sh ${compartment:+--compartment-id "$compartment"} --name "$name" --nodes "$nodes"
    infra/oke/dapr-init.sh --scheduler-storage "$scheduler_storage"
fi
make_secrets
install_app
[[ $verify == false ]] || check_app
dry_run || say "deployed: $tag"
