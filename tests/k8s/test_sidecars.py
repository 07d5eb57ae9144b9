"""Dapr's control plane on the chart: the injector makes the sidecars, and a real daprd is given its resources."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts import access, names
from runtime.install import Binaries
from tests.components.kafka_broker import KafkaBroker
from tests.components.loopback import Certificate
from tests.components.resources import PRODUCTION, load
from tests.k8s.chart import CHART, OKE, RELEASE, of_kind
from tests.k8s.cluster import Cluster, Document
from tests.k8s.dapr import ControlPlane
from tests.k8s.hosting import container_of
from tests.k8s.kubelet import Kubelet
from tests.k8s.sidecar import HostedPod
from tests.support.postgres import Postgres, find_binaries

pytestmark = [pytest.mark.k8s, pytest.mark.timeout(600)]

RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
_USER, _PASSWORD = "todo", "not-a-secret"


@dataclass(frozen=True, slots=True)
class Outside:
    """What a cluster on OKE finds outside: PostgreSQL (real), and a Kafka that lets one user in, over TLS."""

    postgres: Postgres
    broker: KafkaBroker
    certificate: Certificate


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    server = find_binaries()
    if server is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    certificate = Certificate.create(tmp_path_factory.mktemp("outside"))
    with (
        Postgres(server, user=_USER, password=_PASSWORD) as postgres,
        KafkaBroker(certificate, username=_USER, password=_PASSWORD) as broker,
    ):
        yield Outside(postgres, broker, certificate)


@pytest.fixture(scope="module")
def namespace(cluster: Cluster, dapr: ControlPlane, outside: Outside) -> Iterator[str]:
    """The chart as OKE has it, in a namespace that enforces the strictest Pod Security Standard."""
    name = cluster.namespace("sidecars", **RESTRICTED)
    cluster.secret(name, "todo-kafka", brokers=outside.broker.address, username=_USER, password=_PASSWORD)
    cluster.secret(name, "todo-postgresql", connection_string=outside.postgres.connection_string)
    with Kubelet(cluster, name).working():
        cluster.helm("install", RELEASE, CHART, "-n", name, *OKE)
        pods = sum(int(item.spec.get("replicas", 2)) for item in of_kind("Deployment", *OKE).values())
        cluster.eventually(lambda: cluster.pods(name), lambda found: len(found) >= pods - 1)
        yield name


def pod_of(cluster: Cluster, namespace: str, app_id: str) -> Document:
    return cluster.eventually(lambda: cluster.pods(namespace, f"app.kubernetes.io/component={app_id}"), bool)[0]


Host = Callable[[str], HostedPod]


@pytest.fixture
def host(  # noqa: PLR0917 - fixtures
    cluster: Cluster, dapr: ControlPlane, namespace: str, binaries: Binaries, outside: Outside, tmp_path: Path
) -> Host:
    """Makes the sidecar of an app ready to run."""
    env = {"SSL_CERT_FILE": str(outside.certificate.certificate)}
    return lambda app_id: HostedPod(cluster, dapr, binaries, pod_of(cluster, namespace, app_id), tmp_path, env=env)


def app_ids() -> list[str]:
    """The services of the chart. Helm is asked only when a test runs."""
    return sorted(name.removeprefix("todo-") for name in of_kind("Configuration", *OKE))


def test_every_pod_of_a_service_comes_back_with_the_sidecar_it_asks_for(cluster: Cluster, namespace: str) -> None:
    for app_id in app_ids():
        for pod in cluster.pods(namespace, f"app.kubernetes.io/component={app_id}"):
            _check_sidecar(pod, app_id)


def _check_sidecar(pod: Document, app_id: str) -> None:
    asked = pod["metadata"]["annotations"]
    (daprd,) = (item for item in pod["spec"]["initContainers"] if item["name"] == "daprd")
    assert daprd["restartPolicy"] == "Always", "a native sidecar"
    words = [*daprd.get("command", ()), *daprd["args"]]
    flags = dict(zip(words, [*words[1:], ""], strict=True))
    assert flags["--app-id"] == app_id
    assert flags["--app-port"] == asked["dapr.io/app-port"]
    assert flags["--app-protocol"] == "grpc"
    assert flags["--config"] == asked["dapr.io/config"] == f"todo-{app_id}"
    assert flags["--mode"] == "kubernetes"
    assert flags["--log-level"] == asked["dapr.io/log-level"]
    assert flags["--dapr-graceful-shutdown-seconds"] == asked["dapr.io/graceful-shutdown-seconds"]
    assert flags["--dapr-block-shutdown-duration"] == asked["dapr.io/block-shutdown-duration"]
    assert {"--log-as-json", "--enable-mtls"} <= set(words)
    assert daprd["resources"] == {
        "requests": {
            "cpu": asked["dapr.io/sidecar-cpu-request"],
            "memory": asked["dapr.io/sidecar-memory-request"],
        },
        "limits": {"memory": asked["dapr.io/sidecar-memory-limit"]},
    }
    env = {item["name"]: item.get("value", item.get("valueFrom")) for item in daprd["env"]}
    assert env["GOMEMLIMIT"].endswith("MiB")
    service = container_of(pod, app_id)
    theirs = {item["name"]: item.get("value", item.get("valueFrom")) for item in service["env"]}
    for variable in ("DAPR_API_TOKEN", "APP_API_TOKEN"):
        assert env[variable] == theirs[variable], "both have the same token"
    assert theirs["DAPR_GRPC_PORT"] == flags["--dapr-grpc-port"]
    assert daprd["securityContext"]["readOnlyRootFilesystem"] is True


def test_pods_without_a_sidecar_stay_as_they_are(cluster: Cluster, namespace: str) -> None:
    pod = pod_of(cluster, namespace, "frontend")
    assert [item["name"] for item in pod["spec"]["containers"]] == ["frontend"]
    assert "initContainers" not in pod["spec"]


def test_the_operator_makes_the_services_that_sidecars_and_prometheus_look_for(
    cluster: Cluster, namespace: str
) -> None:
    for app_id in app_ids():
        path = f"/api/v1/namespaces/{namespace}/services/{app_id}-dapr"
        service = cluster.eventually(lambda path=path: _get_or_none(cluster, path), bool)  # type: ignore[misc]
        ports = {port["name"]: port["port"] for port in service["spec"]["ports"]}
        assert ports["dapr-internal"] == 50002, "the network policy lets this one in"
        assert ports["dapr-metrics"] == 9090
        assert service["metadata"]["labels"]["dapr.io/enabled"] == "true", "the ServiceMonitor looks for it"


def _get_or_none(cluster: Cluster, path: str) -> Document | None:
    try:
        return cluster.get(path)
    except Exception:  # noqa: BLE001 - not yet
        return None


@pytest.mark.parametrize("app_id", [app for app in access.APPS if app != names.CONSOLE])  # which has none
def test_a_real_daprd_gets_its_resources_from_the_operator(host: Host, outside: Outside, app_id: str) -> None:
    """With the identity of the pod: sentry signs it, the operator serves it, the API server gives it these Secrets."""
    scoped = [item for item in load(PRODUCTION) if app_id in item.scopes]
    with host(app_id) as pod:
        pod.wait_loaded()
        expected = {item.name for item in scoped if item.kind == "Component"}
        # On Kubernetes daprd adds a store of its own, which no app may read (config.yaml).
        assert pod.components() - {"kubernetes"} == expected
        assert pod.policies() == {item.name for item in scoped if item.kind == "Resiliency"}
        assert outside.broker.logins[app_id, True], "the user and password came out of the Secret"
        for secret in ("todo-kafka", "todo-postgresql"):
            for store in (names.SECRET_STORE, "kubernetes"):
                assert pod.get(f"/v1.0/secrets/{store}/{secret}").status_code == 403, "by its Configuration"
        own = pod.get(f"/v1.0/secrets/{names.SECRET_STORE}/{names.VAPID_SECRET}")
        assert own.status_code == (200 if app_id == names.NOTIFICATION else 403)
        assert '"level":"error"' not in pod.daprd.log.replace("placement", "")


def test_a_sidecar_cannot_read_what_its_account_may_not(cluster: Cluster, namespace: str, host: Host) -> None:
    """With the Configuration out of the way, the Role still holds."""
    path = f"/apis/dapr.io/v1alpha1/namespaces/{namespace}/configurations/todo-scheduler"
    before = cluster.get(path)["spec"]["secrets"]
    cluster.patch(path, {"spec": {"secrets": {"scopes": [{"storeName": "secretstore", "defaultAccess": "allow"}]}}})
    try:
        with host(names.SCHEDULER) as pod:
            pod.wait_loaded()
            answer = pod.get(f"/v1.0/secrets/{names.SECRET_STORE}/{names.VAPID_SECRET}")
            assert answer.status_code == 500
            assert "forbidden" in answer.text
            assert pod.get(f"/v1.0/secrets/{names.SECRET_STORE}/todo-kafka").status_code == 200
    finally:
        cluster.patch(path, {"spec": {"secrets": before}})
