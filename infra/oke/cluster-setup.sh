#!/usr/bin/env bash
# Makes the network, the OKE cluster and its arm64 nodes, all within Oracle's always-free tier, and a kubeconfig for it.
#
# usage: infra/oke/cluster-setup.sh --compartment-id OCID [options]
#
#   --compartment-id OCID      where everything is made (or $OCI_COMPARTMENT_ID)
#   --name NAME                cluster's name, and prefix of all names (todo)
#   --nodes N                  1 node of 4 OCPU and 24 GB, or 2 of half that (1: then the volumes of Dapr's Scheduler are free too,
#                              see README.md)
#   --kubernetes-version V     such as v1.34.1 (the newest that OKE offers)
#   --allow-from CIDR          who may reach the Kubernetes API (0.0.0.0/0; it asks for credentials in any case)
#   --kubeconfig FILE          where access goes; merged into what is there (~/.kube/config)
#   --dry-run                  print every command that would change something, from nothing, and call no tool
#   --help
#
# Whatever exists by its name is taken as it is, so that running it again resumes. Needs the OCI CLI, set up (`oci setup config`).
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=infra/oke/oci.sh
source "$(dirname "$0")/oci.sh"

FREE_OCPUS=4
FREE_MEMORY_GB=24
BOOT_VOLUME_GB=50 # the least there is
SHAPE=VM.Standard.A1.Flex

VCN_CIDR=10.0.0.0/16
API_CIDR=10.0.0.0/28
NODES_CIDR=10.0.10.0/24
BALANCERS_CIDR=10.0.20.0/24
ANYWHERE=0.0.0.0/0

compartment=${OCI_COMPARTMENT_ID:-}
name=todo
nodes=1
kubernetes_version=
allow_from=$ANYWHERE
kubeconfig=${KUBECONFIG:-$HOME/.kube/config}

while (($#)); do
    case $1 in
    --compartment-id) compartment=$(value_of "$@"); shift 2 ;;
    --name) name=$(value_of "$@"); shift 2 ;;
    --nodes) nodes=$(value_of "$@"); shift 2 ;;
    --kubernetes-version) kubernetes_version=$(value_of "$@"); shift 2 ;;
    --allow-from) allow_from=$(value_of "$@"); shift 2 ;;
    --kubeconfig) kubeconfig=$(value_of "$@"); shift 2 ;;
    --dry-run) DRY_RUN=true && shift ;;
    --help | -h) help_of "$0" && exit ;;
    *) die "unknown option $1 (see --help)" ;;
    esac
done

if [[ -z $compartment ]]; then
    dry_run || die "--compartment-id is missing: the OCID of the compartment to use (in the console: Identity, Compartments)"
    compartment='<compartment>'
fi
[[ $nodes == [12] ]] || die "--nodes $nodes: the free $FREE_OCPUS OCPU and $FREE_MEMORY_GB GB are one node or two"
needs oci "pip install oci-cli, then oci setup config"

# ── rules: what may reach what. OKE's own list, for a public API endpoint, private nodes and public load balancers.

# rule in|out PROTOCOL PEER [PEER TYPE] [PORTS]: one security rule as JSON. Protocols by number: 6 TCP, 1 ICMP.
rule() {
    local direction=$1 protocol=$2 peer=$3 type=${4:-CIDR_BLOCK} ports=${5:-} end=source options=
    [[ $direction == in ]] || end=destination
    [[ -z $ports ]] || options=",\"tcpOptions\":{\"destinationPortRange\":{\"min\":${ports%-*},\"max\":${ports#*-}}}"
    # "Fragmentation needed": path MTU discovery.
    [[ $protocol != 1 ]] || options=',"icmpOptions":{"type":3,"code":4}'
    printf '{"protocol":"%s","%s":"%s","%sType":"%s","isStateless":false%s}' "$protocol" "$end" "$peer" "$end" "$type" "$options"
}
list() {
    local IFS=,
    printf '[%s]' "$*"
}

