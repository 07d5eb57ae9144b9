"""Secrets that were in use, and whether a log holds one of them."""

import re
from collections.abc import Iterable
from pathlib import Path

_SHORTEST = 16  # shorter ones would be found by chance
_RUNS = re.compile(rf"[A-Za-z0-9_=+/-]{{{_SHORTEST},}}")
_told: set[str] = set()


def remember(*secrets: str) -> None:
    """Something that a test sent or was given and that belongs into no log: a password, a token."""
    _told.update(secret for secret in secrets if len(secret) >= _SHORTEST)


def leaks(logs: Iterable[Path], secrets: Iterable[str]) -> list[str]:
    """Which log holds a secret, one of these or one that was remembered. Not the secret: reports are logs too."""
    wanted = {secret for secret in secrets if len(secret) >= _SHORTEST} | _told
    found = []
    for path in sorted(logs):
        # What could hold one, each once: most of a log says the same again and again.
        runs = "\n".join(set(_RUNS.findall(path.read_text(errors="replace"))))
        count = sum(secret in runs for secret in wanted)
        if count:
            found.append(f"{path.name} holds {count} of {len(wanted)} secrets")
    return found
