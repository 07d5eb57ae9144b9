"""What can be checked of components/optional by reading: for one app only, no key written down, no misspelt name."""

import pytest
import yaml

from contracts import names
from tests.components.resources import LOCAL, PRODUCTION, PROJECT, components, load, undefined_policies
from tests.components.test_sets import _contrib

OPTIONAL = PROJECT / "components" / "optional"


def test_the_model_has_the_name_the_service_asks_for_and_its_key_is_a_reference() -> None:
    model = components(OPTIONAL)[names.LANGUAGE_MODEL]
    assert model.spec["type"].partition(".")[0] == "conversation"
    assert model.settings["key"] == {"name": "COHERE_API_KEY", "key": "COHERE_API_KEY"}
    assert model.document["auth"]["secretStore"] in components(OPTIONAL)


def test_only_the_service_that_talks_has_them_and_no_set_loads_them() -> None:
    for item in load(OPTIONAL):
        assert item.scopes == {names.CHAT_API}, item.file
    for folder in (LOCAL, PRODUCTION):
        assert not set(components(folder)) & set(components(OPTIONAL))


def test_no_app_may_read_what_the_store_holds() -> None:
    for folder in (LOCAL, PRODUCTION):
        (config,) = (item for item in load(folder) if item.file == "config.yaml")
        scopes = {scope["storeName"]: scope for scope in config.spec["secrets"]["scopes"]}
        assert scopes["environment"] == {"storeName": "environment", "defaultAccess": "deny"}


def test_the_time_out_is_defined_and_under_a_name_of_its_own() -> None:
    assert undefined_policies(OPTIONAL) == []
    own = {name for item in load(OPTIONAL) for group in item.spec.get("policies", {}).values() for name in group}
    for folder in (LOCAL, PRODUCTION):
        others = {name for item in load(folder) for group in item.spec.get("policies", {}).values() for name in group}
        assert not own & others, "names are shared by all files a sidecar loads"


def test_every_setting_is_one_that_the_component_knows() -> None:
    model = components(OPTIONAL)[names.LANGUAGE_MODEL]
    path = _contrib() / "conversation" / "openai" / "metadata.yaml"
    if not path.exists():
        pytest.skip("Dapr's sources are not in Go's module cache")
    described = yaml.safe_load(path.read_text())
    groups = [described, *described["authenticationProfiles"]]
    assert set(model.settings) <= {entry["name"] for group in groups for entry in group.get("metadata", ())}
