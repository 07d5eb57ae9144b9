"""Runs a pod's containers as processes, as a kubelet would: with the pod's arguments, variables and tokens.

What this machine cannot give a pod is replaced: ports, as all pods share one loopback address; files, as nothing is
mounted; the addresses of services, as there is no cluster DNS.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.k8s.cluster import Cluster, Document


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
    variables = {"KUBECONFIG": str(kubeconfig), "KUBE_CONFIG": str(kubeconfig)}
    audience = _sentry_audience(pod)
    if audience:
        path = folder / f"{name}.sentry-token"
        path.write_text(cluster.account_token(namespace, account, audience=audience, pod=pod))
        variables["DAPR_SENTRY_TOKEN_FILE"] = str(path)
    return variables


def _sentry_audience(pod: Document) -> str | None:
    for volume in pod["spec"].get("volumes", ()):
        if volume["name"] in {"dapr-identity-token", "dapr-identity-token-volume"}:
            audience: str = volume["projected"]["sources"][0]["serviceAccountToken"]["audience"]
            return audience
    return None
