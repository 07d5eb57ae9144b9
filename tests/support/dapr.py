"""Dapr's API on a service's sidecar, as somebody with its token would use it."""

from typing import Any

import grpc
import grpc.aio
from dapr.proto import api_service_v1

from tests.support.stack import Stack


class _Token(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self, headers: tuple[tuple[str, str], ...]) -> None:
        self._headers = headers

    async def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        metadata = grpc.aio.Metadata(*(details.metadata or ()), *self._headers)
        call = grpc.aio.ClientCallDetails(
            details.method, details.timeout, metadata, details.credentials, details.wait_for_ready
        )
        return await continuation(call, request)


def dapr(stack: Stack, app_id: str) -> tuple[grpc.aio.Channel, Any]:
    """A channel to be closed, and the generated stub on it."""
    address = f"127.0.0.1:{stack.ports(f'{app_id}.daprd')['grpc']}"
    token = _Token(tuple(stack.token_headers(app_id).items()))
    channel = grpc.aio.insecure_channel(address, interceptors=[token])
    return channel, api_service_v1.DaprStub(channel)
