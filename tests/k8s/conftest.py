"""A cluster for all tests of this folder, and Dapr's control plane on it for those that want it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.install import Binaries
from tests.k8s.cluster import Cluster
from tests.k8s.dapr import ControlPlane
from tests.k8s.tools import dapr_chart, monitor_crds

_FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """These take minutes, and the first time many: they run when they are asked for."""
    named = any(path == _FOLDER or _FOLDER in path.parents for path in _named(config))
    if not named:
        skip = pytest.mark.skip(reason="They take some minutes: `make test-k8s` runs them")
        for item in items:
            if _FOLDER in item.path.parents:
                item.add_marker(skip)


def _named(config: pytest.Config) -> list[Path]:
    words = (str(word).partition("::")[0] for word in config.invocation_params.args)
    return [(config.invocation_params.dir / word).resolve() for word in words if not word.startswith("-")]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API server that knows Dapr's resources, and the Prometheus operator's."""
    with Cluster(tmp_path_factory.mktemp("cluster")) as running:
        for path in (*sorted((dapr_chart() / "crds").glob("*.yaml")), *monitor_crds()):
            running.kubectl("apply", "--server-side", "-f", path)
        running.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        yield running


@pytest.fixture(scope="module")
def dapr(cluster: Cluster, binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """Dapr's control plane, for one module: without its injector no pod with a sidecar could be made afterwards."""
    with ControlPlane(cluster, binaries, tmp_path_factory.mktemp("dapr")) as running:
        yield running
