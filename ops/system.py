"""Finds the sidecar through which the services are reached.

That of the console: the services take operators' calls from it and from no other app (contracts/access.py), and it is
not one that faces people.
"""

import getpass
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.names import CONSOLE
from ops.problems import NoSystem
from runtime.errors import NotRunning
from runtime.layout import PROJECT, Layout
from runtime.run_record import RunRecord


class Settings(BaseSettings):
    """Read from the environment; an endpoint is for a system elsewhere, behind `kubectl port-forward` for example."""

    model_config = SettingsConfigDict(env_prefix="TODO_OPS_", extra="ignore", frozen=True)

    root: Path = Field(default=PROJECT, description="Where the system keeps its .data.")
    endpoint: str = Field(default="", description="host:port of a sidecar's gRPC API, instead of the recorded one.")
    token: str = Field(default="", description="That sidecar's API token.", repr=False)
    page: str = Field(default="", description="Where the console's page is reached, instead of the recorded one.")
    operator: str = Field(
        default_factory=getpass.getuser, max_length=100, description="Who acts, for the audit record."
    )
    timeout: float = Field(default=10.0, gt=0, le=120, description="Seconds for one call.")


@dataclass(frozen=True, slots=True)
class SidecarAddress:
    """Where it is and what opens it."""

    target: str
    token: str = field(repr=False)
    timeout: float


def find_record(settings: Settings) -> RunRecord | None:
    """What the system on this machine wrote down of itself; None for one elsewhere.

    Raises:
        NoSystem: nothing runs below this root.
    """
    if settings.endpoint:
        return None
    try:
        return RunRecord.of(Layout(settings.root.resolve()))
    except NotRunning as error:
        raise NoSystem(str(error)) from error


def find_sidecar(settings: Settings) -> SidecarAddress:
    """The sidecar to call.

    Raises:
        NoSystem: nothing runs below this root.
    """
    record = find_record(settings)
    if record is None:
        return SidecarAddress(settings.endpoint, settings.token, settings.timeout)
    try:
        sidecar = record.sidecar(CONSOLE)
    except NotRunning as error:
        raise NoSystem(str(error)) from error
    return SidecarAddress(f"127.0.0.1:{sidecar.grpc_port}", sidecar.api_token, settings.timeout)
