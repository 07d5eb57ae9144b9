"""The way to this service's daprd: one client for all of Dapr's building blocks, over gRPC.

The SDK's client covers publishing, state, secrets and jobs; calls it does not wrap (actors, proxied service
invocation, ListJobs) use the generated stub on a channel of ours. Every call has a deadline and carries
the trace. When daprd comes back after an outage the clients are built anew, because a gRPC channel that failed for
a minute waits up to two before it tries again.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import grpc
import grpc.aio
from dapr.aio.clients import DaprClient
from dapr.aio.clients.grpc.subscription import Subscription
from dapr.clients.exceptions import DaprGrpcError, DaprInternalError
from dapr.conf import settings as dapr_settings
from dapr.proto import api_service_v1, api_v1
from pydantic import BaseModel, ValidationError

from contracts.base import Contract
from contracts.events import CLOUD_EVENT_CONTENT_TYPE, CloudEvent
from contracts.names import PUBSUB
from contracts.replicas import SidecarReport
from servicekit.cancelling import asked_to_stop
from servicekit.conversation import Message, ModelAnswer, Tool, from_response, to_request
from servicekit.errors import SidecarConflict, SidecarError, SidecarRefused, SidecarUnavailable
from servicekit.logs import get_logger
from servicekit.metadata import sidecar_report
from servicekit.metrics import CONNECTIONS
from servicekit.settings import ServiceSettings
from servicekit.state import Put, Remove, Stored, from_items, is_conflict
from servicekit.state import to_request as to_transaction
from servicekit.tracing import current_traceparent

log = get_logger(__name__)

Answer = TypeVar("Answer", bound=BaseModel)
Result = TypeVar("Result")

_HEALTH_INTERVAL = 0.5
_HEALTH_TIMEOUT = 2.0
_STATE_READS = 8  # at once, in a store that has no bulk read of its own
_FAILURES_TO_BE_AWAY = 3  # a slow answer under load is no outage
_CHANNEL_OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # Dapr lists all jobs in one answer: beyond some 16,000 it is longer than the usual limit, and the sweep would fail.
    ("grpc.max_receive_message_length", -1),
)
_REFUSALS = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.ALREADY_EXISTS,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.OUT_OF_RANGE,
    }
)


@dataclass(frozen=True, slots=True)
class BindingAnswer:
    """What an output binding answered."""

    data: bytes
    metadata: Mapping[str, str]


class _Calls:
    """The generated stub, where each call carries the API token and the running trace.

    As interceptors of the channel they would cost as much again as the call itself (a task and a wrapper for each).
    """

    def __init__(self, stub: Any, metadata: Callable[[], Sequence[tuple[str, str]]]) -> None:
        self._stub = stub
        self._metadata = metadata

    def __getattr__(self, name: str) -> Any:
        method, carried = getattr(self._stub, name), self._metadata

        def call(request: Any, *, timeout: float, metadata: Sequence[tuple[str, str]] = ()) -> Any:
            return method(request, timeout=timeout, metadata=(*carried(), *metadata))

        setattr(self, name, call)
        return call


class _Trace(grpc.aio.UnaryUnaryClientInterceptor):
    """Adds the running trace to the calls of the SDK's client."""

    async def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        traceparent = current_traceparent()
        return await continuation(_with(details, "traceparent", traceparent) if traceparent else details, request)


class _StreamToken(grpc.aio.StreamStreamClientInterceptor):
    """Adds the API token to streams, that is to subscriptions and the actor host.

    The SDK's interceptor is one for unary calls and streams, and grpc.aio takes such a one for unary calls only
    (grpcio 1.81, aio/_channel.py): streams go out without the token.
    """

    def __init__(self, token: str) -> None:
        self._token = token

    async def intercept_stream_stream(self, continuation: Any, details: Any, request_iterator: Any) -> Any:
        return await continuation(_with(details, "dapr-api-token", self._token), request_iterator)


def _with(details: Any, key: str, value: str) -> grpc.aio.ClientCallDetails:
    return grpc.aio.ClientCallDetails(
        details.method,
        details.timeout,
        grpc.aio.Metadata(*(details.metadata or ()), (key, value)),
        details.credentials,
        details.wait_for_ready,
    )


