"""Each defect can be planted still: what it replaces is where it was."""

import subprocess
import sys

import pytest

from tests.campaign.plants import PLANTS


@pytest.mark.parametrize("name", sorted(PLANTS))
def test_it_can_be_planted(name: str) -> None:
    code = f"from tests.campaign.plants import PLANTS; PLANTS[{name!r}].plant()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
