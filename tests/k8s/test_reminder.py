"""The whole system from the chart: every service of it beside its own sidecar, and a reminder that fires.

Real: the API server, Dapr's control plane, the sidecars with the identities, tokens, Secrets, certificates, components,
policies and configurations of their pods; Kafka with TLS and log-in; PostgreSQL; the services. Not there: a kubelet,
the images, and the pods' network (names are found in a file, a proxy stands for chat_api's Service).
"""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import grpc.aio
import httpx
import pytest

from contracts import names
from contracts.push import AskPushKey
from runtime import secrets_file
from runtime.errors import NotInstalled
from runtime.install import Binaries
from runtime.layout import Layout
from runtime.parts.kafka import SECRET, Kafka
from runtime.ports import Ports
from tests.components.resources import PROJECT
from tests.k8s.chart import CHART, OKE, RELEASE
from tests.k8s.cluster import Cluster, Document
from tests.k8s.dapr import ControlPlane
from tests.k8s.hosting import command_of, environment
from tests.k8s.kubelet import Kubelet
from tests.k8s.processes import Process
from tests.k8s.sidecar import HostedPod
from tests.support.person import Person
from tests.support.postgres import Postgres, find_binaries
from tests.support.proxy import RoundRobin

pytestmark = [pytest.mark.k8s, pytest.mark.timeout(600)]

NAMESPACE = "reminders"
REPLICAS = (
    "services.chat-api.autoscaling.enabled=false,services.reminder-actor.replicas=1,services.scheduler.replicas=1"
)


@dataclass
class System:
    """What runs."""

    pods: dict[str, list[HostedPod]] = field(default_factory=dict)
    frontend: str = ""
    backend: str = ""
    ran: dict[str, str] = field(default_factory=dict)

    def pod(self, app_id: str) -> HostedPod:
        """The first of an app."""
        return self.pods[app_id][0]


class _Jobs:
    """Runs the containers of jobs here, as far as this machine has their programs."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.ran: dict[str, str] = {}

    def run(self, pod: Document) -> int:
        (container,) = pod["spec"]["containers"]
        env = environment(self._cluster, pod, container)
        program, *arguments = command_of(container, env)
        if program != "python":
            return 0  # `rpk`: there is no such broker here
        answer = subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env={"PATH": "/usr/bin:/bin", **env},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.ran[container["name"]] = answer.stdout + answer.stderr
        return answer.returncode


@pytest.fixture(scope="module")
def system(
    cluster: Cluster, dapr: ControlPlane, binaries: Binaries, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """The chart, installed as on OKE, and its pods hosted."""
    server = find_binaries()
    if server is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    folder = tmp_path_factory.mktemp("system")
    with contextlib.ExitStack() as running:
        postgres = running.enter_context(Postgres(server, user="todo", password="not-a-secret"))
        kafka = running.enter_context(_kafka(folder))
        cluster.namespace(NAMESPACE, **{"pod-security.kubernetes.io/enforce": "restricted"})
        cluster.secret(NAMESPACE, "todo-kafka", **kafka.credentials)
        cluster.secret(NAMESPACE, "todo-postgresql", connection_string=postgres.connection_string)
        jobs = _Jobs(cluster)
        with Kubelet(cluster, NAMESPACE, run=jobs.run).working():
            cluster.helm("install", RELEASE, CHART, "-n", NAMESPACE, *OKE, "--set", REPLICAS)
        _find_names_in(folder / "names.db", cluster)
        yield _host(cluster, dapr, binaries, folder, running, jobs, kafka.sidecar_env)


@dataclass(frozen=True, slots=True)
class _Broker:
    credentials: dict[str, str]
    sidecar_env: Mapping[str, str]


@contextlib.contextmanager
def _kafka(folder: Path) -> Iterator[_Broker]:
    layout = Layout(folder / "broker")
    layout.create()
    server = Kafka(layout, Ports())
    try:
        launch = server.prepare()
    except NotInstalled as error:
        pytest.skip(str(error))
    with Process("kafka", launch.argv, folder=folder, env=launch.env):
        asyncio.run(asyncio.wait_for(server.started(), 90))
        yield _Broker(secrets_file.read(layout.secrets)[SECRET], launch.sidecar_env)


def _find_names_in(file: Path, cluster: Cluster) -> None:
    """There is no DNS of a cluster here."""
    path = f"/apis/dapr.io/v1alpha1/namespaces/{NAMESPACE}"
    names_of_apps = {
        "component": "sqlite",
        "version": "v1",
        "configuration": {"connectionString": str(file)},
    }
    for item in cluster.items(f"{path}/configurations"):
        cluster.patch(f"{path}/configurations/{item['metadata']['name']}", {"spec": {"nameResolution": names_of_apps}})


def _host(  # noqa: PLR0917 - all of it is needed
    cluster: Cluster,
    dapr: ControlPlane,
    binaries: Binaries,
    folder: Path,
    running: contextlib.ExitStack,
    jobs: _Jobs,
    sidecar_env: Mapping[str, str],
) -> System:
    system = System(ran=jobs.ran)
    for pod in cluster.pods(NAMESPACE, "dapr.io/sidecar-injected=true"):
        hosted = running.enter_context(HostedPod(cluster, dapr, binaries, pod, folder, env=sidecar_env))
        hosted.start_service()
        system.pods.setdefault(hosted.app_id, []).append(hosted)
    for hosted in (one for group in system.pods.values() for one in group):
        hosted.wait_ready()
    for hosted in system.pods[names.CHAT_API]:
        assert hosted.service
        hosted.service.wait_until(lambda hosted=hosted: _ready(hosted), within=60)  # type: ignore[misc]
    actor = system.pod(names.REMINDER_ACTOR)
    actor.daprd.wait_until(lambda: names.REMINDER_ACTOR_TYPE in str(actor.metadata().get("actorRuntime")))
    return system


def _ready(hosted: HostedPod) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{hosted.page_port}/readyz", timeout=3).is_success
    except httpx.HTTPError:
        return False


@contextlib.asynccontextmanager
async def frontend(cluster: Cluster, system: System, folder: Path) -> AsyncIterator[tuple[str, RoundRobin]]:
    """The page's own pod, before the replicas of the API; its address."""
    urls = [f"http://127.0.0.1:{pod.page_port}" for pod in system.pods[names.CHAT_API]]
    (pod, *_) = cluster.pods(NAMESPACE, "app.kubernetes.io/component=frontend")
    (container,) = pod["spec"]["containers"]
    env = environment(cluster, pod, container)
    assert env["BACKEND_URL"] == f"http://{RELEASE}-chat-api"
    port = Ports().pick()
    async with RoundRobin.before(urls) as service:
        env |= {"BACKEND_URL": service.url, "HOST": "127.0.0.1", "PORT": str(port), "PYTHONPATH": str(PROJECT)}
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
        # What `helm test` runs, with the address that the page has here.
        (script,) = CHART.glob("files/set-a-reminder.py")
        checked = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-I", script, url],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert checked.returncode == 0, checked.stderr
        assert "fired after" in checked.stdout


def test_the_hook_brought_the_schema_up_to_date(system: System) -> None:
    assert "the database has the newest schema" in system.ran["migrations"]


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
    assert f"URI:spiffe://public/ns/{NAMESPACE}/{names.CHAT_API}" in identity
