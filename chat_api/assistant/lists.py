"""Makes, renames and deletes lists."""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import ValidationError

from chat_api.assistant import changing
from chat_api.assistant.exchange import Exchange, Said, Services
from chat_api.errors import Invalid
from chat_api.tasks.lists import CountedList
from chat_api.tasks.models import name_key
from chat_api.tasks.schemas import ListBody
from chat_api.understand import IntentName, Understanding


async def command(services: Services, exchange: Exchange, understood: Understanding) -> Said:
    """Do with a list what is wanted. One that is not there may be a task of that name, when it is to be deleted.

    Raises:
        Invalid: it cannot be called that.
        NotFound: the list has gone meanwhile.
    """
    user_id = exchange.request.user_id
    name = understood.list_name or ""
    if understood.intent is IntentName.ADD_LIST:
        known = _called(await services.lists.all(user_id), name)
        made = await services.lists.add(user_id, _checked(name))
        return Said(f"You have a list “{made.name}” already." if known else f"You have a list “{made.name}” now.")
    found = _called(await services.lists.all(user_id), name)
    if found is None and understood.intent is IntentName.DELETE_LIST:
        as_task = replace(understood, intent=IntentName.DELETE, target=f"{name} list", list_name=None)
        return await changing.change(services, exchange, as_task)
    if found is None:
        return Said(f"You have no list called “{name}”.")
    if understood.intent is IntentName.RENAME_LIST:
        renamed = await services.lists.rename(user_id, found.id, _checked(understood.new_title or ""))
        return Said(f"The list “{found.name}” is called “{renamed.name}” now.")
    await services.lists.delete(user_id, found.id)
    kept = " Its tasks stay, in no list." if found.open_tasks else ""
    return Said(f"Deleted the list “{found.name}”.{kept}")


def _called(lists: Sequence[CountedList], name: str) -> CountedList | None:
    return next((one for one in lists if name_key(one.name) == name_key(name)), None)


def _checked(name: str) -> str:
    try:
        return ListBody(name=name).name
    except ValidationError as error:
        raise Invalid("list", "a list's name has 1 to 100 characters that can be seen") from error
