"""The notification service's settings. Durations are seconds."""

from pydantic import Field

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from the environment."""

    vapid_subject: str = Field(
        default="https://localhost",
        pattern=r"^(mailto:[^@\s]+@\S+|https://\S+)$",
        description="Whom a push service can write to about this server: `mailto:` or `https:` (RFC 8292).",
    )
    push_timeout: float = Field(
        default=2.0, gt=0, le=2.5, description="For a push service's answer; below what a message may take in all."
    )
    push_retry_base: float = Field(
        default=5.0, gt=0, le=600, description="The first wait after a failure, at most; on every channel."
    )
    push_retry_cap: float = Field(default=900.0, gt=0, le=21600, description="The longest wait between two attempts.")
    push_at_most_once: bool = Field(
        default=False,
        description="Do not repeat a push of which it is not known whether it arrived. The default repeats it.",
    )
    email_timeout: float = Field(
        default=30.0, gt=0, le=300, description="For a mail server to take a mail; mails go one after the other."
    )
    webhook_timeout: float = Field(default=10.0, gt=0, le=60, description="For a webhook's answer.")
    max_events_in_flight: int = Field(default=64, ge=1, le=1024, description="Notifications handled at once.")
