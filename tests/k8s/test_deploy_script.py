"""scripts/deploy-oke.sh with the real Helm and kubectl on a real API server, as the account that CI deploys with."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.k8s.chart import RELEASE
from tests.k8s.cluster import Cluster
from tests.k8s.kubelet import Kubelet, image_of
from tests.k8s.tools import tool

pytestmark = [pytest.mark.k8s, pytest.mark.timeout(600)]

PROJECT = Path(__file__).resolve().parents[2]
NAMESPACE = "deploy-script"
SECRETS = {
    "KAFKA_BROKERS": "a.example.com:9092",
    "KAFKA_USERNAME": "todo",
    "KAFKA_PASSWORD": "pass word",
    "DATABASE_URL": "postgresql://u:p@db.example.com/todo?sslmode=require&channel_binding=require",
}


def run(script: str, *words: str, kubeconfig: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A script of ours, with the tools of these tests."""
    return subprocess.run(
        [str(PROJECT / script), "--namespace", NAMESPACE, *words],
        env={
            "PATH": os.pathsep.join([*{str(tool(name).parent) for name in ("helm", "kubectl")}, "/usr/bin", "/bin"]),
            "HOME": str(kubeconfig.parent),
            "KUBECONFIG": str(kubeconfig),
            "PATIENCE": "0",
            "POLL_SECONDS": "0.2",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def deployer(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kubeconfig that infra/oke/deployer.sh prints."""
    done = run("infra/oke/deployer.sh", "--valid", "1", kubeconfig=cluster.kubeconfig)
    assert done.returncode == 0, done.stderr
    path = tmp_path_factory.mktemp("deployer") / "kubeconfig"
    path.write_text(done.stdout)
    return path


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nobody gives out addresses of load balancers here; and one pod of each is enough."""
    path = tmp_path_factory.mktemp("values") / "values.yaml"
    one = {"replicas": 1}
    services = {"chat-api": one | {"autoscaling": {"enabled": False}}, "reminder-actor": one, "scheduler": one}
    frontend = one | {"service": {"type": "ClusterIP"}}
    path.write_text(yaml.safe_dump({"frontend": frontend, "services": services}))
    return path


@pytest.fixture(scope="module", autouse=True)
def kubelet(cluster: Cluster, deployer: Path) -> Iterator[Kubelet]:
    """Pods come up, but for those of a broken image."""
    del deployer  # made the namespace
    with Kubelet(cluster, NAMESPACE, runs=lambda pod: not image_of(pod).endswith(":broken")).working() as working:
        yield working


def tags(cluster: Cluster) -> set[str]:
    """Of the images that are asked for."""
    return {
        container["image"].rpartition(":")[2]
        for item in cluster.items(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments")
        for container in item["spec"]["template"]["spec"]["containers"]
    }


def deploy(deployer: Path, values: Path, tag: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """As the workflow does."""
    options = ("--only-app", "--tag", tag, "--values", str(values), *words)
    return run("scripts/deploy-oke.sh", *options, kubeconfig=deployer, **env)


@pytest.fixture(scope="module", autouse=True)
def deployed(kubelet: Kubelet, deployer: Path, values: Path) -> subprocess.CompletedProcess[str]:
    """The first release."""
    del kubelet
    return deploy(deployer, values, "good", "--skip-verify", "--timeout", "120s", **SECRETS)


def test_it_deploys(cluster: Cluster, deployed: subprocess.CompletedProcess[str]) -> None:
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    assert tags(cluster) == {"good"}
    assert cluster.secret_values(NAMESPACE, "todo-postgresql") == {"connection-string": SECRETS["DATABASE_URL"]}


def test_what_does_not_get_ready_is_taken_back(cluster: Cluster, deployer: Path, values: Path) -> None:
    done = deploy(deployer, values, "broken", "--timeout", "20s")
    assert done.returncode == 1
    assert "THE UPGRADE FAILED" in done.stderr
    assert tags(cluster) == {"good"}


def test_what_does_not_pass_the_check_is_taken_back(cluster: Cluster, deployer: Path, values: Path) -> None:
    """No pod has a sidecar here, and nothing answers."""
    done = deploy(deployer, values, "unfit", "--timeout", "120s", "--url", "http://127.0.0.1:1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "no sidecar" in done.stdout
    assert "ROLLING BACK" in done.stderr
    assert "serves again" in done.stderr
    assert tags(cluster) == {"good"}


def test_what_was_interrupted_is_cleared_up(cluster: Cluster, deployer: Path, values: Path) -> None:
    upgrade = [
        tool("helm"),
        "upgrade",
        RELEASE,
        PROJECT / "charts/todo-app",
        "--namespace",
        NAMESPACE,
        "--reuse-values",
    ]
    interrupted = subprocess.Popen(
        [*upgrade, "--set-string", "image.tag=broken", "--wait", "--timeout", "120s"],
        env={"KUBECONFIG": str(deployer), "HOME": str(deployer.parent), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        cluster.eventually(lambda: tags(cluster), lambda found: "broken" in found)
    finally:
        interrupted.kill()
        interrupted.wait(10)
    done = deploy(deployer, values, "better", "--skip-verify", "--timeout", "120s")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "an earlier run was interrupted" in done.stderr
    assert tags(cluster) == {"better"}


def test_the_account_sees_its_namespace_only(cluster: Cluster, deployer: Path) -> None:
    def asks(*words: str) -> str:
        return subprocess.run(
            [tool("kubectl"), "auth", "can-i", *words],
            env={"KUBECONFIG": str(deployer), "HOME": str(deployer.parent), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        ).stdout.strip()

    assert asks("create", "deployments", "--namespace", NAMESPACE) == "yes"
    for words in (
        ("get", "secrets", "--namespace", "kube-system"),
        ("list", "nodes"),
        ("create", "clusterroles"),
        ("get", "namespaces"),
    ):
        assert asks(*words) == "no", words
