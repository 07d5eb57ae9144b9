"""Installing Dapr: what it asks of Helm, and what it refuses for being no longer free."""

import pytest

from tests.scripts.conftest import Cloud

SCRIPT = "infra/oke/dapr-init.sh"
NODES = "kubectl get nodes"


def upgrade(cloud: Cloud, release: str) -> str:
    """The one Helm upgrade of a release."""
    (line,) = [line for line in cloud.lines if line.startswith(f"helm upgrade {release} ")]
    return line


def test_it_is_highly_available_with_volumes_that_are_free(cloud: Cloud) -> None:
    cloud.answer((NODES, 0, "node/one\n"))
    done = cloud.run(SCRIPT)
    assert "200 of 200 GB" in done.stderr
    line = upgrade(cloud, "dapr")
    assert "--values charts/dapr-values.yaml --set global.tag=1.18.3" in line
    assert "cluster.storageClassName=oci-bv" in line
    assert "cluster.storageSize=50Gi" in line
    assert upgrade(cloud, "dapr-dashboard")


def test_new_resource_types_come_before_the_new_control_plane(cloud: Cloud) -> None:
    cloud.answer((NODES, 0, "node/one\n"), ("helm show crds", 0, "kind: CustomResourceDefinition\n"))
    cloud.run(SCRIPT, "--dapr-version", "1.19.0")
    tools = [(call.tool, call.words[0]) for call in cloud.tools.calls]
    assert tools.index(("kubectl", "apply")) < tools.index(("helm", "upgrade"))
    (apply,) = [call for call in cloud.tools.calls if call.words[0] == "apply"]
    assert apply.stdin.strip() == "kind: CustomResourceDefinition"
    assert all("--version 1.19.0" in line for line in cloud.lines if "helm" in line and "dashboard" not in line)


@pytest.mark.parametrize(
    ("words", "code"),
    [((), 1), (("--scheduler-storage", "memory"), 0), (("--allow-paid",), 0), (("--scheduler-storage", "tape"), 1)],
)
def test_two_nodes_and_three_volumes_are_not_free(cloud: Cloud, words: tuple[str, ...], code: int) -> None:
    cloud.answer((NODES, 0, "node/one\nnode/two\n"))
    assert cloud.run(SCRIPT, *words, check=False).returncode == code
    installed = [line for line in cloud.lines if line.startswith("helm upgrade dapr ")]
    assert bool(installed) == (code == 0)
    if "memory" in words:
        assert "cluster.inMemoryStorage=true" in installed[0]


def test_a_failed_download_ends_it(cloud: Cloud) -> None:
    cloud.answer((NODES, 0, "node/one\n"), ("helm show crds", 1, ""))
    assert cloud.run(SCRIPT, check=False).returncode != 0
    assert not [line for line in cloud.lines if line.startswith("helm upgrade")]
