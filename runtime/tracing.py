"""Where the services and their sidecars send spans."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

CONFIG: Final = Path(__file__).with_name("tracing.yaml")
"""The Configuration that has daprd make spans."""

_EXPORTER: Final = "OTEL_EXPORTER_OTLP_"


def environment(environ: Mapping[str, str], traces: str) -> dict[str, str]:
    """The environment with this receiver's URL in it; without one, with none of what was set for other programs.

    daprd reads the address without its scheme, and takes every receiver for one with TLS unless it is told.
    """
    if not traces:
        return {name: value for name, value in environ.items() if not name.startswith(_EXPORTER)}
    return {
        **environ,
        f"{_EXPORTER}ENDPOINT": traces,
        f"{_EXPORTER}PROTOCOL": "grpc",
        f"{_EXPORTER}INSECURE": str(traces.startswith("http://")).lower(),
    }
