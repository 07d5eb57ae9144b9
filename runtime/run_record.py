"""What a running system tells programs of the same user on this machine: where its sidecars are and what opens them."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Self

from runtime.errors import NotRunning
from runtime.layout import Layout
from runtime.secrets_file import write_private


@dataclass(frozen=True, slots=True)
class SidecarRecord:
    """One daprd. `name` is its app's among the processes: the app-id, and from the second replica on app-id-2, …"""

    name: str
    app_id: str
    grpc_port: int
    http_port: int
    api_token: str = field(repr=False)

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process beside it has."""
        return {
            "DAPR_GRPC_PORT": str(self.grpc_port),
            "DAPR_HTTP_PORT": str(self.http_port),
            "DAPR_API_TOKEN": self.api_token,
        }


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run, written when it is ready and removed when it stops. A killed supervisor leaves it behind: see `pid`."""

    pid: int
    url: str
    sidecars: tuple[SidecarRecord, ...]
    operators_url: str = ""
    """Where operators reach their page."""

    def write(self, layout: Layout) -> None:
        """Replace the file; this user alone may read it."""
        write_private(layout.run_record, json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def of(cls, layout: Layout) -> Self:
        """That of the system that runs on this root.

        Raises:
            NotRunning: none does, or what is there is no run record; the text says what to do.
        """
        try:
            document = json.loads(layout.run_record.read_text())
            sidecars = tuple(SidecarRecord(**one) for one in document.pop("sidecars"))
            record = cls(sidecars=sidecars, **document)
        except FileNotFoundError:
            raise NotRunning(
                f"Nothing runs on {layout.root}: start it with `make run`, or name its folder with --root."
            ) from None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NotRunning(f"{layout.run_record} is no run record of this version: {error}") from error
        if not _alive(record.pid):
            raise NotRunning(f"The system on {layout.root} was killed: start it again with `make run`.")
        return record

    def sidecar(self, name: str) -> SidecarRecord:
        """The one beside this app; a replica is app-id-2, …

        Raises:
            NotRunning: there is none.
        """
        for one in self.sidecars:
            if one.name == name:
                return one
        raise NotRunning(f"No sidecar of {name} runs there, but of {', '.join(one.name for one in self.sidecars)}.")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
