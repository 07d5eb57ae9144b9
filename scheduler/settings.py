"""The scheduler service's settings. Durations are seconds."""

from pydantic import Field

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from the environment."""

    retry_interval: int = Field(default=3, ge=1, le=3600, description="Between triggers of a job that was not done.")
    fire_ahead: float = Field(
        default=60.0,
        ge=0,
        le=600,
        description="A reminder's job comes so long ahead of it, or up to two thirds of that later, so that when it is "
        "due nothing is left to do but to tell its user; 0: when it is due.",
    )
    max_callbacks_in_flight: int = Field(default=256, ge=1, le=4096, description="Job callbacks handled at once.")
    max_late_in_flight: int = Field(
        default=32, ge=1, le=4096, description="The same while the next one is late: these finish in any order."
    )
    max_waiting: int = Field(
        default=512, ge=1, le=65536, description="Callbacks that wait while actors fail; further ones are sent back."
    )
    look_interval: float = Field(
        default=3.0, gt=0, le=60, description="Between looks whether this service's daprd finds the actors."
    )
    look_patience: float = Field(
        default=10.0,
        gt=0,
        le=600,
        description="After so long without finding one they are registered anew; after twice that daprd is restarted.",
    )
    repair_interval: int = Field(default=30, ge=1, le=3600, description="Between repair sweeps.")
    repair_grace: float = Field(
        default=10.0,
        gt=0,
        le=3600,
        description="A reminder this late has not fired by itself and is repaired, unless its job is there.",
    )
    repair_patience: float = Field(
        default=120.0,
        gt=0,
        le=86400,
        description="A reminder this late is repaired though its job is there, which triggers until it is done.",
    )
    repair_horizon: float = Field(
        default=600.0, gt=0, le=86400, description="Reminders due within this time must have a job."
    )
