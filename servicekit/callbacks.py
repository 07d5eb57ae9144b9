"""The app channel: the small async gRPC server that daprd calls with jobs, health probes and proxied invocations.

The SDK's `dapr.ext.grpc.App` runs handlers on threads and matches a job by its exact name; there is one job per
reminder, so the catch-all `OnJobEvent` lives here, on the event loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio
from dapr.proto import appcallback_service_v1, appcallback_v1
from opentelemetry.trace import SpanKind
from pydantic import BaseModel, ValidationError

from servicekit.errors import SidecarRefused
from servicekit.healthcheck import NOT_HEALTHY
from servicekit.logs import get_logger
from servicekit.settings import ServiceSettings
from servicekit.tracing import span

log = get_logger(__name__)

JobHandler = Callable[[str, bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Method:
    """One gRPC method that other services may invoke through the sidecars; bodies are JSON.

    `callers` are the app-ids that may; empty: the access policy alone decides. The caller's daprd says who it is, after
    whatever the caller itself says. A call through the service's own sidecar has no such word and passes for `own`.
    """

    request: type[BaseModel]
    handle: Callable[[Any], Awaitable[BaseModel]]
    callers: frozenset[str] = frozenset()
    own: str = ""


class _Callbacks(appcallback_service_v1.AppCallbackServicer):
    def __init__(self, on_job: JobHandler | None) -> None:
        self._on_job = on_job

    async def ListTopicSubscriptions(self, request: Any, context: Any) -> Any:  # noqa: N802 - the proto's name
        return appcallback_v1.ListTopicSubscriptionsResponse()

    async def ListInputBindings(self, request: Any, context: Any) -> Any:  # noqa: N802
        return appcallback_v1.ListInputBindingsResponse()

    async def OnJobEvent(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Run the job's handler. Only a return makes the job done: any error has it triggered again.

        NOT_FOUND must never be the answer, daprd takes it for success (pkg/runtime/scheduler, invokeApp).
        """
        handler = self._on_job
        if handler is None:
            return await context.abort(grpc.StatusCode.UNIMPLEMENTED, "this service takes no jobs")
        try:
            await handler(request.name, bytes(request.data.value))
        except Exception as error:  # noqa: BLE001 - the answer must be an error, whatever it was
            log.warning("job not done, it comes back", job=request.name, error=str(error) or repr(error))
            await context.abort(grpc.StatusCode.UNAVAILABLE, "try again")
        return appcallback_v1.JobEventResponse()


class _HealthCheck(appcallback_service_v1.AppCallbackHealthCheckServicer):
    def __init__(self, healthy: Callable[[], Awaitable[bool]]) -> None:
        self._healthy = healthy

    async def HealthCheck(self, request: Any, context: Any) -> Any:  # noqa: N802
        if not await self._healthy():
            await context.abort(grpc.StatusCode.UNAVAILABLE, NOT_HEALTHY)
        return appcallback_v1.HealthCheckResponse()


# daprd 1.18.2 asks this without the token, and logs an error at each start when it is refused. It tells nothing.
_OPEN_METHODS = frozenset({"/dapr.proto.runtime.v1.AppCallback/ListTopicSubscriptions"})


class _TokenInterceptor(grpc.aio.ServerInterceptor):
    """Refuses calls that do not carry the app API token."""

    def __init__(self, token: str) -> None:
        self._token = token

        async def refuse(request: Any, context: Any) -> Any:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "the app API token is missing or wrong")

        self._refusal = grpc.unary_unary_rpc_method_handler(refuse)

    async def intercept_service(self, continuation: Any, details: Any) -> Any:
        if details.method in _OPEN_METHODS or ("dapr-api-token", self._token) in details.invocation_metadata:
            return await continuation(details)
        return self._refusal


class AppChannel:
    """The server behind ``--app-port``. Listens on loopback: only the sidecar beside it calls."""

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        healthy: Callable[[], Awaitable[bool]],
        on_job: JobHandler | None = None,
        methods: Mapping[str, Method] | None = None,
    ) -> None:
        self._port = settings.app_port
        interceptors = [_TokenInterceptor(settings.app_api_token)] if settings.app_api_token else []
        self._server = grpc.aio.server(interceptors=interceptors)
        appcallback_service_v1.add_AppCallbackServicer_to_server(_Callbacks(on_job), self._server)
        appcallback_service_v1.add_AppCallbackHealthCheckServicer_to_server(_HealthCheck(healthy), self._server)
        for path, method in (methods or {}).items():
            _, service, name = path.split("/")
            handler = grpc.unary_unary_rpc_method_handler(_unary(path, method))
            self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {name: handler}),))

    async def start(self) -> int:
        """Listen; the port.

        Raises:
            RuntimeError: the port is taken.
        """
        port: int = self._server.add_insecure_port(f"127.0.0.1:{self._port}")
        await self._server.start()
        log.info("app channel listens", port=port)
        return port

    async def stop(self) -> None:
        """Take no new calls and give those under way five seconds."""
        await self._server.stop(grace=5)


def _callers(context: Any) -> set[str]:
    """Who calls, as the metadata say: each value counts, or a caller could name another before its daprd names it."""
    return {value for key, value in context.invocation_metadata() or () if key == "dapr-caller-app-id"}


def _unary(path: str, method: Method) -> Callable[[bytes, Any], Awaitable[bytes]]:
    async def serve(raw: bytes, context: Any) -> bytes:
        if method.callers and not (_callers(context) or {method.own}) <= method.callers:
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, f"{path} is not for this caller")
        try:
            request = method.request.model_validate_json(raw)
        except ValidationError as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{path}: {error.error_count()} invalid fields")
        metadata = dict(context.invocation_metadata() or ())
        with span(path, metadata.get("traceparent"), SpanKind.SERVER):
            try:
                answer = await method.handle(request)
            except SidecarRefused as error:
                log.error("call refused", method=path, error=str(error))
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - the caller retries; the reason is logged here
                log.warning("call failed", method=path, error=str(error) or repr(error))
                await context.abort(grpc.StatusCode.UNAVAILABLE, "try again")
        return answer.model_dump_json().encode()

    return serve
