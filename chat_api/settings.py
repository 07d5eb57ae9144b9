"""The chat service's settings."""

from pydantic import Field

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from the environment. Durations are seconds unless the name says otherwise."""

    host: str = Field(default="127.0.0.1", description="Address that people's requests arrive at.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port that people's requests arrive at.")
    public_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="Where people find this server, for links in mails and addresses of calendar feeds.",
    )
    database_url: str = Field(
        default="sqlite+aiosqlite:///.data/tasks.db", description="SQLAlchemy URL of the tasks database."
    )
    session_days: int = Field(default=30, ge=1, le=365, description="A log-in ends after this many days.")
    cookie_secure: bool = Field(default=False, description="Set the session cookie for HTTPS only.")
    max_request_bytes: int = Field(default=65536, ge=1024, description="A longer request body is refused.")
    max_import_bytes: int = Field(default=5 * 1024 * 1024, ge=1024, description="A longer file to import is refused.")
    max_requests_in_flight: int = Field(
        default=256, ge=1, description="Requests worked on at once, without open streams, probes and the page's files."
    )
    max_requests_waiting: int = Field(
        default=1000, ge=0, description="With more requests than this waiting for their turn, others are refused (503)."
    )
    request_patience: float = Field(
        default=5.0, gt=0, le=60, description="Seconds that a request waits for its turn before it is refused (503)."
    )
    relay_parallel: int = Field(default=32, ge=1, le=512, description="Tasks whose events are published at once.")
    relay_bulk_rate: float = Field(
        default=30.0,
        gt=0,
        description="Tasks of a large import whose events are published a second; others' go before them.",
    )
    max_backlog: int = Field(
        default=20_000, ge=100, description="With more events than this unpublished, changes are refused (429)."
    )
    max_events_in_flight: int = Field(default=64, ge=1, le=1024, description="Reminder events handled at once.")
    next_occurrence_patience: float = Field(
        default=60.0, gt=0, le=86400, description="A next occurrence that was not made by then is asked for again."
    )
    conversation_ttl: int = Field(default=3600, ge=60, description="A conversation is forgotten after this silence.")
    conversation_timeout: float = Field(
        default=0.7, gt=0, le=5, description="Seconds before the answer goes on without the conversation's memory."
    )
    language_model_budget: float = Field(
        default=2.0,
        gt=0,
        le=30,
        description="Seconds a language model may take, where one is configured, before the answer is made without it.",
    )
