"""Settings that every service shares. Each service has one typed object that extends this one."""

import os
import sys
from enum import StrEnum
from typing import Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class LogFormat(StrEnum):
    """How log lines are written."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


class InvalidSettings(SystemExit):
    """The environment does not make a valid configuration; the text names each wrong variable.

    Ends the process with sysexits' EX_CONFIG, so that whoever started it knows that starting it again cannot help.
    """

    def __init__(self, text: str) -> None:
        super().__init__(os.EX_CONFIG)
        self.text = text

    def __str__(self) -> str:
        return self.text


class ServiceSettings(BaseSettings):
    """Read from the environment once, at start. The Dapr names are those that ``dapr run`` and the injector set."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    app_id: str = Field(default="", description="Dapr app-id; the default is the service's own.")
    app_port: int = Field(default=0, ge=0, le=65535, description="gRPC port that daprd calls; 0 picks a free one.")
    dapr_grpc_port: int = Field(default=50001, ge=1, le=65535)
    dapr_http_port: int = Field(default=3500, ge=1, le=65535, description="Only its health endpoint is used.")
    dapr_api_token: str | None = Field(default=None, description="Sent to daprd when set.")
    app_api_token: str | None = Field(default=None, description="Demanded of daprd's calls when set.")
    monitoring_port: int = Field(
        default=0, ge=0, le=65535, description="Port of /metrics, /healthz and /readyz; 0: nowhere."
    )
    monitoring_host: str = Field(default="127.0.0.1", description="Address of that port.")
    otel_exporter_otlp_endpoint: str = Field(
        default="", pattern=r"^(https?://\S+)?$", description="Where spans are sent (OTLP over gRPC); empty: nowhere."
    )
    otel_exporter_otlp_traces_endpoint: str = Field(
        default="", pattern=r"^(https?://\S+)?$", description="The same, for spans alone; it wins."
    )
    otel_exporter_otlp_protocol: str = Field(default="grpc", description="Of the two that there are, `grpc`.")
    otel_traces_exporter: str = Field(default="otlp", description="`none` sends no spans, whatever the endpoint.")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    log_format: LogFormat = Field(
        default=LogFormat.AUTO, description="auto: JSON unless standard output is a terminal."
    )
    sidecar_timeout: float = Field(default=5.0, gt=0, le=60, description="Seconds one call to the sidecar may take.")

    @property
    def traces_endpoint(self) -> str:
        """Where spans are sent; empty: nowhere."""
        if self.otel_traces_exporter != "otlp":
            return ""
        return self.otel_exporter_otlp_traces_endpoint or self.otel_exporter_otlp_endpoint

    @model_validator(mode="after")
    def _sends_over_grpc(self) -> Self:
        if self.traces_endpoint and self.otel_exporter_otlp_protocol != "grpc":
            raise ValueError("OTEL_EXPORTER_OTLP_PROTOCOL must be grpc: spans are sent over gRPC, those of daprd, too")
        return self

    @classmethod
    def load(cls) -> Self:
        """Read the environment.

        Raises:
            InvalidSettings: ends the process with a line for each variable that is wrong.
        """
        try:
            return cls()
        except ValidationError as error:
            lines = [
                f"  {'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}".replace("  : ", "  ")
                for item in error.errors()
            ]
            problem = InvalidSettings("Configuration is wrong:\n" + "\n".join(lines))
            print(problem, file=sys.stderr)  # noqa: T201 - there are no logs yet: how they look is configuration, too
            raise problem from error