class Sidecar:
    """This service's daprd. Use as an async context manager; it starts at once and connects when daprd is there."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._timeout = settings.sidecar_timeout
        self._address = f"127.0.0.1:{settings.dapr_grpc_port}"
        self._health_url = f"http://127.0.0.1:{settings.dapr_http_port}/v1.0/healthz/outbound"
        self._token = settings.dapr_api_token
        self._stream_interceptors = [_StreamToken(self._token)] if self._token else []
        self._traced = bool(settings.traces_endpoint)
        self._client: DaprClient | None = None
        self._channel: grpc.aio.Channel | None = None
        self._stub: Any = None
        self._up = asyncio.Event()
        self._monitor: asyncio.Task[None] | None = None
        self._generation = 0
        # The SDK reads these when a client is built; they are the names that `dapr run` sets.
        dapr_settings.DAPR_RUNTIME_HOST = "127.0.0.1"
        dapr_settings.DAPR_GRPC_PORT = settings.dapr_grpc_port
        dapr_settings.DAPR_HTTP_PORT = settings.dapr_http_port
        dapr_settings.DAPR_API_TOKEN = settings.dapr_api_token
        dapr_settings.DAPR_API_TIMEOUT_SECONDS = settings.sidecar_timeout
        dapr_settings.DAPR_HEALTH_TIMEOUT = 5

    async def __aenter__(self) -> "Sidecar":
        self._monitor = asyncio.create_task(self._watch(), name="sidecar-monitor")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._monitor is not None:
            self._monitor.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._monitor
        await self._disconnect()

    @property
    def up(self) -> bool:
        """Whether daprd answered its last health check."""
        return self._up.is_set()

    @property
    def generation(self) -> int:
        """Counts connections: a change means that daprd was away and streams must be opened anew."""
        return self._generation

    @property
    def host_interceptors(self) -> Sequence[Any]:
        """For the channel of the SDK's actor host: the token for its stream and, where anybody sees it, the trace."""
        trace = [_Trace()] if self._traced else []  # one costs as much as the call it goes with
        return [*trace, *self._stream_interceptors]

    async def wait_up(self) -> None:
        """Return once daprd is there; starting order is free, so this waits without limit."""
        await self._up.wait()

    # Publish and subscribe

    async def publish(self, event: CloudEvent, *, topic: str | None = None) -> None:
        """Publish to the topic of the event's body, or to another; returns when the broker has it.

        Raises:
            SidecarUnavailable: not known to be published; publish it again (the id makes that harmless).
            SidecarRefused: daprd does not accept it.
        """
        topic = topic or event.data.TOPIC
        request = api_v1.PublishEventRequest(
            pubsub_name=PUBSUB,
            topic=topic,
            data=event.to_json(),
            data_content_type=CLOUD_EVENT_CONTENT_TYPE,
            metadata={"partitionKey": event.data.partition_key()},
        )
        await self._call(f"publish to {topic}", self.stub().PublishEvent(request, timeout=self._timeout))

    async def subscribe(self, topic: str) -> Subscription:
        """Open a streaming subscription: no app port, and the raw message, so that we judge what does not parse."""
        client = self._require_client()
        return await self._call(
            f"subscribe to {topic}", client.subscribe(PUBSUB, topic, metadata={"rawPayload": "true"})
        )

    # Actors and service invocation

    async def invoke_actor(
        self, actor_type: str, actor_id: str, method: str, request: Contract | None, answer: type[Answer]
    ) -> Answer:
        """Call an actor wherever placement put it.

        A turn that raised is answered by daprd with OK and a body that describes the error (pkg/api/grpc,
        InvokeActor): only a body of the expected shape is a success.

        Raises:
            SidecarUnavailable: no host, no placement, or the turn failed.
        """
        data = b"" if request is None else request.model_dump_json().encode()
        message = api_v1.InvokeActorRequest(actor_type=actor_type, actor_id=actor_id, method=method, data=data)
        stub = self.stub()
        what = f"actor {actor_type}.{method}"
        response = await self._call(what, stub.InvokeActor(message, timeout=self._timeout), refusals=frozenset())
        try:
            return answer.model_validate_json(response.data)
        except ValidationError as error:
            reason = bytes(response.data[:500]).decode(errors="replace") or "an empty answer"
            raise SidecarUnavailable(f"{what}: the turn failed: {reason}") from error

    async def invoke(
        self, app_id: str, method: str, request: Contract, answer: type[Answer], *, deadline: float | None = None
    ) -> Answer:
        """Call another service's gRPC method through both sidecars (proxy mode; InvokeService is deprecated).

        `deadline` in seconds; without one the service's own (`sidecar_timeout`).

        Raises:
            SidecarUnavailable: the callee is away or failed.
            SidecarRefused: it refused the request.
        """
        call = self._require_channel().unary_unary(
            method,
            request_serializer=lambda message: message.model_dump_json().encode(),
            response_deserializer=answer.model_validate_json,
        )
        metadata = (*self._metadata(), ("dapr-app-id", app_id))
        limit = deadline or self._timeout
        result: Answer = await self._call(
            f"{app_id}{method}",
            call(request, timeout=limit, metadata=metadata, wait_for_ready=False),
            deadline=limit + 0.5,
        )
        return result

    # State

    async def read_states(self, store: str, keys: Sequence[str]) -> dict[str, Stored]:
        """Read several keys at once; those that hold nothing are not in the answer.

        Raises:
            SidecarUnavailable: the store is away, or could not read one of them.
            SidecarRefused: there is no such store.
        """
        request = api_v1.GetBulkStateRequest(store_name=store, keys=keys, parallelism=_STATE_READS)
        what = f"read state of {store}"
        response = await self._call(what, self.stub().GetBulkState(request, timeout=self._timeout))
        if failed := [item.error for item in response.items if item.error]:
            raise SidecarUnavailable(f"{what}: {failed[0]}")
        return from_items(response.items)

    async def transact(self, store: str, changes: Sequence[Put | Remove]) -> None:
        """Make all changes or none.

        Raises:
            SidecarConflict: a value is not the version, or not as absent, as a change wants it; nothing was changed.
            SidecarUnavailable: it is not known whether they were made.
            SidecarRefused: there is no such store, or it has no transactions.
        """
        call = self.stub().ExecuteStateTransaction(to_transaction(store, changes), timeout=self._timeout)
        try:
            await self._call(f"change state of {store}", call)
        except SidecarUnavailable as error:
            if is_conflict(str(error)):
                raise SidecarConflict(str(error)) from error
            raise

    # Language models, and what is loaded

    async def converse(
        self, component: str, messages: Sequence[Message], tools: Sequence[Tool], *, deadline: float
    ) -> ModelAnswer:
        """Ask a language model once; `deadline` in seconds. When it passes, the request to the model is given up, too.

        Raises:
            SidecarUnavailable: no answer, or an error of the model's. Its text may quote what was sent.
            SidecarRefused: there is no such component, or it does not take the request.
        """
        call = self.stub().ConverseAlpha2(to_request(component, messages, tools), timeout=deadline)
        return from_response(await self._call(f"converse with {component}", call, deadline=deadline))

    async def components(self, *, deadline: float) -> dict[str, str]:
        """The components that daprd has loaded for this app: their types by name, as in ``pubsub.jetstream``.

        Raises:
            SidecarUnavailable: not known within `deadline` seconds.
        """
        call = self.stub().GetMetadata(api_v1.GetMetadataRequest(), timeout=deadline)
        response = await self._call("read metadata", call, deadline=deadline)
        return {one.name: one.type for one in response.registered_components}

    # daprd itself

    async def looks_for_placement(self) -> bool:
        """Whether daprd knows that it has no connection to placement, and so is at getting one.

        Raises:
            SidecarUnavailable: it does not say.
        """
        call = self.stub().GetMetadata(api_v1.GetMetadataRequest(), timeout=self._timeout)
        response = await self._call("read metadata", call)
        return "disconnected" in response.actor_runtime.placement

    async def shut_down(self) -> None:
        """Have daprd end at once; whatever keeps it running starts it again.

        In good order it would wait for this service's subscriptions to end first (1.18), and so for ever.

        Raises:
            SidecarUnavailable: it is not known whether it will.
        """
        metadata = (("dapr-force-shutdown", "true"),)
        call = self.stub().Shutdown(api_v1.ShutdownRequest(), timeout=self._timeout, metadata=metadata)
        await self._call("shut down", call)

    async def describe(self, *, deadline: float) -> SidecarReport:
        """What daprd's metadata API says of itself and of its app.

        Raises:
            SidecarUnavailable: not known within `deadline` seconds.
        """
        call = self.stub().GetMetadata(api_v1.GetMetadataRequest(), timeout=deadline)
        return sidecar_report(await self._call("read metadata", call, deadline=deadline))

    # Output bindings

    async def invoke_binding(
        self, name: str, operation: str, data: bytes, metadata: Mapping[str, str], *, deadline: float
    ) -> BindingAnswer:
        """Invoke an output binding; `deadline` in seconds. The SDK's client gives every call the same five.

        Raises:
            SidecarUnavailable: no answer, or an error of the binding's, whose text is then in this one's.
            SidecarRefused: daprd does not accept it.
        """
        request = api_v1.InvokeBindingRequest(name=name, operation=operation, data=data, metadata=dict(metadata))
        call = self.stub().InvokeBinding(request, timeout=deadline)
        response = await self._call(f"binding {name}", call, deadline=deadline)
        return BindingAnswer(bytes(response.data), dict(response.metadata))

    # The rest of Dapr's API

    async def call(
        self, what: str, use: Callable[[DaprClient], Awaitable[Result]], *, deadline: float | None = None
    ) -> Result:
        """Use the SDK's client with this service's errors, and its deadline unless a `deadline` (seconds) is given."""
        return await self._call(what, use(self._require_client()), deadline=deadline)

    def stub(self) -> Any:
        """The generated stub, for what the SDK's client does not wrap. Pass a timeout with each call."""
        self._require_channel()
        return self._stub

    # Inside

    def _metadata(self) -> Sequence[tuple[str, str]]:
        """What each call carries."""
        traceparent = current_traceparent()
        token = (("dapr-api-token", self._token),) if self._token else ()
        return (*token, ("traceparent", traceparent)) if traceparent else token

    def _require_client(self) -> DaprClient:
        if self._client is None:
            raise SidecarUnavailable("daprd has not answered yet")
        return self._client

    def _require_channel(self) -> grpc.aio.Channel:
        if self._channel is None:
            raise SidecarUnavailable("daprd has not answered yet")
        return self._channel

    async def _call(
        self,
        what: str,
        call: Awaitable[Result],
        refusals: frozenset[grpc.StatusCode] = _REFUSALS,
        deadline: float | None = None,
    ) -> Result:
        limit = deadline or self._timeout + 0.5
        try:
            async with asyncio.timeout(limit):
                return await call
        except TimeoutError as error:
            raise SidecarUnavailable(f"{what}: no answer within {limit:g} s") from error
        except DaprGrpcError as error:
            raise _translate(what, error.code(), error.details(), refusals) from error
        except grpc.aio.AioRpcError as error:
            raise _translate(what, error.code(), error.details(), refusals) from error
        except grpc.aio.UsageError as error:
            raise SidecarUnavailable(f"{what}: the connection was being replaced") from error
        except asyncio.CancelledError as error:
            if asked_to_stop():
                raise
            raise SidecarUnavailable(f"{what}: the connection was replaced") from error
        except DaprInternalError as error:
            # Some of the SDK's calls raise this instead; the status code is then in its cause, if there is one.
            cause = error.__cause__
            if isinstance(cause, grpc.aio.AioRpcError):
                raise _translate(what, cause.code(), cause.details(), refusals) from error
            raise SidecarUnavailable(f"{what}: {error}") from error

    async def _watch(self) -> None:
        """Follow daprd's health; connect when it appears and again whenever it comes back."""
        failures = 0
        headers = {"dapr-api-token": self._token} if self._token else {}
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=_HEALTH_TIMEOUT), headers=headers
        ) as session:
            while True:
                if not await self._healthy(session):
                    failures += 1
                    if failures == _FAILURES_TO_BE_AWAY:
                        log.warning("sidecar is away", address=self._address)
                        self._up.clear()
                else:
                    failures = 0
                    if not self._up.is_set():
                        await self._connect()
                        log.info("sidecar connected", address=self._address, connection=self._generation)
                await asyncio.sleep(_HEALTH_INTERVAL if self._up.is_set() else _HEALTH_INTERVAL / 5)

    async def _healthy(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(self._health_url) as response:
                return bool(response.ok)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def _connect(self) -> None:
        await self._disconnect()
        # The constructor probes the health endpoint once more and blocks while it does: it has just answered.
        self._client = DaprClient(address=self._address, interceptors=[_Trace(), *self._stream_interceptors])
        self._channel = grpc.aio.insecure_channel(self._address, options=_CHANNEL_OPTIONS)
        # The stub prepares some seventy calls: once, not for each.
        self._stub = _Calls(api_service_v1.DaprStub(self._channel), self._metadata)
        self._generation += 1
        CONNECTIONS.inc()
        self._up.set()

    async def _disconnect(self) -> None:
        client, channel = self._client, self._channel
        self._client = self._channel = None
        if client is not None:
            await client.close()
        if channel is not None:
            await channel.close()


def _translate(
    what: str, code: grpc.StatusCode, details: str | None, refusals: frozenset[grpc.StatusCode]
) -> SidecarError:
    if code is grpc.StatusCode.ABORTED:
        kind: type[SidecarError] = SidecarConflict
    else:
        kind = SidecarRefused if code in refusals else SidecarUnavailable
    return kind(f"{what}: {code.name} {details or ''}".rstrip())
