"""What chat_api makes of the audit service's answers."""

import pytest

from chat_api.activity.service import ActivityService
from chat_api.errors import Unavailable
from contracts.audit import Activity, ActivityPage, ListActivity
from servicekit.errors import SidecarUnavailable


class FakeRecording:
    """The audit service, as chat_api sees it."""

    def __init__(self) -> None:
        self.asked: list[ListActivity] = []
        self.away = False

    async def page(self, request: ListActivity) -> ActivityPage:
        if self.away:
            raise SidecarUnavailable("away")
        self.asked.append(request)
        return ActivityPage(entries=(Activity(number=1, kind="created"),))


async def test_a_user_is_asked_for_by_the_id_of_the_session() -> None:
    recording = FakeRecording()
    page = await ActivityService(recording).page("u1", 7, 3)
    assert [one.number for one in page.entries] == [1]
    assert recording.asked == [ListActivity(user_id="u1", before=7, limit=3)]


async def test_while_the_audit_service_is_away_the_answer_says_when_to_try_again() -> None:
    recording = FakeRecording()
    recording.away = True
    with pytest.raises(Unavailable, match="Try again in a minute"):
        await ActivityService(recording).page("u1", None, 50)
