"""The language model behind the sidecar: whether there is one, one question at a time within a budget, and a pause when
it keeps failing."""

import re
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from contracts.names import LANGUAGE_MODEL
from servicekit.conversation import COMPONENT_TYPE, Message, ModelAnswer, Tool
from servicekit.errors import SidecarError, SidecarRefused
from servicekit.sidecar import Sidecar

_METADATA_TIMEOUT = 0.5
_STATUS = re.compile(r"status code: (\d{3})")


class ModelFailed(Exception):
    """No answer. The text says why in words of ours: an endpoint's error may quote what it was sent."""


class LanguageModel(Protocol):
    """A model that can be asked."""

    async def available(self) -> bool:
        """Whether one is configured and may be asked now; quick, and never raises."""

    async def ask(self, messages: Sequence[Message], tools: Sequence[Tool]) -> ModelAnswer:
        """Its answer.

        Raises:
            ModelFailed: there is none in time.
        """


class Circuit:
    """Leaves out what failed several times in a row for a while; then one try decides.

    Args:
        failures: so many in a row open it.
        pause: seconds that it stays open.
        clock: seconds, never going back.
    """

    def __init__(self, failures: int = 3, pause: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._pause = pause
        self._clock = clock
        self._failures = 0
        self._closed_from = 0.0

    @property
    def open(self) -> bool:
        """Whether it is to be left out now."""
        return self._failures >= self._limit and self._clock() < self._closed_from

    def trying(self) -> None:
        """A try begins. After a pause the others wait for its outcome."""
        if self._failures >= self._limit:
            self._closed_from = self._clock() + self._pause

    def succeeded(self) -> None:
        """It answered."""
        self._failures = 0

    def failed(self) -> None:
        """It did not."""
        self._failures += 1
        if self._failures >= self._limit:
            self._closed_from = self._clock() + self._pause


class DaprLanguageModel(LanguageModel):
    """The component `language-model`, when the sidecar has loaded one; asked for once in each connection to it."""

    def __init__(self, sidecar: Sidecar, *, budget: float, circuit: Circuit | None = None) -> None:
        self._sidecar = sidecar
        self._budget = budget
        self._circuit = circuit or Circuit()
        self._asked_in = 0
        self._configured = False

    async def available(self) -> bool:
        """Whether one is configured and may be asked now; quick, and never raises."""
        if not self._sidecar.up or self._circuit.open:
            return False
        connection = self._sidecar.generation
        if self._asked_in != connection:
            try:
                loaded = await self._sidecar.components(deadline=_METADATA_TIMEOUT)
            except SidecarError:
                return False  # asked again with the next message
            self._configured = loaded.get(LANGUAGE_MODEL, "").partition(".")[0] == COMPONENT_TYPE
            self._asked_in = connection
        return self._configured

    async def ask(self, messages: Sequence[Message], tools: Sequence[Tool]) -> ModelAnswer:
        """Its answer.

        Raises:
            ModelFailed: there is none in time.
        """
        begun = time.monotonic()
        self._circuit.trying()
        try:
            answer = await self._sidecar.converse(LANGUAGE_MODEL, messages, tools, deadline=self._budget)
        except SidecarError as error:
            self._circuit.failed()
            reason = _reason(error, self._budget, time.monotonic() - begun)
            raise ModelFailed(f"{reason}; left out for a while" if self._circuit.open else reason) from None
        self._circuit.succeeded()
        return answer


def _reason(error: SidecarError, budget: float, took: float) -> str:
    status = _STATUS.search(str(error))
    if status is not None:
        return f"its endpoint answered {status[1]}"
    if took >= budget:
        return f"no answer within {budget:g} s"
    return (
        "the sidecar refused the request" if isinstance(error, SidecarRefused) else "no connection, or no whole answer"
    )
