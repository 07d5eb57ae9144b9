#!/usr/bin/env bash
# Makes the account that CI deploys with, and prints a kubeconfig for it. It may do what the chart needs in one namespace, and nothing
# anywhere else.
#
# usage: infra/oke/deployer.sh [--namespace NAME] [--valid HOURS] >kubeconfig
#
#   --namespace NAME   where the app is, or will be (todo)
#   --valid HOURS      how long the token is good for (2160: 90 days); run this again for a new one
#   --dry-run          print the commands, and call no tool
#   --help
#
# Put what it prints into the secret KUBECONFIG of the environment `oke` (docs/cicd-pipeline.md), and delete the file.
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../../scripts/lib.sh"

namespace=todo
valid=2160

while (($#)); do
    case $1 in
    --namespace) namespace=$(value_of "$@"); shift 2 ;;
    --valid) valid=$(value_of "$@"); shift 2 ;;
    --dry-run) DRY_RUN=true && shift ;;
    --help | -h) help_of "$0" && exit ;;
    *) die "unknown option $1 (see --help)" ;;
    esac
done
[[ $valid =~ ^[1-9][0-9]*$ ]] || die "--valid is a number of hours"
needs kubectl "it comes with OCI's Cloud Shell, and from kubernetes.io"

manifest() {
    cat <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: $namespace }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: deployer, namespace: $namespace }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: deployer, namespace: $namespace }
rules:
  - apiGroups: [""]
    resources: [configmaps, persistentvolumeclaims, secrets, serviceaccounts, services]
    verbs: &all [get, list, watch, create, update, patch, delete]
  - apiGroups: [""]
    resources: [pods, pods/log, events]
    verbs: [get, list, watch, create, delete]
  - apiGroups: [""]
    resources: [pods/exec] # the check looks at the sidecars from inside
    verbs: [create, get]
  - { apiGroups: [apps], resources: [deployments, replicasets, statefulsets], verbs: *all }
  - { apiGroups: [batch], resources: [jobs], verbs: *all }
  - { apiGroups: [autoscaling], resources: [horizontalpodautoscalers], verbs: *all }
  - { apiGroups: [policy], resources: [poddisruptionbudgets], verbs: *all }
  - { apiGroups: [networking.k8s.io], resources: [ingresses, networkpolicies], verbs: *all }
  - { apiGroups: [rbac.authorization.k8s.io], resources: [roles, rolebindings], verbs: *all }
  - { apiGroups: [dapr.io], resources: [components, configurations, resiliencies, subscriptions], verbs: *all }
  - { apiGroups: [monitoring.coreos.com], resources: [podmonitors, prometheusrules, servicemonitors], verbs: *all }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: deployer, namespace: $namespace }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer }
subjects: [{ kind: ServiceAccount, name: deployer, namespace: $namespace }]
YAML
}

# of QUERY: a part of the kubeconfig in use.
of() { kubectl config view --minify --raw --flatten --output "jsonpath={$1}"; }

say "the account deployer in $namespace"
if dry_run; then
    print_command kubectl apply --server-side --force-conflicts --filename - --request-timeout 30s
    print_command kubectl --namespace "$namespace" create token deployer --duration "${valid}h" --request-timeout 30s
    exit
fi
manifest | kubectl apply --server-side --force-conflicts --filename - --request-timeout 30s >&2
token=$(kubectl --namespace "$namespace" create token deployer --duration "${valid}h" --request-timeout 30s)
server=$(of .clusters[0].cluster.server)
authority=$(of .clusters[0].cluster.certificate-authority-data)
[[ -n $token && -n $server && -n $authority ]] || die "kubectl did not say the token, the server or its certificate"
cat <<YAML
apiVersion: v1
kind: Config
current-context: oke
clusters: [{ name: oke, cluster: { server: "$server", certificate-authority-data: "$authority" } }]
users: [{ name: deployer, user: { token: "$token" } }]
contexts: [{ name: oke, context: { cluster: oke, user: deployer, namespace: "$namespace" } }]
YAML
