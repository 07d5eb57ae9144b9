"""Tests that need no runtime."""

import pytest

from servicekit import tracing


@pytest.fixture(scope="session", autouse=True)
def _tracing() -> None:
    tracing.configure("test")
