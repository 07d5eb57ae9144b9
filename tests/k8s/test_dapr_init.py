"""infra/oke/dapr-init.sh and teardown.sh with the real Helm and kubectl on a real API server; charts from loopback."""

import functools
import http.server
import os
import subprocess
import threading
from collections.abc import Iterator

import pytest

from tests.components.resources import PROJECT
from tests.k8s.chart import CHART, DAPR_NAMESPACE, RELEASE
from tests.k8s.cluster import Cluster
from tests.k8s.kubelet import Kubelet
from tests.k8s.tools import DAPR, dapr_chart, tool

pytestmark = [pytest.mark.k8s, pytest.mark.timeout(600)]

SCHEDULER = f"/apis/apps/v1/namespaces/{DAPR_NAMESPACE}/statefulsets/dapr-scheduler-server"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A chart repository with Dapr's chart; its address."""
    folder = tmp_path_factory.mktemp("charts")
    env = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    versions = ("--version", DAPR, "--app-version", DAPR)
    for words in (("package", dapr_chart(), "--destination", folder, *versions), ("repo", "index", folder)):
        subprocess.run([tool("helm"), *words], env=env, check=True, capture_output=True, timeout=60)
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join(10)


def run(cluster: Cluster, script: str, *words: str, **env: str) -> str:
    """A script of ours as the administrator; what it said."""
    done = subprocess.run(
        [PROJECT / "infra" / "oke" / script, *words],
        env={
            "PATH": os.pathsep.join([*{str(tool(name).parent) for name in ("helm", "kubectl")}, "/usr/bin", "/bin"]),
            "HOME": str(cluster.folder),
            "KUBECONFIG": str(cluster.kubeconfig),
            **env,
        },
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr


def test_dapr_is_installed_installed_again_and_removed(cluster: Cluster, charts: str) -> None:
    """From nothing, and over what is there; then all of it is gone, with the volumes."""
    install = functools.partial(
        run, cluster, "dapr-init.sh", "--dapr-version", DAPR, "--no-dashboard", DAPR_CHARTS=charts
    )
    cluster.namespace("todo")
    with Kubelet(cluster, "todo").working():
        cluster.helm("install", RELEASE, CHART, "-n", "todo", timeout=300)
    with Kubelet(cluster, DAPR_NAMESPACE).working():
        assert "150 of 200 GB" in install()  # there are no nodes here
        scheduler = cluster.get(SCHEDULER)["spec"]
        assert scheduler["replicas"] == 3
        (claim,) = scheduler["volumeClaimTemplates"]
        assert claim["spec"]["storageClassName"] == "oci-bv"
        assert claim["spec"]["resources"]["requests"]["storage"] == "50Gi"
        before = cluster.get(SCHEDULER)["metadata"]["generation"]
        install()
        assert cluster.get(SCHEDULER)["metadata"]["generation"] == before, "again it changes nothing"
    assert cluster.items("/api/v1/persistentvolumeclaims")
    run(cluster, "teardown.sh", "--keep-cluster", "--yes")
    left = {item["metadata"]["name"] for item in cluster.items("/api/v1/namespaces")}
    assert not {"todo", DAPR_NAMESPACE} & left
    assert not cluster.items("/api/v1/persistentvolumeclaims")
    assert "Dapr" in run(cluster, "teardown.sh", "--keep-cluster", "--yes"), "again it finds nothing, and says no error"
