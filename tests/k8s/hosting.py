"""Runs a pod's containers as processes, as a kubelet would: with the pod's arguments, variables and tokens.

What this machine cannot give a pod is replaced: ports, as all pods share one loopback address; files, as nothing is
mounted; the addresses of services, as there is no cluster DNS.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.k8s.chart import DAPR_NAMESPACE
from tests.k8s.cluster import Cluster, Document

# The audience of the token that sentry looks at. The pods of Dapr's chart name it in a volume; the injector adds that
# volume to others only where it finds a file at a fixed path of its own container, which it has not got here.
SENTRY: Final = f"spiffe://cluster.local/ns/{DAPR_NAMESPACE}/dapr-sentry"


def container_of(pod: Document, name: str) -> Document:
    """A container of a pod, a native sidecar among them."""
    spec = pod["spec"]
    found = [item for item in (*spec.get("initContainers", ()), *spec["containers"]) if item["name"] == name]
    assert found, f"{pod['metadata']['name']} has no container {name}"
    container: Document = found[0]
    return container


def command_of(container: Document, env: dict[str, str]) -> list[str]:
    """Its command and arguments, with ``$(NAME)`` filled in."""
    words = [*container.get("command", ()), *container.get("args", ())]
    return [re.sub(r"\$\(([A-Z_]+)\)", lambda found: env.get(found[1], found[0]), word) for word in words]


def with_flags(command: list[str], flags: list[str]) -> list[str]:
    """The command with these flags for its own of the same names; ``--name=value`` and ``--name value`` alike."""
    replaced = {flag.partition("=")[0] for flag in flags}
    kept: list[str] = []
    words = iter(command)
    for word in words:
        name, equals, _ = word.partition("=")
        if name in replaced:
            if not equals:
                next(words)
            continue
        kept.append(word)
    return [*kept, *flags]


def environment(cluster: Cluster, pod: Document, container: Document) -> dict[str, str]:
    """Its variables, those of Secrets and of the pod itself resolved."""
    return dict(_environment(cluster, pod, container))


def _environment(cluster: Cluster, pod: Document, container: Document) -> Iterator[tuple[str, str]]:
    namespace = pod["metadata"]["namespace"]
    fields = {
        "metadata.name": pod["metadata"]["name"],
        "metadata.namespace": namespace,
        "status.podIP": "127.0.0.1",
    }
    for item in container.get("env", ()):
        source = item.get("valueFrom")
        if source is None:
            yield item["name"], item.get("value", "")
        elif "secretKeyRef" in source:
            reference = source["secretKeyRef"]
            yield item["name"], cluster.secret_values(namespace, reference["name"])[reference["key"]]
        else:
            yield item["name"], fields[source["fieldRef"]["fieldPath"]]


def identity(cluster: Cluster, pod: Document, folder: Path) -> dict[str, str]:
    """The pod's two tokens, as a kubelet would mount them: for the API server, and the one for Dapr's sentry."""
    metadata, account = pod["metadata"], pod["spec"]["serviceAccountName"]
    namespace, name = metadata["namespace"], metadata["name"]
    token = cluster.account_token(namespace, account, pod=pod)
    kubeconfig = cluster.write_kubeconfig(folder / f"{name}.kubeconfig", token)
    variables = {
        "KUBECONFIG": str(kubeconfig),
        "KUBE_CONFIG": str(kubeconfig),
        "DAPR_UNSAFE_SKIP_CONTAINER_UID_GID_CHECK": "true",  # this machine's user may be root
    }
    path = folder / f"{name}.sentry-token"
    path.write_text(cluster.account_token(namespace, account, audience=SENTRY, pod=pod))
    return variables | {"DAPR_SENTRY_TOKEN_FILE": str(path)}
