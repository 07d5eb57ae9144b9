"""Who is there: what each replica said last. Kept in memory, since each says it again in a moment."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from contracts.access import APPS
from contracts.asyncapi import RECEIVERS
from contracts.console import Application, Replica, TopicState
from contracts.replicas import ReaderReport, ReplicaReport

READY: Final = "ready"
NOT_READY: Final = "not ready"
SILENT: Final = "silent"
UNHEARD: Final = "never heard of"


@dataclass(frozen=True, slots=True)
class _Heard:
    report: ReplicaReport
    at: datetime


class Roster:
    """The replicas of all applications."""

    def __init__(
        self, *, silent_after: float, forget_after: float, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._silent_after = silent_after
        self._forget_after = forget_after
        self._clock = clock
        self._heard: dict[tuple[str, str], _Heard] = {}

    def hear(self, report: ReplicaReport) -> None:
        """A replica said how it is. One that was started again on its host takes the place of the one before."""
        self._heard = {
            key: heard
            for key, heard in self._heard.items()
            if not (key[0] == report.app_id and self._is_predecessor(heard, report))
        }
        self._heard[report.app_id, report.instance] = _Heard(report, self._clock())

    def replicas(self) -> list[Replica]:
        """All that are not forgotten, by app-id and start."""
        now = self._clock()
        found = []
        for heard in self._heard.values():
            silent = max(0.0, (now - heard.at).total_seconds())
            if silent > self._forget_after:
                continue
            state = SILENT if silent > self._silent_after else READY if heard.report.ready else NOT_READY
            found.append(Replica(report=heard.report, heard_at=heard.at, silent_seconds=round(silent, 1), state=state))
        return sorted(found, key=lambda one: (one.report.app_id, one.report.started_at))

    def applications(self) -> tuple[Application, ...]:
        """The apps that there should be, and those that there are."""
        replicas = self.replicas()
        by_app = {app: [one for one in replicas if one.report.app_id == app] for app in APPS}
        for one in replicas:
            if one.report.app_id not in by_app:
                by_app[one.report.app_id] = [r for r in replicas if r.report.app_id == one.report.app_id]
        return tuple(
            Application(app_id=app, replicas=tuple(ones), state=_state(ones)) for app, ones in sorted(by_app.items())
        )

    def _is_predecessor(self, heard: _Heard, report: ReplicaReport) -> bool:
        """It has fallen silent, and another one of its app began after its last word."""
        silent = (self._clock() - heard.at).total_seconds() > self._silent_after
        return silent and heard.report.instance != report.instance and report.started_at > heard.at


def topics(replicas: Iterable[Replica], dead_letters: Mapping[tuple[str, str], int]) -> tuple[TopicState, ...]:
    """How far each reader of each topic is: all its replicas together. `dead_letters` by topic and reader."""
    speaking = [one for one in replicas if one.state != SILENT]
    states = []
    for topic, readers in sorted(RECEIVERS.items()):
        for reader in sorted(readers):
            reports = [
                found
                for one in speaking
                if one.report.app_id == reader
                for found in one.report.readers
                if found.topic == topic
            ]
            states.append(_topic(topic, reader, reports, dead_letters.get((topic, reader), 0)))
    return tuple(states)


def _topic(topic: str, reader: str, reports: list[ReaderReport], dead_letters: int) -> TopicState:
    latest = max(
        (one for one in reports if one.last_at),
        key=lambda one: one.last_at.timestamp() if one.last_at else 0.0,
        default=None,
    )
    return TopicState(
        topic=topic,
        reader=reader,
        open=bool(reports) and any(one.open for one in reports),
        in_flight=sum(one.in_flight for one in reports),
        handled=sum(one.handled for one in reports),
        failed=sum(one.failed for one in reports),
        last_at=latest.last_at if latest else None,
        lag_seconds=latest.lag_seconds if latest else None,
        dead_letters=dead_letters,
    )


def _state(replicas: list[Replica]) -> str:
    """Ready if one of them is: the others' work goes to it. The worst is shown with each."""
    states = {one.state for one in replicas}
    if not states:
        return UNHEARD
    return READY if states == {READY} else NOT_READY if READY in states or NOT_READY in states else SILENT
