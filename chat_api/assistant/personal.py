"""What the user wants of the assistant itself: the daily digest, quiet hours, mails, and what just fired."""

from datetime import timedelta

from chat_api.assistant.exchange import Request, Said, Services, instant_of
from chat_api.errors import Invalid, NotFound, TooOften, Unavailable
from chat_api.preferences.quiet import describe
from chat_api.preferences.schemas import PreferencesUpdate
from chat_api.understand import IntentName, Understanding

_SNOOZE = timedelta(minutes=10)


async def prefer(services: Services, request: Request, understood: Understanding) -> Said:
    """What the user wants from now on."""
    match understood.intent:
        case IntentName.DIGEST:
            return await digest(services, request, understood)
        case IntentName.QUIET:
            return await quiet(services, request, understood)
        case _:
            return await email(services, request, understood)


async def digest(services: Services, request: Request, understood: Understanding) -> Said:
    """Switch the daily digest on, to another time, or off."""
    if understood.off or understood.digest_at is None:
        await services.preferences.update(request.user_id, PreferencesUpdate(digest_at=None))
        return Said("OK, no daily digest any more.")
    wish = PreferencesUpdate(digest_at=understood.digest_at)
    chosen = await services.preferences.update(request.user_id, wish)
    return Said(
        f"OK, every day at {understood.digest_at:%H:%M} ({chosen.timezone}) I will tell you what the day holds."
    )


async def quiet(services: Services, request: Request, understood: Understanding) -> Said:
    """Set the quiet hours, or end them."""
    if understood.off or understood.quiet is None:
        wish = PreferencesUpdate(quiet_from=None, quiet_until=None)
        await services.preferences.update(request.user_id, wish)
        return Said("OK, no quiet hours: reminders make a sound at any time.")
    begin, end = understood.quiet
    chosen = await services.preferences.update(request.user_id, PreferencesUpdate(quiet_from=begin, quiet_until=end))
    return Said(
        f"OK, from {describe(begin, end)} ({chosen.timezone}) reminders will be there but make no sound, "
        "except for tasks of priority 1."
    )


async def email(services: Services, request: Request, understood: Understanding) -> Said:
    """Send reminders by e-mail, or stop. A new address is the account's own, and its code is entered in the settings.

    The chat can be used with an API token, which must give reminders no new place to go.
    """
    channels, user_id = services.channels, request.user_id
    try:
        row = await channels.switch_email(user_id, enabled=not understood.off)
    except NotFound:
        row = None
    if understood.off:
        went = f" No more go to {row.address}." if row else ""
        return Said(f"OK, no reminders by e-mail.{went} They still come here.")
    if row is not None:
        return Said(f"OK, your reminders go to {row.address}, too.")
    try:
        address = await channels.mail_code_to_account(user_id)
    except (NotFound, Invalid, TooOften, Unavailable) as error:
        return Said(f"I can't do that: {error}")
    return Said(
        f"I have mailed a code to {address}. Enter it in the settings, and your reminders go there from then on."
    )


async def snooze(services: Services, request: Request, understood: Understanding) -> Said:
    """Say the newest fired reminder once more, later.

    Raises:
        Invalid: that time has passed.
    """
    item = await services.inbox.last_open(request.user_id)
    if item is None or item.id is None:
        return Said("No reminder is waiting for you.")
    until = instant_of(request, understood.due) or request.now + _SNOOZE
    snoozed = await services.inbox.snooze(request.user_id, item.id, until)
    return Said(f"OK, again {request.when(until)}: “{item.title}”.", [snoozed])


async def acknowledge(services: Services, request: Request) -> Said:
    """Take the newest fired reminder off the screen."""
    item = await services.inbox.last_open(request.user_id)
    if item is None or item.id is None:
        return Said("You're welcome. No reminder is waiting for you.")
    await services.inbox.acknowledge(request.user_id, item.id)
    return Said(f"OK, “{item.title}” is off your screen. The task stays until you say that it is done.")
