"""``python -m servicekit.healthcheck [--alive]``: asks the service in this container how it is, by the exit status.

For what runs commands and cannot reach the service otherwise, as it listens on loopback: Kubernetes' probes and the
image's HEALTHCHECK. With ``--alive`` it is enough that the service answers. Imports next to nothing: it runs often.
"""

import os
import sys
import urllib.error
import urllib.request
from typing import Final

NOT_HEALTHY: Final = "not healthy"
"""What a service that lives, and cannot do its work, says of itself (servicekit.callbacks)."""

_METHOD: Final = "/dapr.proto.runtime.v1.AppCallbackHealthCheck/HealthCheck"
_TIMEOUT: Final = 4.0  # seconds


def ask_app_channel(port: int, token: str | None) -> str | None:
    """None if the service on this gRPC port is healthy, else the reason."""
    import grpc  # noqa: PLC0415 - the page's container has no use for it

    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary(_METHOD)  # empty messages both ways: no types are needed
        try:
            call(b"", timeout=_TIMEOUT, metadata=(("dapr-api-token", token),) if token else None)
        except grpc.RpcError as error:
            return str(error.details() or error.code())
    return None


def ask_http(port: int) -> str | None:
    """None if the HTTP server on this port answers, else the reason."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=_TIMEOUT):
            return None
    except (OSError, ValueError) as error:
        return str(error)


def main(arguments: list[str]) -> int:
    """The exit status: 0 for healthy."""
    app_port, http_port = os.environ.get("APP_PORT"), os.environ.get("PORT")
    if app_port:
        reason = ask_app_channel(int(app_port), os.environ.get("APP_API_TOKEN"))
    elif http_port:
        reason = ask_http(int(http_port))
    else:
        reason = "neither APP_PORT nor PORT says where the service is"
    if reason is None or (reason == NOT_HEALTHY and "--alive" in arguments):
        return 0
    print(reason, file=sys.stderr)  # noqa: T201 - for whoever runs it
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
