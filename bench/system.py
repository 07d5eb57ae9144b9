"""The whole system as it is measured."""

from pathlib import Path
from typing import Final

from runtime.install import Binaries
from scheduler.settings import Settings
from tests.support.stack import Stack

AS_SHIPPED: Final = float(Settings.model_fields["fire_ahead"].default)
"""Seconds of time ahead, when nobody sets another."""


class System(Stack):
    """A stack that knows its time ahead in seconds: what can be measured depends on it."""

    def __init__(self, root: Path, binaries: Binaries, fire_ahead: float) -> None:
        super().__init__(root, binaries, {"FIRE_AHEAD": f"{fire_ahead:g}"})
        self.fire_ahead = fire_ahead
