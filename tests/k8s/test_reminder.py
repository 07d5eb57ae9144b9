"""The whole system from the chart: every service of it beside its own sidecar, and a reminder that fires.

Real: the API server, Dapr's control plane, the sidecars with the identities, tokens, Secrets, certificates, components,
policies and configurations of their pods; Kafka, on OKE with TLS and log-in; PostgreSQL; the services; the hooks and
the release's own test. Not there: a kubelet, the images (`rpk` has a stand-in), and the pods' network (names are found
in a file, a proxy stands for chat_api's Service).
"""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import grpc.aio
import httpx
import pytest
import yaml

from contracts import names
from contracts.push import AskPushKey
from runtime.install import Binaries
from runtime.ports import Ports
from tests.components.resources import PROJECT
from tests.k8s.chart import CHART, RELEASE, VALUES, Refused
from tests.k8s.cluster import Cluster
from tests.k8s.dapr import ControlPlane
from tests.k8s.hosting import command_of, environment
from tests.k8s.kubelet import Kubelet
from tests.k8s.outside import Outside
from tests.k8s.processes import Process
from tests.k8s.sidecar import HostedPod
from tests.support.person import Person
from tests.support.proxy import RoundRobin

pytestmark = [pytest.mark.k8s, pytest.mark.timeout(900)]

FEWER = (
    "services.chat-api.autoscaling.enabled=false,services.reminder-actor.replicas=1,services.scheduler.replicas=1,"
    "frontend.service.type=ClusterIP,topics.replicationFactor=1"
)
"""One copy where one shows it; and nobody gives out addresses of load balancers here."""
PAGE = f"http://{RELEASE}-frontend:80"
"""As the test of the release knows it."""


@dataclass
class System:
    """What runs."""

    outside: Outside
    namespace: str
    pods: dict[str, list[HostedPod]] = field(default_factory=dict)

    def pod(self, app_id: str) -> HostedPod:
        """The first of an app."""
        return self.pods[app_id][0]


@pytest.fixture(scope="module", params=VALUES)
def system(
    request: pytest.FixtureRequest,
    cluster: Cluster,
    dapr: ControlPlane,
    binaries: Binaries,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[System]:
    """The chart, installed with one of its sets of values, and its pods hosted."""
    Outside.require()
    folder = tmp_path_factory.mktemp("system")
    with contextlib.ExitStack() as running:
        outside = Outside(cluster, folder, running)
        namespace = f"reminders-{request.param}"
        cluster.namespace(namespace, **{"pod-security.kubernetes.io/enforce": "restricted"})
        if request.param == "oke":
            outside.provide(namespace)
        with Kubelet(cluster, namespace, runs=outside.start, run=outside.run).working():
            values = (*VALUES[request.param], "--set", FEWER)
            cluster.helm(
                "install", RELEASE, CHART, "-n", namespace, *values, "--wait", "--timeout", "170s", timeout=180
            )
            if request.param == "minikube":
                outside.lead_here(namespace)
            _find_names_in(folder / "names.db", cluster, namespace)
            system = System(outside, namespace)
            _host(system, cluster, dapr, binaries)
            yield system


def _find_names_in(file: Path, cluster: Cluster, namespace: str) -> None:
    """There is no DNS of a cluster here."""
    path = f"/apis/dapr.io/v1alpha1/namespaces/{namespace}"
    names_of_apps = {
        "component": "sqlite",
        "version": "v1",
        "configuration": {"connectionString": str(file)},
    }
    for item in cluster.items(f"{path}/configurations"):
        cluster.patch(f"{path}/configurations/{item['metadata']['name']}", {"spec": {"nameResolution": names_of_apps}})


def _host(system: System, cluster: Cluster, dapr: ControlPlane, binaries: Binaries) -> None:
    outside = system.outside
    for pod in cluster.pods(system.namespace, "dapr.io/sidecar-injected=true"):
        hosted = HostedPod(cluster, dapr, binaries, pod, outside.folder, env=outside.sidecar_env)
        outside.running.enter_context(hosted).start_service()
        system.pods.setdefault(hosted.app_id, []).append(hosted)
    for hosted in (one for group in system.pods.values() for one in group):
        hosted.wait_ready()
    for hosted in system.pods[names.CHAT_API]:
        assert hosted.service
        hosted.service.wait_until(lambda hosted=hosted: _ready(hosted), within=120)  # type: ignore[misc]
    actor = system.pod(names.REMINDER_ACTOR)
    actor.daprd.wait_until(lambda: names.REMINDER_ACTOR_TYPE in str(actor.metadata().get("actorRuntime")))


def _ready(hosted: HostedPod) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{hosted.page_port}/readyz", timeout=3).is_success
    except httpx.HTTPError:
        return False


@contextlib.asynccontextmanager
async def frontend(cluster: Cluster, system: System, folder: Path) -> AsyncIterator[tuple[str, RoundRobin]]:
    """The page's own pod, before the replicas of the API; its address."""
    urls = [f"http://127.0.0.1:{pod.page_port}" for pod in system.pods[names.CHAT_API]]
    (pod, *_) = cluster.pods(system.namespace, "app.kubernetes.io/component=frontend")
    (container,) = pod["spec"]["containers"]
    env = environment(cluster, pod, container)
    assert env["BACKEND_URL"] == f"http://{RELEASE}-chat-api"
    ports = Ports()
    port = ports.pick()
    async with RoundRobin.before(urls) as service:
        env |= {"BACKEND_URL": service.url, "HOST": "127.0.0.1", "PORT": str(port), "PYTHONPATH": str(PROJECT)}
        env |= {"MONITORING_HOST": "127.0.0.1", "MONITORING_PORT": str(ports.pick())}
        _, *arguments = command_of(container, env)
        url = f"http://127.0.0.1:{port}"
        with Process("frontend", [sys.executable, *arguments], folder=folder, env=env) as process:
            async with asyncio.timeout(30):
                while "Uvicorn running" not in process.log and not await asyncio.to_thread(_healthy, url):
                    await asyncio.sleep(0.1)
            yield url, service


def _healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=2).is_success
    except httpx.HTTPError:
        return False


