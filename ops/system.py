"""Finds the sidecar through which the services are reached.

That of reminder-actor: the scheduler service takes calls from it and from no other app (access control in
components/production/config.yaml), and it is not the one that faces people.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.names import REMINDER_ACTOR
from ops.problems import NoSystem
from runtime.layout import PROJECT, Layout
from runtime.run_record import RunRecord


class Settings(BaseSettings):
    """Read from the environment; an endpoint is for a system elsewhere, behind `kubectl port-forward` for example."""

    model_config = SettingsConfigDict(env_prefix="TODO_OPS_", extra="ignore", frozen=True)

    root: Path = Field(default=PROJECT, description="Where the system keeps its .data.")
    endpoint: str = Field(default="", description="host:port of a sidecar's gRPC API, instead of the recorded one.")
    token: str = Field(default="", description="That sidecar's API token.", repr=False)
    timeout: float = Field(default=10.0, gt=0, le=120, description="Seconds for one call.")


@dataclass(frozen=True, slots=True)
class SidecarAddress:
    """Where it is and what opens it."""

    target: str
    token: str = field(repr=False)
    timeout: float


def find_sidecar(settings: Settings) -> SidecarAddress:
    """The sidecar to call.

    Raises:
        NoSystem: nothing runs below this root.
    """
    if settings.endpoint:
        return SidecarAddress(settings.endpoint, settings.token, settings.timeout)
    layout = Layout(settings.root.resolve())
    try:
        record = RunRecord.read(layout.run_record)
    except FileNotFoundError:
        raise NoSystem(
            f"Nothing runs on {layout.root}: start it with `make run`, or name its folder with --root."
        ) from None
    except ValueError as error:
        raise NoSystem(str(error)) from error
    if not _alive(record.pid):
        raise NoSystem(f"The system on {layout.root} was killed: start it again with `make run`.")
    for sidecar in record.sidecars:
        if sidecar.app_id == REMINDER_ACTOR:
            return SidecarAddress(f"127.0.0.1:{sidecar.grpc_port}", sidecar.api_token, settings.timeout)
    raise NoSystem(f"The system on {layout.root} has no {REMINDER_ACTOR}.")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
