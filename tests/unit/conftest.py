"""Tests that need no runtime."""

import pytest

from servicekit import tracing
from servicekit.settings import ServiceSettings


@pytest.fixture(scope="session", autouse=True)
def _tracing() -> None:
    tracing.configure("test", ServiceSettings())
