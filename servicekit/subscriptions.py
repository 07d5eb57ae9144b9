"""Reading a topic over a streaming subscription: several messages at once, each to its end exactly once or again.

What becomes of a message:

- its handler returns: acknowledged;
- it is an event of ours of a kind that came after this version: acknowledged, for it cannot concern this reader;
- it is a dead letter that is replayed: what is inside is handled as if it had just come, by the service it is for;
- it does not parse, or the handler raises `Reject`: published to ``dead-letters`` with the reason, then acknowledged;
- anything else: a few attempts within the broker's acknowledgement time, then handed back for redelivery. That has no
  end: an outage of any length delays an event and never loses it.

The subscription asks for the raw message (``rawPayload``), so that even a message that is no CloudEvent reaches this
code; otherwise daprd itself would fail on it and the broker redeliver it for ever.
"""

import asyncio
import base64
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum

from dapr.aio.clients.grpc.subscription import Subscription
from dapr.common.pubsub.subscription import SubscriptionMessage
from opentelemetry.trace import SpanKind

from contracts.events import CloudEvent, DeadLetter, InvalidEvent, NotificationWanted, Replayed, UnknownEvent
from contracts.replicas import ReaderReport
from servicekit.cancelling import asked_to_stop
from servicekit.errors import SidecarError
from servicekit.logs import get_logger
from servicekit.metrics import DEAD_LETTERS, EVENT_SECONDS, EVENTS
from servicekit.retry import Backoff
from servicekit.sidecar import Sidecar
from servicekit.tracing import current_traceparent, span

log = get_logger(__name__)

Handler = Callable[[CloudEvent], Awaitable[None]]

_ATTEMPTS = 3
# Seconds for all attempts: less than ackWait in components/local/pubsub.yaml, and few, for
# JetStream hands out one message at a time and one that fails holds up those behind it.
_BUDGET = 3.0


class Outcome(StrEnum):
    """What became of a message."""

    HANDLED = "handled"
    PASSED_OVER = "passed_over"
    DEAD_LETTERED = "dead_lettered"
    HANDED_BACK = "handed_back"
    """The broker delivers it again."""


class Reject(Exception):
    """Raised by a handler: this event can never be handled; the text says why."""


async def dead_letter(sidecar: Sidecar, *, service: str, source: str, reason: str, payload: bytes) -> None:
    """Keep a message that no retry can help.

    Raises:
        SidecarError: it is not kept; the message must be delivered again.
    """
    body = DeadLetter(
        letter_id=uuid.uuid4().hex,
        source=source,
        service=service,
        reason=reason[:500],
        payload_base64=base64.b64encode(payload).decode(),
        received_at=datetime.now(UTC),
    )
    await sidecar.publish(
        CloudEvent.wrap(body, source=service, time=body.received_at, traceparent=current_traceparent())
    )
    DEAD_LETTERS.labels(source if source.startswith("topic/") else source.partition("/")[0]).inc()
    log.error("message dead-lettered", source=source, reason=reason, letter_id=body.letter_id)


