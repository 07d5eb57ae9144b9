"""The frontend's settings. It has no sidecar."""

from pydantic import AnyHttpUrl, Field

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from the environment. Durations are seconds."""

    host: str = Field(default="127.0.0.1", description="Address that people's requests arrive at.")
    port: int = Field(default=8081, ge=0, le=65535, description="Port that people's requests arrive at.")
    backend_url: AnyHttpUrl = Field(
        default=AnyHttpUrl("http://127.0.0.1:8080"), description="Where chat_api is; without a path."
    )
    connect_timeout: float = Field(default=3.0, gt=0, le=60, description="To reach chat_api.")
    silence_timeout: float = Field(
        default=60.0, gt=0, le=3600, description="Between two pieces of an answer; streams have a heartbeat."
    )
    max_request_bytes: int = Field(
        default=6 * 1024 * 1024,
        ge=1024,
        description="A longer request body is refused; chat_api has limits of its own.",
    )