make_network() {
    local vcn internet nat services services_name gateway public private api_rules node_rules balancer_rules

    ensure "network" vcn --cidr-blocks "[\"$VCN_CIDR\"]" --dns-label "${name//[^a-z0-9]/}" --display-name "$name-vcn"
    vcn=$REPLY
    ensure "internet gateway" internet-gateway --vcn-id "$vcn" --is-enabled true --display-name "$name-internet"
    internet=$REPLY
    ensure "NAT gateway" nat-gateway --vcn-id "$vcn" --display-name "$name-nat"
    nat=$REPLY
    # All of Oracle's own services in this region: images of the nodes, their registration.
    services=$(look '<services-id>' network service list --query "data[?starts_with(\"cidr-block\", 'all-')] | [0].id")
    services_name=$(look '<services-cidr>' network service list --query "data[?starts_with(\"cidr-block\", 'all-')] | [0].\"cidr-block\"")
    ensure "service gateway" service-gateway --vcn-id "$vcn" --services "[{\"serviceId\":\"$services\"}]" \
        --display-name "$name-services"
    gateway=$REPLY

    ensure "route for public subnets" route-table --vcn-id "$vcn" --display-name "$name-public" --route-rules \
        "[{\"destination\":\"$ANYWHERE\",\"destinationType\":\"CIDR_BLOCK\",\"networkEntityId\":\"$internet\"}]"
    public=$REPLY
    ensure "route for the nodes" route-table --vcn-id "$vcn" --display-name "$name-private" --route-rules \
        "[{\"destination\":\"$ANYWHERE\",\"destinationType\":\"CIDR_BLOCK\",\"networkEntityId\":\"$nat\"},{\"destination\":\"$services_name\",\"destinationType\":\"SERVICE_CIDR_BLOCK\",\"networkEntityId\":\"$gateway\"}]"
    private=$REPLY

    ensure "rules of the Kubernetes API" security-list --vcn-id "$vcn" --display-name "$name-api" \
        --ingress-security-rules "$(list "$(rule in 6 "$allow_from" CIDR_BLOCK 6443-6443)" \
            "$(rule in 6 "$NODES_CIDR" CIDR_BLOCK 6443-6443)" "$(rule in 6 "$NODES_CIDR" CIDR_BLOCK 12250-12250)" \
            "$(rule in 1 "$NODES_CIDR")")" \
        --egress-security-rules "$(list "$(rule out 6 "$services_name" SERVICE_CIDR_BLOCK 443-443)" \
            "$(rule out 6 "$NODES_CIDR")" "$(rule out 1 "$NODES_CIDR")")"
    api_rules=$REPLY
    ensure "rules of the nodes" security-list --vcn-id "$vcn" --display-name "$name-nodes" \
        --ingress-security-rules "$(list "$(rule in all "$NODES_CIDR")" "$(rule in 6 "$API_CIDR")" "$(rule in 1 "$ANYWHERE")" \
            "$(rule in 6 "$BALANCERS_CIDR" CIDR_BLOCK 30000-32767)" "$(rule in 6 "$BALANCERS_CIDR" CIDR_BLOCK 10256-10256)")" \
        --egress-security-rules "$(list "$(rule out all "$ANYWHERE")" "$(rule out 6 "$services_name" SERVICE_CIDR_BLOCK 443-443)")"
    node_rules=$REPLY
    ensure "rules of the load balancers" security-list --vcn-id "$vcn" --display-name "$name-balancers" \
        --ingress-security-rules "$(list "$(rule in 6 "$ANYWHERE" CIDR_BLOCK 80-80)" "$(rule in 6 "$ANYWHERE" CIDR_BLOCK 443-443)")" \
        --egress-security-rules "$(list "$(rule out 6 "$NODES_CIDR" CIDR_BLOCK 30000-32767)" \
            "$(rule out 6 "$NODES_CIDR" CIDR_BLOCK 10256-10256)")"
    balancer_rules=$REPLY

    ensure "subnet of the Kubernetes API" subnet --vcn-id "$vcn" --cidr-block "$API_CIDR" --route-table-id "$public" \
        --security-list-ids "[\"$api_rules\"]" --dns-label api --display-name "$name-api"
    api_subnet=$REPLY
    ensure "subnet of the nodes" subnet --vcn-id "$vcn" --cidr-block "$NODES_CIDR" --route-table-id "$private" \
        --security-list-ids "[\"$node_rules\"]" --prohibit-public-ip-on-vnic true --dns-label nodes --display-name "$name-nodes"
    nodes_subnet=$REPLY
    ensure "subnet of the load balancers" subnet --vcn-id "$vcn" --cidr-block "$BALANCERS_CIDR" --route-table-id "$public" \
        --security-list-ids "[\"$balancer_rules\"]" --dns-label balancers --display-name "$name-balancers"
    balancers_subnet=$REPLY
    vcn_id=$vcn
}

cluster_appears() {
    cluster=$(find_cluster "$compartment" "$name") && [[ -n $cluster ]]
}
pool_appears() {
    pool=$(find_node_pool "$compartment" "$cluster" "$name-arm64") && [[ -n $pool ]]
}

