"""What a running system tells programs of the same user on this machine: where its sidecars are and what opens them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from runtime.layout import Layout
from runtime.secrets_file import write_private


@dataclass(frozen=True, slots=True)
class SidecarRecord:
    """One daprd."""

    app_id: str
    grpc_port: int
    http_port: int
    api_token: str


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run, written when it is ready and removed when it stops. A killed supervisor leaves it behind: see `pid`."""

    pid: int
    url: str
    sidecars: tuple[SidecarRecord, ...]

    def write(self, layout: Layout) -> None:
        """Replace the file; this user alone may read it."""
        write_private(layout.run_record, json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file.

        Raises:
            FileNotFoundError: nothing runs there.
            ValueError: it is no run record.
        """
        document = json.loads(path.read_text())
        try:
            sidecars = tuple(SidecarRecord(**one) for one in document["sidecars"])
            return cls(pid=document["pid"], url=document["url"], sidecars=sidecars)
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path} is no run record: {error}") from error
