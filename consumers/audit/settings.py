"""The audit service's settings."""

from pydantic import Field

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from the environment."""

    max_events_in_flight: int = Field(default=64, ge=1, le=1024, description="Events handled at once, of each topic.")
