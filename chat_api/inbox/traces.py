"""Lets the trace of a firing end where its user hears of it: on a stream of this process, a moment after the commit."""

from collections import OrderedDict
from typing import Final

from chat_api.inbox.models import InboxItem
from servicekit.tracing import current_baggage, current_traceparent, span

_KEPT: Final = 1000

_Where = tuple[str | None, str | None]


class FiringTraces:
    """The traces of the last thousand firings that this process took into an inbox; others end there."""

    def __init__(self) -> None:
        self._by_firing: OrderedDict[tuple[str, str], _Where] = OrderedDict()

    def remember(self, reminder_id: str, occurrence: str) -> None:
        """This firing is what the running span is about."""
        self._by_firing[reminder_id, occurrence] = current_traceparent(), current_baggage()
        if len(self._by_firing) > _KEPT:
            self._by_firing.popitem(last=False)

    def streamed(self, item: InboxItem) -> None:
        """The item goes out on a stream now."""
        found = self._by_firing.get((item.reminder_id, item.occurrence))
        if found is not None:
            traceparent, baggage = found
            with span(
                "send to stream", traceparent, baggage=baggage, attributes={"todo.reminder_id": item.reminder_id}
            ):
                pass  # handing it over takes no time that could be measured here


FIRINGS: Final = FiringTraces()
