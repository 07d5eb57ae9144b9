"""What can be checked of the stacks by reading: each is complete, and production's files are in it as they are."""

from pathlib import Path

import pytest
import yaml

from contracts import names
from runtime.backing import DEFAULT, NAMED, Backing, Pubsub, Secrets, State, Tasks
from runtime.errors import InvalidTopology
from runtime.layout import Layout
from runtime.topology import Topology
from tests.components.resources import LOCAL, PRODUCTION, PROJECT, components, load, undefined_policies
from tests.components.test_sets import APPS, COMPONENTS, known_settings

REDIS = PROJECT / "components" / "redis"


@pytest.fixture(params=sorted(set(NAMED) - {DEFAULT}))
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """What the sidecars of a stack load."""
    layout = Layout(tmp_path)
    layout.create()
    return Backing.named(request.param).write_components(layout)


def test_each_stack_has_the_components_of_the_local_one_for_the_same_apps(folder: Path) -> None:
    found, local = components(folder), components(LOCAL)
    assert set(found) == set(local)
    for name, item in found.items():
        assert item.scopes >= local[name].scopes, name
        assert item.spec["type"].split(".")[0] == local[name].spec["type"].split(".")[0]
    assert found[names.ACTOR_STATE_STORE].settings["actorStateStore"] == "true"


def test_each_stack_names_policies_that_it_defines(folder: Path) -> None:
    assert undefined_policies(folder) == []
    for item in load(folder):
        assert item.scopes <= APPS


def test_every_choice_is_in_some_stack() -> None:
    for kind in (Pubsub, State, Tasks, Secrets):
        chosen = {value for backing in NAMED.values() for value in vars_of(backing) if isinstance(value, kind)}
        assert chosen == set(kind)


def vars_of(backing: Backing) -> tuple[object, ...]:
    return backing.pubsub, backing.state, backing.tasks, backing.secrets


def test_an_environment_has_room_for_secrets_of_one_value_only() -> None:
    for name, backing in NAMED.items():
        if backing.secrets is not Secrets.ENVIRONMENT:
            continue
        for file in backing.files():
            for document in yaml.safe_load_all(file.read_text()):
                for setting in document.get("spec", {}).get("metadata") or ():
                    reference = setting.get("secretKeyRef")
                    assert reference is None or reference["name"] == reference["key"], f"{name}: {file.name}"


def test_kafka_and_postgresql_are_productions_own_files() -> None:
    files = set(Backing.named("kafka-postgresql").files())
    missing = {path.name for path in PRODUCTION.glob("*.yaml") if path not in files}
    # The secrets of Kubernetes; configurations, which are taken as they are; push services, which are the local ones.
    assert missing == {
        "secretstores-kubernetes.yaml",
        "config.yaml",
        "config-audit.yaml",
        "config-notification.yaml",
        "push-services.yaml",
    }
    assert (PRODUCTION / "push-services.yaml").read_bytes() == (LOCAL / "push-services.yaml").read_bytes()


def test_the_run_files_folders_are_replaced(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.create()
    topology = Topology.load(PROJECT / "dapr.yaml")
    assert topology.on(Backing(), layout) == topology
    for app in topology.on(Backing.named("kafka-postgresql"), layout).apps:
        assert app.resources == (layout.components,)
        assert [path.parent.name for path in app.configs] == ["production", "matrix"]
        assert all(path.is_file() for path in app.configs)


def test_an_unknown_stack_is_refused() -> None:
    with pytest.raises(InvalidTopology, match="choose from jetstream-sqlite"):
        Backing.named("rabbitmq")


@pytest.mark.parametrize("name", sorted(components(REDIS)))
def test_every_setting_of_the_redis_set_is_one_that_the_component_knows(name: str) -> None:
    item = components(REDIS)[name]
    known = known_settings(item)
    if known is None:
        pytest.skip("Dapr's sources are not in Go's module cache")
    assert set(item.settings) <= known


def test_the_redis_set_keeps_a_message_whose_handler_fails() -> None:
    """The component acknowledges it unless processingTimeout has passed: daprd must try for longer than that."""
    (policy,) = (item for item in load(REDIS) if item.kind == "Resiliency")
    retry = policy.spec["policies"]["retries"][policy.spec["targets"]["components"]["pubsub"]["inbound"]["retry"]]
    assert retry["policy"] == "constant"
    tried_for = int(retry["duration"].removesuffix("s")) * retry["maxRetries"]
    assert tried_for > int(components(REDIS)[names.PUBSUB].settings["processingTimeout"].removesuffix("s"))


def test_the_redis_set_is_part_of_the_components(tmp_path: Path) -> None:
    assert set(components(REDIS)) < COMPONENTS
