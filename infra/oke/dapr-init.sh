#!/usr/bin/env bash
# Installs Dapr's control plane, its Scheduler in three replicas with volumes, and the dashboard into the cluster that kubectl points to.
#
# usage: infra/oke/dapr-init.sh [options]
#
#   --dapr-version V           1.18.3: the first without a fault of 1.18.2 after idle times (docs/dapr-integration.md)
#   --scheduler-storage KIND   volumes: jobs survive everything; three volumes, 50 GB each since OCI makes none smaller (the default)
#                              memory: jobs live in the three replicas only; what is lost, the repair sweep arms again
#   --allow-paid               go on although the volumes exceed what is always free (200 GB together with the nodes' disks)
#   --no-dashboard             leave the dashboard out
#   --dry-run                  print every command that would change something, and call no tool
#   --help
#
# Helm brings what is there to what is asked for: running it again resumes or upgrades. `dapr init -k` does the same without values.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../../scripts/lib.sh"
cd "$(dirname "$0")/../.."

CHARTS=${DAPR_CHARTS:-https://dapr.github.io/helm-charts/} # or a mirror
NAMESPACE=dapr-system
DASHBOARD_VERSION=0.15.0 # the last one: its project was archived in May 2026
VALUES=charts/dapr-values.yaml
VOLUME_GB=50
SCHEDULERS=3 # fixed in Dapr's chart
FREE_GB=200

dapr_version=1.18.3
scheduler_storage=volumes
allow_paid=false
dashboard=true

while (($#)); do
    case $1 in
    --dapr-version) dapr_version=$(value_of "$@"); shift 2 ;;
    --scheduler-storage) scheduler_storage=$(value_of "$@"); shift 2 ;;
    --allow-paid) allow_paid=true && shift ;;
    --no-dashboard) dashboard=false && shift ;;
    --dry-run) DRY_RUN=true && shift ;;
    --help | -h) help_of "$0" && exit ;;
    *) die "unknown option $1 (see --help)" ;;
    esac
done
[[ $scheduler_storage == volumes || $scheduler_storage == memory ]] || die "--scheduler-storage is volumes or memory"
needs kubectl "it comes with OCI's Cloud Shell, and from kubernetes.io"
needs helm "version 3.14 or newer, from helm.sh"

# Boot volumes and block volumes share what is free.
check_storage() {
    local nodes needed
    [[ $scheduler_storage == volumes ]] || return 0
    nodes=$(kubectl get nodes --output name --request-timeout 30s | wc -l)
    needed=$(((nodes + SCHEDULERS) * VOLUME_GB))
    if ((needed <= FREE_GB)); then
        detail "disks: $needed of $FREE_GB GB that are free ($nodes nodes, $SCHEDULERS replicas of the Scheduler)"
    elif [[ $allow_paid == true ]]; then
        detail "disks: $needed GB, of which $FREE_GB are free; the rest is billed"
    else
        die "$nodes nodes and $SCHEDULERS volumes are $needed GB, and $FREE_GB are free: use one node, --scheduler-storage memory, or --allow-paid"
    fi
}

install_crds() {
    say "Dapr's resource types, $dapr_version"
    # Helm installs them once and never changes them; an upgrade needs the new ones.
    if dry_run; then
        print_command helm show crds dapr --repo "$CHARTS" --version "$dapr_version"
        print_command kubectl apply --server-side --force-conflicts --filename -
    else
        helm show crds dapr --repo "$CHARTS" --version "$dapr_version" |
            kubectl apply --server-side --force-conflicts --filename - --request-timeout 60s
    fi
}

install_dapr() {
    local -a storage=(--set dapr_scheduler.cluster.storageClassName=oci-bv --set "dapr_scheduler.cluster.storageSize=${VOLUME_GB}Gi")
    [[ $scheduler_storage == volumes ]] || storage=(--set dapr_scheduler.cluster.inMemoryStorage=true)
    say "Dapr's control plane, $dapr_version (some three minutes)"
    run helm upgrade dapr dapr --install --repo "$CHARTS" --version "$dapr_version" --namespace "$NAMESPACE" --create-namespace \
        --values "$VALUES" --set "global.tag=$dapr_version" "${storage[@]}" --wait --timeout 10m
}

install_dashboard() {
    [[ $dashboard == true ]] || return 0
    say "the dashboard, $DASHBOARD_VERSION"
    run helm upgrade dapr-dashboard dapr-dashboard --install --repo "$CHARTS" --version "$DASHBOARD_VERSION" --namespace "$NAMESPACE" \
        --wait --timeout 5m
}

check_control_plane() {
    say "the control plane's pods"
    run kubectl wait pods --all --namespace "$NAMESPACE" --for=condition=Ready --timeout 120s
}

dry_run || check_storage
install_crds
install_dapr
install_dashboard
check_control_plane
say "Dapr is ready; next: scripts/deploy-oke.sh"
