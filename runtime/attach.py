"""Lets a command of this user's talk to a sidecar that runs: its ports and its token, in a file of the user's own."""

import json
from collections.abc import Mapping

from runtime.errors import NotRunning
from runtime.layout import Layout
from runtime.secrets_file import write_private


def offer(layout: Layout, app: str, environment: Mapping[str, str]) -> None:
    """Write down what a process beside this app's sidecar has in its environment."""
    path = layout.attachment(app)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_private(path, json.dumps(dict(environment)) + "\n")


def withdraw(layout: Layout, app: str) -> None:
    """The sidecar has ended, and its token with it."""
    layout.attachment(app).unlink(missing_ok=True)


def environment_of(layout: Layout, app: str) -> dict[str, str]:
    """What was written down.

    Raises:
        NotRunning: nothing was.
    """
    try:
        found: dict[str, str] = json.loads(layout.attachment(app).read_text())
    except FileNotFoundError:
        raise NotRunning(
            f"No sidecar of {app} runs on {layout.root}. Start everything with `make run` first."
        ) from None
    return found
