"""Times as calendar files write them: days, instants, wall clocks with or without a zone. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from icalendar import Component
from icalendar.prop import vDDDTypes
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from chat_api.tasks.due import start_of
from chat_api.zones import parse_zone


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, or a time: an instant, or what the clocks of a zone show."""

    day: date | None = None
    wall: datetime | None = None
    zone: ZoneInfo | None = None
    instant: datetime | None = None

    @property
    def is_day(self) -> bool:
        """Whether it is a whole day."""
        return self.day is not None

    def at(self, zone: ZoneInfo) -> datetime:
        """The instant, in UTC; days and wall clocks without a zone are those of `zone`."""
        if self.day is not None:
            return start_of(self.day, zone)
        if self.wall is not None:
            return self.wall.replace(tzinfo=self.zone or zone).astimezone(UTC)
        if self.instant is None:
            raise ValueError("a time that is none")
        return self.instant

    def later(self, by: timedelta) -> Self:
        """So much later."""
        return type(self)(
            day=None if self.day is None else self.day + by,
            wall=None if self.wall is None else self.wall + by,
            zone=self.zone,
            instant=None if self.instant is None else self.instant + by,
        )


class Times:
    """Reads times; `own` is the user's zone."""

    def __init__(self, own: ZoneInfo, zones: Mapping[str, str]) -> None:
        self.own = own
        self._zones = zones

    def of(self, component: Component, name: str) -> Moment | None:
        """A property's time.

        Raises:
            ValueError: it is none, or its zone is not known.
        """
        found = first_of(component, name)
        return None if found is None else self._moment(found)

    def all_of(self, component: Component, name: str) -> list[Moment]:
        """All times of a property that lists them."""
        found = component.get(name, [])
        lists = found if isinstance(found, list) else [found]
        return [self._moment(one, one_list.params) for one_list in lists for one in one_list.dts]

    def zone_of(self, component: Component, due: Moment | None) -> ZoneInfo:
        """The zone that a task is meant in."""
        named = text_of(component, "X-TODO-TIMEZONE")
        if due is not None and due.zone is not None:
            return due.zone
        return parse_zone(named) if named else self.own

    def _moment(self, found: Any, params: Mapping[str, Any] | None = None) -> Moment:
        if not hasattr(found, "dt"):
            # A property that iCalendar does not know is read as text.
            found = vDDDTypes(vDDDTypes.from_ical(str(found)))  # type: ignore[no-untyped-call]
        value = found.dt
        if isinstance(value, datetime):
            zone_id = (params or found.params).get("TZID")
            if zone_id is not None and str(zone_id) not in {"UTC", "Z"}:
                return Moment(wall=value.replace(tzinfo=None), zone=self._zone(str(zone_id)))
            if value.tzinfo is not None:
                return Moment(instant=value.astimezone(UTC))
            return Moment(wall=value)
        if isinstance(value, date):
            return Moment(day=value)
        raise ValueError("a time that is none")

    def _zone(self, zone_id: str) -> ZoneInfo:
        tail = zone_id.strip("/").split("/")
        # Evolution and others put their own name before the zone's; Outlook has names of its own.
        names = (zone_id, self._zones.get(zone_id, ""), WINDOWS_TO_OLSON.get(zone_id, ""))
        for name in (*names, "/".join(tail[-2:]), "/".join(tail[-3:])):
            try:
                return parse_zone(name)
            except ValueError:
                continue
        raise ValueError(f"its time zone is not known: {zone_id[:60]}")


def first_of(component: Component, name: str) -> Any:
    """A property; the first one where there are several."""
    found = component.get(name)
    return found[0] if isinstance(found, list) else found


def text_of(component: Component, name: str) -> str:
    """A property's text; empty when there is none."""
    found = first_of(component, name)
    return "" if found is None else str(found)
