"""A cluster for all tests of this folder, with Dapr's own chart installed as docs say."""

from collections.abc import Iterator

import pytest

from tests.k8s.chart import DAPR_NAMESPACE, DAPR_VALUES
from tests.k8s.cluster import Cluster
from tests.k8s.tools import dapr_chart


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API server with Dapr's resources known; its control plane does not run."""
    with Cluster(tmp_path_factory.mktemp("cluster")) as running:
        for path in sorted((dapr_chart() / "crds").glob("*.yaml")):
            running.kubectl("apply", "--server-side", "-f", path)
        running.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        yield running


__all__ = ["DAPR_NAMESPACE", "DAPR_VALUES"]
