"""What has happened, from the record of the audit service; and how an account is closed."""

from collections.abc import Sequence

from chat_api.assistant.exchange import Exchange, Said, Services
from chat_api.assistant.matching import matches
from chat_api.errors import Unavailable
from chat_api.understand import IntentName, Understanding
from contracts.audit import DAMAGED, Activity

_PAGES_AT_MOST = 5
_PAGE = 200
_SHOWN = 12
# What the others are (armed, disarmed, answered) belongs to these, and is in the settings.
_WORDS = {
    "created": "added",
    "updated": "changed",
    "completed": "done",
    "reopened": "open again",
    "deleted": "deleted",
    "fired": "the reminder came",
    "snoozed": "snoozed",
    "acknowledged": "seen",
    "missed": "the reminder came too late",
    "next-occurrence": "went on to its next time",
}
CLOSE_ACCOUNT = (
    "An account is deleted in the settings, under “Account”: it asks for your password, because anybody with one of "
    "your API tokens can write here. All tasks, lists, reminders, tokens, calendar addresses and channels go with it. "
    "Export what you want to keep first."
)


async def answer(services: Services, exchange: Exchange, understood: Understanding) -> Said:
    """What happened, or how the account goes."""
    if understood.intent is IntentName.CLOSE_ACCOUNT:
        return Said(CLOSE_ACCOUNT)
    return await _show(services, exchange, understood)


async def _show(services: Services, exchange: Exchange, understood: Understanding) -> Said:
    """What happened to a task, deleted ones included, or lately; the newest last."""
    request = exchange.request
    try:
        entries = await _recorded(services, request.user_id, everything=understood.target is not None)
    except Unavailable as error:
        return Said(str(error))
    wanted = await _named(services, exchange, understood, entries)
    if wanted is not None:
        entries = [entry for entry in entries if entry.task_id in wanted]
    if any(entry.kind == DAMAGED for entry in entries):
        return Said("The record of your activity has been altered. Do not trust it; tell whoever runs this server.")
    told = [entry for entry in entries if entry.kind in _WORDS]
    if not told:
        about = f" about “{understood.target}”" if understood.target else ""
        return Said(f"I have no record{about}. What happens is recorded a moment later.")
    lines = [
        f"• {request.when(entry.at) if entry.at else '?'}: “{entry.title}” {_WORDS[entry.kind]}"
        for entry in reversed(told[:_SHOWN])
    ]
    more = "\nThere is more in the settings, under “Activity”." if len(told) > _SHOWN else ""
    return Said("\n".join(lines) + more)


async def _recorded(services: Services, user_id: str, *, everything: bool) -> Sequence[Activity]:
    """The newest entries first."""
    entries: list[Activity] = []
    before: int | None = None
    for _ in range(_PAGES_AT_MOST if everything else 1):
        page = await services.activity.page(user_id, before, _PAGE)
        entries += page.entries
        before = page.next_before
        if before is None:
            break
    return entries


async def _named(
    services: Services, exchange: Exchange, understood: Understanding, entries: Sequence[Activity]
) -> frozenset[str] | None:
    """The ids of the tasks that are meant; None: all."""
    if understood.target_index is not None and 0 < understood.target_index <= len(exchange.before.shown):
        return frozenset({exchange.before.shown[understood.target_index - 1]})
    if understood.target is None:
        return frozenset({exchange.before.last}) if understood.refers_back and exchange.before.last else None
    # Of a task that was renamed, each name counts.
    titled = list({(entry.task_id, entry.title): entry for entry in entries if entry.task_id and entry.title}.values())
    return frozenset(entry.task_id for entry in matches(understood.target, titled) if entry.task_id)
