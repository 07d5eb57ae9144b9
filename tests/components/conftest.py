"""What the production set needs from outside, on loopback.

Real: daprd with all its components, and PostgreSQL. Stand-ins: the Kubernetes API (one call of it) and the Kafka broker
(up to the login). The production files are loaded as they are: what differs comes by the secrets and the environment.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime.install import Binaries
from tests.components.daprd import Daprd
from tests.components.kafka_broker import KafkaBroker
from tests.components.kubernetes_api import KubernetesApi
from tests.components.loopback import Certificate
from tests.components.resources import PRODUCTION
from tests.support.postgres import Postgres, find_binaries

NAMESPACE = "todo"
_USER, _PASSWORD = "todo", "not-a-secret"

# Found by file instead of by multicast: nothing leaves loopback, and no other test's app of the same name is found.
_NAME_RESOLUTION = """
apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata:
  name: names
spec:
  nameResolution:
    component: sqlite
    configuration:
      connectionString: "{file}"
"""


@dataclass(frozen=True, slots=True)
class World:
    """The servers around a sidecar, and the way to start one."""

    broker: KafkaBroker
    kubernetes: KubernetesApi
    postgres: Postgres
    environment: dict[str, str]
    configs: tuple[Path, ...]
    binary: Path
    folder: Path

    def daprd(
        self, app_id: str, resources: Path = PRODUCTION, *, app_port: int | None = None, **environment: str
    ) -> Daprd:
        """A sidecar for this app; `environment` changes what it sees."""
        return Daprd(
            self.binary,
            app_id,
            resources=resources,
            configs=self.configs,
            env={**self.environment, **environment},
            folder=self.folder,
            app_port=app_port,
        )


@pytest.fixture(scope="module")
def world(binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything the set connects to, once for a module."""
    server = find_binaries()
    if server is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    folder = tmp_path_factory.mktemp("production")
    certificate = Certificate.create(folder)
    with (
        Postgres(server, user=_USER, password=_PASSWORD) as postgres,
        KafkaBroker(certificate, username=_USER, password=_PASSWORD) as broker,
        KubernetesApi(
            certificate,
            NAMESPACE,
            {
                "todo-kafka": {"brokers": broker.address, "username": _USER, "password": _PASSWORD},
                "todo-postgresql": {"connection-string": postgres.connection_string},
                "todo-app": {"greeting": "hello"},
            },
        ) as kubernetes,
    ):
        names = folder / "names.yaml"
        names.write_text(_NAME_RESOLUTION.format(file=folder / "names.db"))
        yield World(
            broker=broker,
            kubernetes=kubernetes,
            postgres=postgres,
            environment={
                "KUBECONFIG": str(kubernetes.write_kubeconfig(folder / "kubeconfig")),
                "NAMESPACE": NAMESPACE,
                "SSL_CERT_FILE": str(certificate.certificate),
            },
            configs=(PRODUCTION / "config.yaml", names),
            binary=binaries.daprd,
            folder=folder,
        )


Plant = Callable[[str, str, str], Path]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Copies the production set with one piece of text replaced in one of its files."""

    def copy(file: str, old: str, new: str) -> Path:
        folder = tmp_path / "resources"
        folder.mkdir()
        for source in PRODUCTION.glob("*.yaml"):
            (folder / source.name).write_text(source.read_text())
        text = (folder / file).read_text()
        assert old in text, f"{file} does not contain {old!r}"
        (folder / file).write_text(text.replace(old, new))
        return folder

    return copy
