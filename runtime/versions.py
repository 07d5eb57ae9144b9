"""Which versions the project runs on. `runtime/go.mod` is the one place that says so."""

import hashlib
import platform
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MODULE = Path(__file__).parent
MINIMUM_DAPR = (1, 18)
MINIMUM_NATS = (2, 10)

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pins:
    """What `go.mod` asks for; versions without the leading ``v``."""

    dapr: str
    nats: str
    go: str
    digest: str

    @property
    def key(self) -> str:
        """Names the cache folder: another pin is another folder."""
        return f"{self.dapr}-{self.digest[:12]}"


@cache
def pins(module: Path = MODULE) -> Pins:
    """Read the pinned versions.

    Raises:
        ValueError: go.mod does not name them.
    """
    text = (module / "go.mod").read_text()
    digest = hashlib.sha256(text.encode() + (module / "go.sum").read_bytes()).hexdigest()
    return Pins(
        dapr=_required(text, r"github\.com/dapr/dapr v(\S+)"),
        nats=_required(text, r"github\.com/nats-io/nats-server/v2 v(\S+)"),
        go=_required(text, r"^go (\S+)"),
        digest=digest,
    )


def parse(text: str) -> Version | None:
    """The first dotted number in a tool's answer: ``nats-server: v2.15.2`` gives (2, 15, 2)."""
    match = re.search(r"(\d+(?:\.\d+)+)", text)
    return tuple(int(part) for part in match[1].split(".")) if match else None


def target() -> tuple[str, str]:
    """This machine as Go and the release archives call it: (``linux``, ``amd64``)."""
    machine = platform.machine().lower()
    system = {"win32": "windows"}.get(sys.platform, sys.platform)
    return system, {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def _required(text: str, pattern: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        raise ValueError(f"runtime/go.mod: nothing matches {pattern}")
    return match[1]
