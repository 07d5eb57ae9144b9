#!/usr/bin/env bash
# Removes what cluster-setup.sh, dapr-init.sh and deploy-oke.sh made: the app, Dapr, the cluster with its nodes and disks, the network.
# The database and the broker are elsewhere and stay. Tasks are in the database; reminders' state and jobs are made anew from it.
#
# usage: infra/oke/teardown.sh --compartment-id OCID [options]
#
#   --compartment-id OCID      where it was made (or $OCI_COMPARTMENT_ID)
#   --name NAME                the name it was made with (todo)
#   --keep-cluster             remove only the app and Dapr
#   --yes                      do not ask
#   --dry-run                  print every command that would change something, and call no tool
#   --help
#
# Touches only what carries our tag and name. What is gone already is passed over, so that running it again resumes.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=infra/oke/oci.sh
source "$(dirname "$0")/oci.sh"

compartment=${OCI_COMPARTMENT_ID:-}
name=todo
namespace=todo
keep_cluster=false
yes=false

while (($#)); do
    case $1 in
    --compartment-id) compartment=$(value_of "$@"); shift 2 ;;
    --name) name=$(value_of "$@"); shift 2 ;;
    --keep-cluster) keep_cluster=true && shift ;;
    --yes) yes=true && shift ;;
    --dry-run) DRY_RUN=true && shift ;;
    --help | -h) help_of "$0" && exit ;;
    *) die "unknown option $1 (see --help)" ;;
    esac
done
if [[ -z $compartment && $keep_cluster == false ]]; then
    dry_run || die "--compartment-id is missing: the OCID of the compartment it was made in"
    compartment='<compartment>'
fi
needs kubectl "it comes with OCI's Cloud Shell, and from kubernetes.io"
needs helm "version 3.14 or newer, from helm.sh"
[[ $keep_cluster == true ]] || needs oci "pip install oci-cli, then oci setup config"

if ! dry_run && [[ $yes == false ]]; then
    read -r -p "This removes the cluster $name and everything in it. Its name, to go on: " answer || answer=
    [[ $answer == "$name" ]] || die "nothing was removed"
fi

# First what made things outside the cluster: the load balancer and the volumes would stay, and be billed, without their owners.
remove_workloads() {
    if ! dry_run && ! kubectl version --request-timeout 10s &>/dev/null; then
        say "the cluster cannot be reached: its app and Dapr are taken for gone"
        return
    fi
    say "the app"
    run helm uninstall todo --namespace "$namespace" --ignore-not-found --wait --timeout 5m
    run kubectl delete namespace "$namespace" --ignore-not-found --timeout 180s
    say "Dapr"
    run helm uninstall dapr-dashboard --namespace dapr-system --ignore-not-found --wait --timeout 5m
    run helm uninstall dapr --namespace dapr-system --ignore-not-found --wait --timeout 5m
    run kubectl delete persistentvolumeclaims --all --namespace dapr-system --ignore-not-found --timeout 180s
    run kubectl delete namespace dapr-system --ignore-not-found --timeout 180s
}

is_gone() {
    local state
    state=$(look '' ce cluster get --cluster-id "$1" --query 'data."lifecycle-state"') || return
    [[ $state == DELETED ]]
}

remove_cluster() {
    local cluster
    cluster=$(look '<cluster>' ce cluster list --compartment-id "$compartment" --name "$name" \
        --query "data[?\"lifecycle-state\"!='DELETED' && \"freeform-tags\".\"managed-by\"=='todo-assistant'] | [0].id")
    if [[ -z $cluster ]]; then
        say "cluster: gone already"
        return
    fi
    say "cluster: deleting $name with its nodes (some ten minutes)"
    # Refused while it is being deleted, which is what was wanted.
    if dry_run || [[ $(look '' ce cluster get --cluster-id "$cluster" --query 'data."lifecycle-state"') != DELETING ]]; then
        run oci ce cluster delete --cluster-id "$cluster" --force "${READS[@]}"
    fi
    wait_until 1800 "the cluster's end" is_gone "$cluster"
}

# remove KIND ID-OPTION NAME: one part of the network.
remove() {
    local kind=$1 id_option=$2 display_name=$3 id
    local -a within=()
    [[ $kind == vcn ]] || within=(--vcn-id "$vcn")
    if dry_run; then
        id="<$display_name>"
    else
        id=$(find_named "$kind" "$display_name" ${within[0]:+"${within[@]}"})
    fi
    if [[ -z $id ]]; then
        detail "$display_name: gone already"
        return
    fi
    say "network: deleting $display_name"
    run oci network "$kind" delete "$id_option" "$id" --force --wait-for-state TERMINATED "${READS[@]}"
}

remove_network() {
    local part
    vcn='<vcn>'
    dry_run || vcn=$(find_named vcn "$name-vcn")
    if [[ -z $vcn ]]; then
        say "network: gone already"
        return
    fi
    # In the order of who refers to whom.
    for part in api nodes balancers; do remove subnet --subnet-id "$name-$part"; done
    for part in api nodes balancers; do remove security-list --security-list-id "$name-$part"; done
    for part in public private; do remove route-table --rt-id "$name-$part"; done
    remove service-gateway --service-gateway-id "$name-services"
    remove nat-gateway --nat-gateway-id "$name-nat"
    remove internet-gateway --ig-id "$name-internet"
    remove vcn --vcn-id "$name-vcn"
}

remove_workloads
if [[ $keep_cluster == false ]]; then
    remove_cluster
    remove_network
fi
say "everything is removed"
