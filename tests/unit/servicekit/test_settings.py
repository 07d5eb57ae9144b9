"""Settings fail at start with the name of what is wrong."""

import pytest

from servicekit.settings import InvalidSettings, ServiceSettings


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAPR_GRPC_PORT", "seventy")
    monkeypatch.setenv("LOG_LEVEL", "LOUD")
    with pytest.raises(InvalidSettings) as refusal:
        ServiceSettings.load()
    assert "DAPR_GRPC_PORT" in str(refusal.value)
    assert "LOG_LEVEL" in str(refusal.value)


def test_the_names_that_dapr_sets_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAPR_GRPC_PORT", "50123")
    monkeypatch.setenv("APP_PORT", "6001")
    settings = ServiceSettings.load()
    assert (settings.dapr_grpc_port, settings.app_port) == (50123, 6001)
