"""Who may call whom and use which topic (contracts/access.py) is what the component sets and the chart say.

A new service, topic or call belongs into contracts/asyncapi.py (SENDERS, RECEIVERS), contracts/access.py (CALLERS),
both pubsub components (the scopes) and the chart's values (callers); daprd refuses all else.
"""

from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from contracts import access, names
from runtime.topology import Topology
from tests.components.resources import PROJECT, components

APPS = {app.app_id for app in Topology.load(PROJECT / "dapr.yaml").apps}
TOPICS = {names.TASK_EVENTS, names.TASK_UPDATES, names.REMINDERS, names.NOTIFICATIONS, names.DEAD_LETTERS}
SETS = sorted(folder for folder in (PROJECT / "components").iterdir() if names.PUBSUB in components(folder))


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_the_topics_are_those_of_the_contracts(folder: Path) -> None:
    settings = components(folder)[names.PUBSUB].settings
    assert set(settings["allowedTopics"].split(",")) == TOPICS
    assert set(settings["protectedTopics"].split(",")) == TOPICS


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_each_app_has_the_topics_it_needs_and_no_other(folder: Path) -> None:
    settings = components(folder)[names.PUBSUB].settings
    assert scopes_of(settings["publishingScopes"]) == {
        app: access.publishable(app) for app in access.APPS if access.publishable(app)
    }
    readers = {app: access.subscribable(app) for app in access.APPS if access.subscribable(app)}
    assert scopes_of(settings["subscriptionScopes"]) == readers


def scopes_of(text: str) -> dict[str, set[str]]:
    """As daprd reads it (pkg/scopes): app=topic,topic;app=topic, with any spaces."""
    parts = (part.split("=") for part in text.replace(" ", "").split(";"))
    return {app: set(topics.split(",")) for app, topics in parts}


def test_all_sets_are_compared() -> None:
    assert {folder.name for folder in SETS} >= {"local", "production"}


def test_every_app_and_every_call_between_services_is_in_the_table() -> None:
    assert set(access.APPS) == APPS
    methods = {value for name, value in vars(names).items() if name.endswith("_METHOD")}
    assert methods == {one for callers in access.CALLERS.values() for group in callers.values() for one in group}
    assert all(set(callers) <= APPS for callers in access.CALLERS.values())


def test_the_chart_lets_in_whom_the_table_names() -> None:
    services = yaml.safe_load((PROJECT / "charts" / "todo-app" / "values.yaml").read_text())["services"]
    methods = {one for callers in access.CALLERS.values() for group in callers.values() for one in group}
    for callee, callers in access.CALLERS.items():
        allowed = services[callee].get("callers") or {}
        assert {
            caller: {method for method in methods if any(fnmatch(method, pattern) for pattern in patterns)}
            for caller, patterns in allowed.items()
        } == {caller: set(group) for caller, group in callers.items()}, callee
