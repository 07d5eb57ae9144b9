"""What can be checked by reading: the names of the sets, and the mistakes that daprd does not report."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from contracts import names
from tests.components.conftest import Plant
from tests.components.resources import LOCAL, PRODUCTION, PROJECT, Resource, components, load, undefined_policies

APPS = {names.AUDIT, names.CHAT_API, names.NOTIFICATION, names.RECURRING, names.REMINDER_ACTOR, names.SCHEDULER}
PUSH_SERVICES = {
    names.push_binding(host)
    for host in ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com")
}
COMPONENTS = {
    names.PUBSUB,
    names.ACTOR_STATE_STORE,
    names.CONVERSATION_STORE,
    names.DELIVERY_STORE,
    names.DEAD_LETTER_STORE,
    names.AUDIT_STORE,
    names.SECRET_STORE,
    *PUSH_SERVICES,
}
CREDENTIALS = {"brokers", "saslUsername", "saslPassword", "connectionString"}

# The keys that daprd reads (pkg/apis/resiliency/v1alpha1); it passes over all others.
POLICY_KEYS = {
    "timeouts": None,
    "retries": {"policy", "duration", "maxInterval", "maxRetries", "matching"},
    "circuitBreakers": {"maxRequests", "interval", "timeout", "trip"},
}
TARGET_KEYS = {
    "apps": {"timeout", "retry", "circuitBreaker", "circuitBreakerCacheSize"},
    "actors": {"timeout", "retry", "circuitBreaker", "circuitBreakerScope", "circuitBreakerCacheSize"},
    "components": {"inbound", "outbound"},
}
DIRECTION_KEYS = {"timeout", "retry", "circuitBreaker"}

# Settings that the runtime or a shared library reads, not the component.
RUNTIME_SETTINGS = {
    "actorStateStore",
    "allowedTopics",
    "protectedTopics",
    "publishingScopes",
    "subscriptionScopes",
    "backOffPolicy",
    "backOffDuration",
    "backOffMaxRetries",
}


def policies(folder: Path) -> list[Resource]:
    """The Resiliency resources of a set."""
    return [item for item in load(folder) if item.kind == "Resiliency"]


def test_the_components_are_those_the_services_ask_for() -> None:
    assert set(components(PRODUCTION)) == COMPONENTS


def test_both_sets_have_the_same_components_for_the_same_apps() -> None:
    local, production = components(LOCAL), components(PRODUCTION)
    if not local:
        pytest.skip("components/local is empty")
    assert set(local) == set(production)
    building_block = {name: item.spec["type"].split(".")[0] for name, item in production.items()}
    assert {name: item.spec["type"].split(".")[0] for name, item in local.items()} == building_block
    for name, item in local.items():
        assert not item.scopes or item.scopes >= production[name].scopes, name
    assert local[names.ACTOR_STATE_STORE].settings["actorStateStore"] == "true"


def test_every_component_and_policy_is_scoped_to_apps_that_exist() -> None:
    for item in load(PRODUCTION):
        if item.kind != "Configuration":
            assert item.scopes, f"{item.file}: {item.name} has no scopes"
            assert item.scopes <= APPS, f"{item.file}: {item.name}"


def test_each_file_of_policies_or_configuration_holds_one_document() -> None:
    """daprd reads only the first one of these."""
    for path in PRODUCTION.glob("*.yaml"):
        documents = list(yaml.safe_load_all(path.read_text()))
        if {document["kind"] for document in documents} != {"Component"}:
            assert len(documents) == 1, path.name


def test_credentials_are_never_written_down() -> None:
    for item in components(PRODUCTION).values():
        for name in CREDENTIALS & set(item.settings):
            assert set(item.settings[name]) == {"name", "key"}, f"{item.file}: {name}"
            assert item.document["auth"] == {"secretStore": names.SECRET_STORE}


@pytest.mark.parametrize("folder", [LOCAL, PRODUCTION], ids=["local", "production"])
def test_a_push_service_is_reached_under_the_name_of_its_host_alone(folder: Path) -> None:
    """The service finds the binding by the host in a subscription: a name that lies would send elsewhere."""
    found = {name: item for name, item in components(folder).items() if name.startswith(names.PUSH_BINDING_PREFIX)}
    assert set(found) == PUSH_SERVICES
    for name, item in found.items():
        assert item.spec["type"] == "bindings.http"
        url = urlsplit(item.settings["url"])
        assert (url.scheme, url.path) == ("https", "")
        assert names.push_binding(url.hostname or "", url.port) == name
        assert item.scopes == {names.NOTIFICATION}, "no other app sends to where a browser says"


@pytest.mark.parametrize("folder", [LOCAL, PRODUCTION], ids=["local", "production"])
@pytest.mark.parametrize(
    ("app_id", "keys"),
    [(names.NOTIFICATION, [names.VAPID_SECRET, names.WEBHOOK_SECRET]), (names.AUDIT, [names.AUDIT_SECRET])],
)
def test_only_one_service_may_read_a_key(folder: Path, app_id: str, keys: list[str]) -> None:
    own, others = configuration(folder, f"config-{app_id}.yaml"), configuration(folder, "config.yaml")
    assert {key: value for key, value in own.items() if key != "secrets"} == {
        key: value for key, value in others.items() if key != "secrets"
    }
    (scope, *rest) = own["secrets"]["scopes"]
    assert scope == {
        "storeName": names.SECRET_STORE,
        "defaultAccess": "deny",
        "allowedSecrets": keys,
    }
    assert all(other["defaultAccess"] == "deny" for other in rest)
    denied = {one["storeName"]: one for one in others["secrets"]["scopes"]}[names.SECRET_STORE]["deniedSecrets"]
    assert set(keys) <= set(denied)


@pytest.mark.parametrize("folder", [LOCAL, PRODUCTION], ids=["local", "production"])
def test_only_the_audit_service_may_write_its_trail_and_nothing_in_it_expires(folder: Path) -> None:
    trail = components(folder)[names.AUDIT_STORE]
    assert trail.scopes == {names.AUDIT}
    assert trail.settings.get("cleanupInterval", "0") == "0"


def configuration(folder: Path, file: str) -> dict[str, Any]:
    """What a Configuration says."""
    (found,) = (item for item in load(folder) if item.file == file)
    return found.spec


def test_apps_are_denied_every_secret_that_a_component_uses() -> None:
    config = configuration(PRODUCTION, "config.yaml")
    scopes = {scope["storeName"]: scope for scope in config["secrets"]["scopes"]}
    used = {
        setting["name"]
        for item in components(PRODUCTION).values()
        for setting in item.settings.values()
        if isinstance(setting, dict)
    }
    keys = {names.VAPID_SECRET, names.WEBHOOK_SECRET, names.AUDIT_SECRET}
    assert set(scopes[names.SECRET_STORE]["deniedSecrets"]) == {*used, *keys}
    assert scopes["kubernetes"]["defaultAccess"] == "deny"


def test_one_actor_state_store_and_no_shared_tables() -> None:
    stores = {name: item.settings for name, item in components(PRODUCTION).items() if "tablePrefix" in item.settings}
    assert [name for name, settings in stores.items() if settings.get("actorStateStore")] == [names.ACTOR_STATE_STORE]
    assert len({settings["tablePrefix"] for settings in stores.values()}) == len(stores)


def test_a_failed_message_is_never_skipped() -> None:
    settings = components(PRODUCTION)[names.PUBSUB].settings
    assert settings["consumeRetryEnabled"] == "true"
    assert (settings["backOffPolicy"], settings["backOffMaxRetries"]) == ("constant", "-1")


def test_every_policy_that_is_named_is_defined() -> None:
    assert undefined_policies(PRODUCTION) == []


def test_policies_have_no_keys_that_daprd_would_pass_over() -> None:
    for item in policies(PRODUCTION):
        assert set(item.spec) == {"policies", "targets"}
        for kind, group in item.spec["policies"].items():
            known = POLICY_KEYS[kind]
            assert known is None or all(set(policy) <= known for policy in group.values()), f"{item.file}: {kind}"
        for kind, targets in item.spec["targets"].items():
            for name, keys in targets.items():
                assert set(keys) <= TARGET_KEYS[kind], f"{item.file}: {name}"
                if kind == "components":
                    assert all(set(direction) <= DIRECTION_KEYS for direction in keys.values()), f"{item.file}: {name}"


def test_policies_aim_at_what_exists_and_at_each_target_once() -> None:
    existing = {"apps": APPS, "actors": {names.REMINDER_ACTOR_TYPE}, "components": COMPONENTS}
    aims = [
        (kind, name) for item in policies(PRODUCTION) for kind, group in item.spec["targets"].items() for name in group
    ]
    assert all(name in existing[kind] for kind, name in aims), aims
    assert len(set(aims)) == len(aims)
    defined = [name for item in policies(PRODUCTION) for group in item.spec["policies"].values() for name in group]
    assert len(set(defined)) == len(defined), "names are shared by all files"


def test_a_component_has_its_breaker_in_one_direction() -> None:
    """Both would share one: failures of the app would stop its publishing."""
    for item in policies(PRODUCTION):
        for name, directions in item.spec["targets"].get("components", {}).items():
            assert sum("circuitBreaker" in keys for keys in directions.values()) <= 1, name


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("circuitBreaker: outage", "circuitBreaker: outrage"),
        ("timeout: delivery", "timeout: deliveries"),
        ("    circuitBreakers:", "    circutBreakers:"),
        ("      brief:", "      breif:"),
    ],
)
def test_a_misspelt_policy_is_found(plant: Plant, old: str, new: str) -> None:
    assert undefined_policies(plant("resiliency.yaml", old, new))


@pytest.mark.parametrize("name", sorted(COMPONENTS - {names.SECRET_STORE}))
def test_every_setting_is_one_that_the_component_knows(name: str) -> None:
    """Against the component's own description, where Dapr's sources are at hand. daprd passes over any other name."""
    item = components(PRODUCTION)[name]
    known = known_settings(item)
    if known is None:
        pytest.skip("Dapr's sources are not in Go's module cache")
    assert set(item.settings) <= known


def known_settings(item: Resource) -> set[str] | None:
    """The settings that a component and the runtime read; None where Dapr's sources are not at hand."""
    folder = item.spec["type"].replace(".", "/")
    version = "" if item.spec["version"] == "v1" else f"/{item.spec['version']}"
    path = _contrib() / f"{folder}{version}" / "metadata.yaml"
    if not path.exists():
        return None
    described = yaml.safe_load(path.read_text())
    groups = [described, *described.get("authenticationProfiles", ())]
    return {entry["name"] for group in groups for entry in group.get("metadata", ())} | RUNTIME_SETTINGS


@pytest.mark.parametrize("name", sorted({names.PUBSUB, names.ACTOR_STATE_STORE}))
def test_every_setting_is_justified_in_the_documents(name: str) -> None:
    text = (PROJECT / "docs" / "dapr-components.md").read_text()
    text = text[text.index("### Settings that are not obvious") :]
    missing = [setting for setting in components(PRODUCTION)[name].settings if f"`{setting}" not in text]
    assert missing == []


def _contrib() -> Path:
    cache = os.environ.get("GOMODCACHE") or Path(os.environ.get("GOPATH") or Path.home() / "go") / "pkg" / "mod"
    pinned = re.search(r"github\.com/dapr/components-contrib (v\S+)", (PROJECT / "runtime" / "go.mod").read_text())
    return Path(cache) / "github.com" / "dapr" / f"components-contrib@{pinned[1] if pinned else 'unknown'}"