async def test_a_reminder_fires_through_the_page_s_own_address(
    cluster: Cluster, system: System, tmp_path: Path
) -> None:
    async with frontend(cluster, system, tmp_path) as (url, service):
        page = await asyncio.to_thread(httpx.get, url, timeout=10)
        assert "<html" in page.text
        async with Person.registered(url) as person, person.listening() as ear:
            for number in range(3):
                answer = await person.say(f"remind me in {3 + number} seconds to stretch {number}")
                assert "stretch" in answer["reply"]
            heard = await ear.wait_for(3, within=30)
            assert sorted(ear.titles) == ["stretch 0", "stretch 1", "stretch 2"]
            assert max(item.lag for item in heard) < 5
            assert len(await person.inbox()) == 3
        assert sum(count > 0 for count in service.served.values()) == 2, "both replicas of the API answered"
        system.outside.places[PAGE] = url
        await asyncio.to_thread(cluster.helm, "test", RELEASE, "-n", system.namespace, "--timeout", "90s")
        assert "fired after" in system.outside.ran["test"]


def test_every_service_tells_prometheus_its_figures_and_is_ready(system: System) -> None:
    for hosted in (one for group in system.pods.values() for one in group):
        url = f"http://127.0.0.1:{hosted.monitoring_port}"
        assert httpx.get(f"{url}/readyz", timeout=5).json()["status"] == "ready", hosted.app_id
        assert "todo_" in httpx.get(f"{url}/metrics", timeout=5).text, hosted.app_id


def test_without_the_page_the_release_does_not_pass_its_test(cluster: Cluster, system: System) -> None:
    system.outside.places[PAGE] = f"http://127.0.0.1:{Ports().pick()}"
    with pytest.raises(Refused, match="test"):
        cluster.helm("test", RELEASE, "-n", system.namespace, "--timeout", "90s")
    assert "Connection refused" in system.outside.ran["test"]


def test_the_hook_made_the_topics_and_leaves_them_as_they_are(cluster: Cluster, system: System) -> None:
    """By its own script, with the variables of its own container."""
    wanted = {names.TASK_EVENTS, names.TASK_UPDATES, names.REMINDERS, names.NOTIFICATIONS, names.DEAD_LETTERS}
    assert system.outside.topics() == dict.fromkeys(wanted, 3)
    assert {line for line in system.outside.ran["topics"].splitlines() if line} == {f"made {name}" for name in wanted}
    hooks = yaml.safe_load_all(cluster.helm("get", "hooks", RELEASE, "-n", system.namespace))
    (job,) = (item for item in hooks if item["metadata"]["name"] == f"{RELEASE}-topics")
    pod = {"metadata": {"name": "topics", "namespace": system.namespace}, "spec": job["spec"]["template"]["spec"]}
    assert system.outside.run(pod) == 0, system.outside.ran["topics"]
    assert system.outside.ran["topics"] == ""


def test_the_hook_brought_the_schema_up_to_date(system: System) -> None:
    assert "the database has the newest schema" in system.outside.ran["migrations"]


async def test_a_sidecar_refuses_a_service_that_has_no_business_there(system: System) -> None:
    """chat_api may ask the notification service for its key, and may not schedule a job: mTLS says who calls."""
    allowed = await _invoke(system.pod(names.CHAT_API), names.NOTIFICATION, names.PUSH_KEY_METHOD)
    assert allowed == "OK"
    refused = await _invoke(system.pod(names.CHAT_API), names.SCHEDULER, names.CANCEL_METHOD)
    assert refused.startswith("PERMISSION_DENIED"), refused
    assert "access control policy has denied access" in refused


async def _invoke(caller: HostedPod, app_id: str, method: str) -> str:
    metadata = (("dapr-app-id", app_id), ("dapr-api-token", caller.token))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{caller.grpc_port}") as channel:
        try:
            await channel.unary_unary(method)(AskPushKey().model_dump_json().encode(), timeout=10, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            return f"{error.code().name}: {error.details()}"
    return "OK"


def test_the_sidecars_serve_nobody_without_the_token_and_show_each_other_certificates(system: System) -> None:
    pod = system.pod(names.CHAT_API)
    assert httpx.get(f"http://127.0.0.1:{pod.http_port}/v1.0/metadata", timeout=5).status_code == 401
    address = f"127.0.0.1:{pod.internal_port}"
    shown = subprocess.run(  # it asks for ours as well, and ends the connection without one
        ["openssl", "s_client", "-connect", address],  # noqa: S607
        input="",
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    ).stdout
    identity = subprocess.run(
        ["openssl", "x509", "-noout", "-ext", "subjectAltName"],  # noqa: S607
        input=shown,
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    ).stdout
    assert f"URI:spiffe://public/ns/{system.namespace}/{names.CHAT_API}" in identity
