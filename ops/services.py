"""Calls to the services, by Dapr's service invocation (gRPC proxying) through one sidecar."""

from types import TracebackType
from typing import Final, Self, TypeVar

import grpc
from pydantic import BaseModel, ValidationError

from contracts.base import Contract
from ops.problems import NoAnswer
from ops.system import SidecarAddress

Answer = TypeVar("Answer", bound=BaseModel)

LONG: Final = 75.0  # seconds: the repair sweep looks at everything


class Services:
    """The services behind a sidecar. A context manager."""

    def __init__(self, sidecar: SidecarAddress) -> None:
        self._sidecar = sidecar
        self._channel = grpc.insecure_channel(sidecar.target)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel.close()

    def call(
        self, app_id: str, method: str, request: Contract, answer: type[Answer], *, timeout: float | None = None
    ) -> Answer:
        """Call a service's gRPC method; `timeout` in seconds, without one the settings'.

        Raises:
            NoAnswer: the sidecar or the service is away or refused, or what came back is no answer.
        """
        call = self._channel.unary_unary(
            method, request_serializer=lambda message: message.model_dump_json().encode(), response_deserializer=bytes
        )
        metadata = [("dapr-app-id", app_id)]
        if self._sidecar.token:
            metadata.append(("dapr-api-token", self._sidecar.token))
        try:
            raw = call(request, timeout=timeout or self._sidecar.timeout, metadata=tuple(metadata))
        except grpc.RpcError as error:
            raise NoAnswer(f"{app_id} did not answer: {error.code().name} {error.details() or ''}".rstrip()) from error
        try:
            return answer.model_validate_json(raw)
        except ValidationError as error:
            raise NoAnswer(
                f"{app_id} answered something else than {answer.__name__}: is it of another version?"
            ) from error