class Subscriber:
    """Keeps one topic subscribed for as long as `run` runs."""

    def __init__(
        self, sidecar: Sidecar, topic: str, handler: Handler, *, service: str, max_in_flight: int = 64
    ) -> None:
        self._sidecar = sidecar
        self._topic = topic
        self._handler = handler
        self._service = service
        self._slots = asyncio.Semaphore(max_in_flight)
        self._tasks: set[asyncio.Task[None]] = set()
        self._active = False
        # From the start, so that the first of a kind is an increase, too.
        self._counters = {outcome: EVENTS.labels(topic, outcome) for outcome in Outcome}
        self._seconds = EVENT_SECONDS.labels(topic)
        DEAD_LETTERS.labels(f"topic/{topic}")
        self._handled = self._failed = 0
        self._last_at: datetime | None = None
        self._lag: float | None = None

    @property
    def active(self) -> bool:
        """Whether the stream is open, and leads to a daprd that is there: the SDK's goes on for a while without."""
        return self._active and self._sidecar.up

    def report(self) -> ReaderReport:
        """How far it is, for the console."""
        return ReaderReport(
            topic=self._topic,
            open=self._active,
            in_flight=len(self._tasks),
            handled=self._handled,
            failed=self._failed,
            last_at=self._last_at,
            lag_seconds=self._lag,
        )

    async def run(self) -> None:
        """Read until cancelled, opening the stream again whenever it ends; in-flight messages are finished first."""
        backoff, failures = Backoff(base=0.2, cap=3.0), 0
        try:
            while True:
                await self._sidecar.wait_up()
                try:
                    subscription = await self._sidecar.subscribe(self._topic)
                except Exception as error:  # noqa: BLE001 - the SDK raises bare Exceptions; the loop must outlive all
                    log.warning("subscription not opened", topic=self._topic, error=str(error))
                    await asyncio.sleep(backoff.delay(failures))
                    failures += 1
                    continue
                failures = 0
                self._active = True
                log.info("subscribed", topic=self._topic)
                try:
                    await self._read(subscription)
                finally:
                    self._active = False
                    await self._close(subscription)
        finally:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=_BUDGET)

    async def _read(self, subscription: Subscription) -> None:
        generation = self._sidecar.generation
        while self._sidecar.generation == generation:
            await self._slots.acquire()
            try:
                message = await subscription.next_message()
            except asyncio.CancelledError:
                self._slots.release()
                if asked_to_stop():
                    raise
                log.warning("subscription ended with its connection, opening it again", topic=self._topic)
                return
            except Exception as error:  # noqa: BLE001 - see run()
                self._slots.release()
                log.warning("subscription ended, opening it again", topic=self._topic, error=str(error))
                return
            task = asyncio.create_task(self._settle(subscription, message))
            self._tasks.add(task)
            task.add_done_callback(self._finished)

    async def _close(self, subscription: Subscription) -> None:
        try:
            await subscription.close()
        except asyncio.CancelledError:
            if asked_to_stop():
                raise
        except Exception as error:  # noqa: BLE001 - it is over either way
            log.debug("subscription not closed", topic=self._topic, error=repr(error))

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._slots.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("handing a message back failed", topic=self._topic, error=repr(error))

    async def _settle(self, subscription: Subscription, message: SubscriptionMessage) -> None:
        started = time.perf_counter()
        self._last_at = datetime.now(UTC)
        outcome = await self._process(message.raw_data())
        self._seconds.observe(time.perf_counter() - started)
        self._counters[outcome].inc()
        if outcome is Outcome.HANDED_BACK:
            self._failed += 1
            await subscription.respond_retry(message)
        else:
            self._handled += 1
            await subscription.respond_success(message)

    async def _process(self, raw: bytes) -> Outcome:
        """What becomes of the message."""
        try:
            event = CloudEvent.from_json(raw)
            if isinstance(event.data, Replayed):
                if event.data.service != self._service:
                    return Outcome.PASSED_OVER
                log.info("message replayed", topic=self._topic, letter_id=event.data.letter_id)
                raw = base64.b64decode(event.data.payload_base64)
                event = CloudEvent.from_json(raw)
        except UnknownEvent as error:
            log.info("event passed over", topic=self._topic, reason=str(error))
            return Outcome.PASSED_OVER
        except InvalidEvent as error:
            return await self._bury(raw, str(error))
        if not isinstance(event.data, NotificationWanted):  # which may have been meant for later
            self._lag = max(0.0, (datetime.now(UTC) - event.time).total_seconds())
        with span(
            f"process {self._topic}",
            event.traceparent,
            SpanKind.CONSUMER,
            baggage=event.baggage,
            attributes={"messaging.destination.name": self._topic, "messaging.message.id": event.id},
        ):
            try:
                return Outcome.HANDLED if await self._handle(event) else Outcome.HANDED_BACK
            except Reject as error:
                return await self._bury(raw, str(error))

    async def _handle(self, event: CloudEvent) -> bool:
        backoff = Backoff(base=0.1, cap=1.0)
        deadline = asyncio.get_running_loop().time() + _BUDGET
        for attempt in range(_ATTEMPTS):
            try:
                async with asyncio.timeout_at(deadline):
                    await self._handler(event)
            except Reject:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the event must come back
                log.warning(
                    "event not handled",
                    topic=self._topic,
                    event_id=event.id,
                    attempt=attempt + 1,
                    error=str(error) or repr(error),
                )
            else:
                return True
            pause = backoff.delay(attempt)
            if attempt == _ATTEMPTS - 1 or asyncio.get_running_loop().time() + pause >= deadline:
                return False
            await asyncio.sleep(pause)
        return False

    async def _bury(self, raw: bytes, reason: str) -> Outcome:
        try:
            await dead_letter(
                self._sidecar,
                service=self._service,
                source=f"topic/{self._topic}",
                reason=reason,
                payload=raw,
            )
        except SidecarError as error:
            log.warning("dead letter not kept, the message comes back", error=str(error))
            return Outcome.HANDED_BACK
        return Outcome.DEAD_LETTERED
