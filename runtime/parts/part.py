"""What the supervisor needs of a server."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Launch:
    """How a server is started, and what those who connect to it need. `sidecar_env` is set for every daprd."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    sidecar_env: Mapping[str, str] = field(default_factory=dict)


class Part(ABC):
    """A server on loopback."""

    name: str
    ports: Mapping[str, int]
    patience: float | None = None
    """Seconds for which daprd's client looks for it; after a longer absence the sidecars are started anew."""

    @property
    def tasks_url(self) -> str | None:
        """The address of the tasks database, where this is what keeps it."""
        return None

    @abstractmethod
    def prepare(self) -> Launch:
        """Write its configuration, and its credentials for the secret store. Called once, off the event loop.

        Raises:
            RuntimeProblem: what it takes is missing here.
        """

    async def started(self) -> None:  # noqa: B027 - not each of them has something to make
        """After each start: return once it takes connections and has what it needs, topics for example."""

    def remove_data(self) -> None:  # noqa: B027 - most have nothing there
        """Delete what it keeps elsewhere than below the root; when it has stopped."""

    @abstractmethod
    async def answers(self) -> bool:
        """Whether it works at this moment."""
