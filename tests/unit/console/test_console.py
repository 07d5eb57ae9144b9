"""Who is there, when the system is drained, and who comes in to the page."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

from console.draining import still_busy
from console.roster import READY, SILENT, UNHEARD, Roster, topics
from console.sessions import Sessions
from contracts.console import Invite, Role
from contracts.names import CHAT_API, REMINDERS, SCHEDULER
from contracts.operations import Workload
from contracts.replicas import ReaderReport, ReplicaReport, SidecarReport

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
IDLE = Workload(users=1, pending=5, overdue=0, outbox=0)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def after(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def report(app_id: str, instance: str, clock: Clock, *, draining: bool = False, **reader: object) -> ReplicaReport:
    readers = (ReaderReport.model_validate({"topic": REMINDERS, "open": True, **reader}),)
    return ReplicaReport(
        app_id=app_id,
        instance=instance,
        host="h",
        pid=1,
        started_at=clock(),
        at=clock(),
        draining=draining,
        readers=readers,
        sidecar=SidecarReport(app_id=app_id),
    )


def states(roster: Roster, app_id: str) -> list[str]:
    return [one.state for one in roster.replicas() if one.report.app_id == app_id]


def test_a_replica_falls_silent_and_is_replaced_or_forgotten() -> None:
    clock = Clock()
    roster = Roster(silent_after=8, forget_after=60, clock=clock)
    roster.hear(report(SCHEDULER, "a", clock))
    roster.hear(report(SCHEDULER, "b", clock))
    assert states(roster, SCHEDULER) == [READY, READY]
    clock.after(10)
    roster.hear(report(SCHEDULER, "b", clock).model_copy(update={"started_at": NOW}))
    assert sorted(states(roster, SCHEDULER)) == [READY, SILENT]
    apps = {app.app_id: app.state for app in roster.applications()}
    assert (apps[SCHEDULER], apps[CHAT_API]) == ("not ready", UNHEARD)
    roster.hear(report(SCHEDULER, "c", clock))
    assert states(roster, SCHEDULER) == [READY, READY], "c was started after a's last word, and takes its place"
    clock.after(70)
    assert states(roster, SCHEDULER) == []


def test_drained_means_that_nothing_is_under_way_and_that_this_is_known() -> None:
    clock = Clock()
    roster = Roster(silent_after=8, forget_after=60, clock=clock)
    only = {"now": NOW, "quiet_for": 7.0}

    def busy(workload: Workload | None = IDLE) -> str:
        replicas = roster.replicas()
        some = [one for one in topics(replicas, {}) if (one.topic, one.reader) == (REMINDERS, CHAT_API)]
        return "; ".join(still_busy(workload, some, replicas, **only))  # type: ignore[arg-type]

    assert "no chat-api was heard of" in busy()
    roster.hear(report(CHAT_API, "a", clock))
    assert "1 of 1 chat-api replicas still take new work" in busy()
    roster.hear(report(CHAT_API, "a", clock, draining=True))
    assert busy() == ""
    assert "not known" in busy(None)
    for field, said in (("outbox", "outbox"), ("overdue", "due"), ("intake", "worked off")):
        assert said in busy(IDLE.model_copy(update={field: 2}))
    for reader, said in (
        ({"open": False}, "not being read"),
        ({"in_flight": 3}, "3 messages"),
        ({"last_at": NOW - timedelta(seconds=3)}, "a moment ago"),
    ):
        roster.hear(report(CHAT_API, "a", clock, draining=True, **reader))
        assert said in busy()
    roster.hear(report(CHAT_API, "a", clock, draining=True, last_at=NOW - timedelta(seconds=8)))
    roster.hear(report(CHAT_API, "b", clock))
    assert "1 of 2" in busy()


def test_a_link_opens_once_within_its_time_and_a_session_ends() -> None:
    clock = Clock()
    sessions = Sessions(lifetime=timedelta(hours=8), invitation_lifetime=timedelta(minutes=2), clock=clock)

    def invite(role: Role) -> str:
        made: Awaitable[object] = sessions.invite(Invite(operator="anna", role=role))
        return str(asyncio.run(_path(made))).partition("enter=")[2]

    code = invite(Role.OPERATOR)
    entered = sessions.enter(code)
    assert entered is not None
    key, session = entered
    assert (session.operator, session.role) == ("anna", Role.OPERATOR)
    assert sessions.enter(code) is None
    late = invite(Role.VIEWER)
    clock.after(121)
    assert sessions.enter(late) is None
    assert sessions.find(key) == session
    clock.after(8 * 3600)
    assert sessions.find(key) is None
    assert sessions.find(None) is None


async def _path(made: Awaitable[object]) -> str:
    return str((await made).path)  # type: ignore[attr-defined]
