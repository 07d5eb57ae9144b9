"""What can be checked of the optional components by reading: for one app only, no key written down, right names."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from contracts import names
from runtime import commands
from tests.components.resources import (
    LOCAL,
    PRODUCTION,
    PRODUCTION_OPTIONAL,
    PROJECT,
    components,
    load,
    undefined_policies,
)
from tests.components.test_sets import _contrib

OPTIONAL = PROJECT / "components" / "optional"
BOTH = pytest.mark.parametrize("folder", [OPTIONAL, PRODUCTION_OPTIONAL], ids=["local", "production"])
_MODEL_FILES = {"language-model.yaml", "language-model-resiliency.yaml"}


def test_the_model_has_the_name_the_service_asks_for_and_its_key_is_a_reference() -> None:
    model = components(OPTIONAL)[names.LANGUAGE_MODEL]
    assert model.spec["type"].partition(".")[0] == "conversation"
    assert model.settings["key"] == {"name": "COHERE_API_KEY", "key": "COHERE_API_KEY"}
    assert model.document["auth"]["secretStore"] in components(OPTIONAL)


def test_only_the_service_that_uses_them_has_them_and_no_set_loads_them() -> None:
    for item in load(OPTIONAL):
        if item.name != "environment":
            assert item.scopes == {names.CHAT_API if item.file in _MODEL_FILES else names.NOTIFICATION}, item.file
    for folder in (LOCAL, PRODUCTION):
        assert not set(components(folder)) & set(components(OPTIONAL))


def test_no_app_may_read_what_the_store_holds() -> None:
    configs = [item for folder in (LOCAL, PRODUCTION) for item in load(folder) if item.kind == "Configuration"]
    assert len(configs) == 6
    for config in configs:
        scopes = {scope["storeName"]: scope for scope in config.spec["secrets"]["scopes"]}
        assert scopes["environment"] == {"storeName": "environment", "defaultAccess": "deny"}


@BOTH
def test_the_mail_server_has_the_name_the_service_asks_for_and_its_password_is_a_reference(folder: Path) -> None:
    mail = components(folder)[names.EMAIL_BINDING]
    assert mail.spec["type"] == "bindings.smtp"
    assert set(mail.settings["password"]) == {"name", "key"}
    assert mail.scopes == {names.NOTIFICATION}
    assert mail.document["auth"]["secretStore"] in {*components(OPTIONAL), names.SECRET_STORE}


@BOTH
def test_a_webhook_is_reached_under_the_name_of_its_host_alone(folder: Path) -> None:
    """The service finds the binding by the host in the user's URL: a name that lies would send elsewhere."""
    found = {n: item for n, item in components(folder).items() if n.startswith(names.WEBHOOK_BINDING_PREFIX)}
    assert found
    for name, item in found.items():
        assert item.spec["type"] == "bindings.http"
        url = urlsplit(item.settings["url"])
        assert (url.scheme, url.path) == ("https", "")
        assert names.webhook_binding(url.hostname or "", url.port) == name
        assert item.scopes == {names.NOTIFICATION}


def test_no_service_gets_what_is_for_its_sidecar() -> None:
    used = {
        setting["name"]
        for item in components(OPTIONAL).values()
        for setting in item.settings.values()
        if isinstance(setting, dict)
    }
    assert used == set(commands._FOR_SIDECARS)


def test_the_time_out_is_defined_and_under_a_name_of_its_own() -> None:
    assert undefined_policies(OPTIONAL) == []
    own = {name for item in load(OPTIONAL) for group in item.spec.get("policies", {}).values() for name in group}
    for folder in (LOCAL, PRODUCTION):
        others = {name for item in load(folder) for group in item.spec.get("policies", {}).values() for name in group}
        assert not own & others, "names are shared by all files a sidecar loads"


@BOTH
def test_every_setting_is_one_that_the_component_knows(folder: Path) -> None:
    if not _contrib().exists():
        pytest.skip("Dapr's sources are not in Go's module cache")
    for item in components(folder).values():
        if not item.settings:
            continue
        path = _contrib() / item.spec["type"].replace(".", "/") / "metadata.yaml"
        described = yaml.safe_load(path.read_text())
        groups = [described, *described.get("authenticationProfiles", ())]
        assert set(item.settings) <= {entry["name"] for group in groups for entry in group.get("metadata", ())}
