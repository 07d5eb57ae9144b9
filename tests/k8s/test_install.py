"""The chart on a real API server: what it refuses, what it makes of it, and how releases follow each other."""

from pathlib import Path

import httpx
import pytest

from tests.k8s.chart import CHART, EVERYTHING, MINIKUBE, OKE, RELEASE, VALUES, Refused, of_kind
from tests.k8s.chart import values as chart_values
from tests.k8s.cluster import Cluster
from tests.k8s.kubelet import Kubelet, image_of

pytestmark = [pytest.mark.k8s, pytest.mark.timeout(600)]

BEFORE = Path(__file__).parent / "todo-app-0.1.0"
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}

# Once as it is, once with all that can be switched on.
INSTALLED = {"minikube": MINIKUBE, "oke": (*OKE, *EVERYTHING)}

both = pytest.mark.parametrize("values", VALUES)


def wanted_pods(*arguments: str) -> int:
    return sum(
        int(item.spec.get("replicas", 1))
        for kind in ("Deployment", "StatefulSet")
        for item in of_kind(kind, *arguments).values()
    )


def complaints(cluster: Cluster, namespace: str) -> list[str]:
    """Warnings, without those of the API server about itself: its repair loop reads Services and their addresses one
    after the other, and warns of each Service that was made in between.
    """
    events = cluster.items(f"/api/v1/namespaces/{namespace}/events")
    return [
        f"{event['reason']}: {event['message']}"
        for event in events
        if event["type"] == "Warning" and event["reportingComponent"] != "ipallocator-repair-controller"
    ]


def deployments(cluster: Cluster, namespace: str) -> set[str]:
    return {item["metadata"]["name"] for item in cluster.items(f"/apis/apps/v1/namespaces/{namespace}/deployments")}


def dry_run(cluster: Cluster, namespace: str, *arguments: str) -> str:
    """Helm's dry run on the server renders with it; whether the server would take the result, only kubectl's asks."""
    printed = cluster.helm("install", RELEASE, CHART, "-n", namespace, "--dry-run=server", *arguments)
    manifest = printed.partition("HOOKS:")[2].partition("NOTES:")[0].replace("MANIFEST:\n", "")
    return cluster.kubectl("create", "-n", namespace, "--dry-run=server", "-f", "-", input=manifest)


@both
def test_the_api_server_takes_a_dry_run(cluster: Cluster, values: str) -> None:
    namespace = cluster.namespace(f"dry-{values}", **RESTRICTED)
    taken = dry_run(cluster, namespace, *VALUES[values], *EVERYTHING)
    kinds = {line.split(".")[0].split("/")[0] for line in taken.splitlines()}
    workloads = {"deployment", "job", "pod", "horizontalpodautoscaler", "poddisruptionbudget"}
    assert workloads | {"networkpolicy", "ingress", "service", "servicemonitor"} <= kinds
    assert {"component", "configuration", "resiliency"} <= kinds
    assert not deployments(cluster, namespace)


def test_the_api_server_refuses_what_is_wrong(cluster: Cluster) -> None:
    """So that the dry run's success says something."""
    namespace = cluster.namespace("dry-wrong", **RESTRICTED)
    with pytest.raises(Refused, match=r"spec\.replicas: Invalid value: -1"):
        dry_run(cluster, namespace, "--set", "frontend.replicas=-1", "--skip-schema-validation")
    with pytest.raises(Refused, match="violates PodSecurity"):
        cluster.kubectl("run", "root", "--image=x", "-n", namespace)


@both
def test_it_installs_and_every_pod_is_admitted(cluster: Cluster, values: str) -> None:
    namespace = cluster.namespace(f"real-{values}", **RESTRICTED)
    arguments = INSTALLED[values]
    with Kubelet(cluster, namespace).working() as kubelet:
        cluster.helm("install", RELEASE, CHART, "-n", namespace, *arguments)
        pods = cluster.eventually(lambda: cluster.pods(namespace), lambda pods: len(pods) >= wanted_pods(*arguments))
        assert len(pods) == wanted_pods(*arguments)
        assert {"migrations", "topics"} <= set(kubelet.ran)
        cluster.helm("test", RELEASE, "-n", namespace)
        assert "test" in kubelet.ran
        assert complaints(cluster, namespace) == []
        # Each account reads the Secrets of its components, and no other.
        account = f"system:serviceaccount:{namespace}:{RELEASE}-notification"
        for secret, answer in (
            ("vapid-private-key", "yes"),
            ("todo-kafka", "yes"),
            (f"{RELEASE}-chat-api-app-token", "no"),
        ):
            assert answer == _may_read(cluster, namespace, account, secret)
        kept = set(chart_values()["secrets"]["generated"])
        cluster.helm("uninstall", RELEASE, "-n", namespace)
        left = {item["metadata"]["name"] for item in cluster.items(f"/api/v1/namespaces/{namespace}/secrets")}
        assert left == kept
        cluster.eventually(lambda: cluster.pods(namespace), lambda pods: not pods)


