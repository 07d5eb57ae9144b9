"""The console's settings. Durations are seconds."""

from pydantic import Field

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from the environment."""

    console_host: str = Field(default="127.0.0.1", description="Address of the operators' page: loopback, on purpose.")
    console_port: int = Field(default=8081, ge=0, le=65535, description="Port of the operators' page.")
    session_hours: float = Field(default=8.0, gt=0, le=72, description="Whoever came by a link is let in for so long.")
    invitation_seconds: float = Field(
        default=120.0, gt=0, le=3600, description="A link opens the page within this time."
    )
    silent_after: float = Field(
        default=8.0, gt=0, le=120, description="A replica that says nothing for so long is silent."
    )
    forget_after: float = Field(default=120.0, gt=0, le=3600, description="After so long it is not shown any more.")
    quiet_for: float = Field(
        default=7.0,
        gt=0,
        le=120,
        description="Drained: no message for so long, more than a broker's wait to redeliver.",
    )
