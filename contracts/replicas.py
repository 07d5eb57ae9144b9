"""What each replica of a service tells the console about itself and its sidecar, and what it is told in return."""

from pydantic import Field

from contracts.base import Contract, Instant


class ComponentReport(Contract):
    """A component as daprd has loaded it."""

    name: str
    type: str
    version: str = ""


class SubscriptionReport(Contract):
    """A subscription as daprd has it."""

    pubsub: str
    topic: str
    kind: str = ""


class ActorTypeReport(Contract):
    """An actor type that is hosted, and how many of its actors are in memory: idle ones are not."""

    type: str
    count: int = Field(ge=0)


class SidecarReport(Contract):
    """What the metadata API of a replica's daprd says."""

    app_id: str
    runtime_version: str = ""
    app_connection: str = Field(default="", description="How daprd reaches its app.")
    placement: str = ""
    actor_host_ready: bool = False
    actors: tuple[ActorTypeReport, ...] = ()
    components: tuple[ComponentReport, ...] = ()
    subscriptions: tuple[SubscriptionReport, ...] = ()
    scheduler_addresses: tuple[str, ...] = ()


class ReaderReport(Contract):
    """How far a replica is with a topic."""

    topic: str
    open: bool = Field(description="Whether the stream from daprd is open.")
    in_flight: int = Field(default=0, ge=0, description="Messages that are being handled.")
    handled: int = Field(default=0, ge=0, description="Messages dealt with since it started.")
    failed: int = Field(default=0, ge=0, description="Messages handed back to come again, since it started.")
    last_at: Instant | None = Field(default=None, description="When the last message came in.")
    lag_seconds: float | None = Field(default=None, description="From the last event's time until it came in.")


class ReplicaReport(Contract):
    """One replica, as it is now."""

    app_id: str
    instance: str = Field(description="Another one after each start.")
    host: str
    pid: int
    started_at: Instant
    at: Instant
    checks: dict[str, bool] = Field(default_factory=dict, description="What readiness asks, and how it is.")
    draining: bool = Field(default=False, description="It takes no new work.")
    readers: tuple[ReaderReport, ...] = ()
    sidecar: SidecarReport | None = None

    @property
    def ready(self) -> bool:
        """Whether it can do its work."""
        return all(self.checks.values()) and self.sidecar is not None


class Directive(Contract):
    """The answer: what the operators want of every replica. It holds for half a minute without another one."""

    draining: bool = False