def _may_read(cluster: Cluster, namespace: str, account: str, secret: str) -> str:
    try:
        return cluster.kubectl("auth", "can-i", "get", f"secret/{secret}", "-n", namespace, "--as", account).strip()
    except Refused:
        return "no"


@both
def test_from_0_1_0_and_back(cluster: Cluster, values: str) -> None:
    namespace = cluster.namespace(f"upgrade-{values}", **RESTRICTED)
    old = {f"{RELEASE}-todo-app-frontend", f"{RELEASE}-todo-app-backend"}
    new = set(of_kind("Deployment", *VALUES[values]))
    with Kubelet(cluster, namespace).working() as kubelet:
        cluster.helm("install", RELEASE, BEFORE, "-n", namespace, "--wait")
        assert deployments(cluster, namespace) == old
        cluster.helm("upgrade", RELEASE, CHART, "-n", namespace, *VALUES[values])
        assert deployments(cluster, namespace) == new
        assert "migrations" in kubelet.ran
        cluster.helm("rollback", RELEASE, "1", "-n", namespace, "--wait")
        assert deployments(cluster, namespace) == old
        cluster.helm("rollback", RELEASE, "2", "-n", namespace)
        assert deployments(cluster, namespace) == new
    assert complaints(cluster, namespace) == []


def test_an_upgrade_keeps_what_was_generated(cluster: Cluster) -> None:
    namespace = cluster.namespace("kept", **RESTRICTED)

    def made() -> dict[str, dict[str, str]]:
        names = [item["metadata"]["name"] for item in cluster.items(f"/api/v1/namespaces/{namespace}/secrets")]
        return {name: cluster.secret_values(namespace, name) for name in names if not name.startswith("sh.helm")}

    with Kubelet(cluster, namespace).working():
        cluster.helm("install", RELEASE, CHART, "-n", namespace)
        before = made()
        cluster.helm("upgrade", RELEASE, CHART, "-n", namespace, "--set", "frontend.replicas=1")
        assert made() == before
        assert len(before) > 10


def test_a_release_that_does_not_come_up_is_taken_back(cluster: Cluster) -> None:
    """`--atomic`, as the pipeline deploys. Nobody gives out addresses of load balancers here."""
    namespace = cluster.namespace("atomic", **RESTRICTED)
    deploy = ("upgrade", "--install", RELEASE, CHART, "-n", namespace, "--atomic", *VALUES["oke"])
    deploy += ("--set", "frontend.service.type=ClusterIP")
    runs = Kubelet(cluster, namespace, runs=lambda pod: not image_of(pod).endswith(":broken"))
    with runs.working():
        cluster.helm(*deploy, "--set", "image.tag=good", "--timeout", "60s")
        with pytest.raises(Refused, match="rolled back due to atomic being set"):
            cluster.helm(*deploy, "--set", "image.tag=broken", "--timeout", "5s")
        images = {
            container["image"]
            for item in cluster.items(f"/apis/apps/v1/namespaces/{namespace}/deployments")
            for container in item["spec"]["template"]["spec"]["containers"]
        }
        assert {image.rpartition(":")[2] for image in images} == {"good"}
        cluster.eventually(
            lambda: {image_of(pod).rpartition(":")[2] for pod in cluster.pods(namespace)}, lambda tags: tags == {"good"}
        )


def test_a_migration_that_fails_stops_the_upgrade_before_it_begins(cluster: Cluster) -> None:
    namespace = cluster.namespace("migration", **RESTRICTED)
    deploy = ("upgrade", "--install", RELEASE, CHART, "-n", namespace, *VALUES["oke"])
    with Kubelet(cluster, namespace).working():
        cluster.helm(*deploy, "--set", "image.tag=good")
    with (
        Kubelet(cluster, namespace, run=lambda _: 1).working(),
        pytest.raises(Refused, match="pre-upgrade hooks failed"),
    ):
        cluster.helm(*deploy, "--set", "image.tag=broken,migrations.activeDeadlineSeconds=10", "--timeout", "60s")
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{RELEASE}-chat-api"
    assert cluster.get(path)["spec"]["template"]["spec"]["containers"][0]["image"].endswith(":good")


def test_the_api_server_is_the_version_that_is_meant(cluster: Cluster) -> None:
    assert cluster.get("/version")["gitVersion"].startswith("v1.34")
    with pytest.raises(httpx.HTTPStatusError):
        cluster.get("/api/v1/namespaces/nobody/secrets/none")