make_cluster() {
    cluster=$(find_cluster "$compartment" "$name")
    if [[ -n $cluster ]]; then
        say "cluster: there already"
        detail "$cluster"
    else
        [[ -n $kubernetes_version ]] || kubernetes_version=$(look '<newest-version>' ce cluster-options get \
            --cluster-option-id all --query 'data."kubernetes-versions" | sort(@) | [-1]')
        say "cluster: creating $name, Kubernetes $kubernetes_version (some eight minutes)"
        # A basic cluster's control plane costs nothing; an enhanced one's does.
        run oci ce cluster create --compartment-id "$compartment" --name "$name" --type BASIC_CLUSTER --vcn-id "$vcn_id" \
            --kubernetes-version "$kubernetes_version" --endpoint-subnet-id "$api_subnet" --endpoint-public-ip-enabled true \
            --service-lb-subnet-ids "[\"$balancers_subnet\"]" --cluster-pod-network-options '[{"cniType":"FLANNEL_OVERLAY"}]' \
            --freeform-tags "$TAGS" "${READS[@]}" >"$(command_output)"
        wait_until 300 "the cluster's request" cluster_appears
        if dry_run; then cluster='<cluster>'; fi
    fi
    wait_until 1800 "the cluster" is_state "$cluster" ACTIVE ce cluster get --cluster-id
}

make_nodes() {
    local image zones placement zone
    pool=$(find_node_pool "$compartment" "$cluster" "$name-arm64")
    if [[ -n $pool ]]; then
        say "node pool: there already"
        detail "$pool"
    else
        kubernetes_version=$(look "${kubernetes_version:-<version>}" ce cluster get --cluster-id "$cluster" \
            --query 'data."kubernetes-version"')
        image=$(look '<arm64-image>' ce node-pool-options get --node-pool-option-id all --node-pool-os-type OL8 \
            --node-pool-os-arch AARCH64 --node-pool-k8s-version "$kubernetes_version" \
            --query "data.sources[?contains(\"source-name\", 'aarch64')] | [0].\"image-id\"")
        [[ -n $image ]] || die "OKE has no arm64 image for $kubernetes_version: give another --kubernetes-version"
        zones=$(look '<availability-domain>' iam availability-domain list --compartment-id "$compartment" \
            --query "data[*].name | join(',', @)")
        placement=
        while IFS= read -r zone; do
            placement+=${placement:+,}"{\"availabilityDomain\":\"$zone\",\"subnetId\":\"$nodes_subnet\"}"
        done < <(tr , '\n' <<<"$zones")
        say "node pool: creating $nodes of $SHAPE, together $FREE_OCPUS OCPU and $FREE_MEMORY_GB GB (some five minutes)"
        run oci ce node-pool create --compartment-id "$compartment" --cluster-id "$cluster" --name "$name-arm64" \
            --kubernetes-version "$kubernetes_version" --node-shape "$SHAPE" \
            --node-shape-config "{\"ocpus\":$((FREE_OCPUS / nodes)),\"memoryInGBs\":$((FREE_MEMORY_GB / nodes))}" \
            --node-image-id "$image" --node-boot-volume-size-in-gbs "$BOOT_VOLUME_GB" --size "$nodes" \
            --placement-configs "[$placement]" --freeform-tags "$TAGS" "${READS[@]}" >"$(command_output)"
        wait_until 300 "the node pool's request" pool_appears
        if dry_run; then pool='<node-pool>'; fi
    fi
    if ! dry_run; then wait_until 1800 "the nodes" nodes_are_active "$pool"; fi
}

# An A1 node often cannot be had at once ("Out of host capacity"): OKE tries again by itself, and this says what it waits for.
nodes_are_active() {
    local state reason
    state=$(look '' ce node-pool get --node-pool-id "$1" --query "length(data.nodes[?\"lifecycle-state\"=='ACTIVE'])")
    [[ ${state:-0} != "$nodes" ]] || return 0
    reason=$(look '' ce node-pool get --node-pool-id "$1" --query 'data.nodes[?"node-error"]."node-error".message | [0]')
    detail "${state:-0} of $nodes nodes are there${reason:+: $reason}"
    return 1
}

make_access() {
    say "access: $kubeconfig"
    run mkdir -p "$(dirname "$kubeconfig")"
    run oci ce cluster create-kubeconfig --cluster-id "$cluster" --file "$kubeconfig" --token-version 2.0.0 \
        --kube-endpoint PUBLIC_ENDPOINT "${READS[@]}"
    if ! dry_run; then chmod 600 "$kubeconfig"; fi
}

make_network
make_cluster
make_nodes
make_access
say "the cluster is ready: kubectl get nodes; next: infra/oke/dapr-init.sh"
