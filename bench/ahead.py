"""Time ahead: how long before its due time a reminder begins to fire, and what rows of results say of it.

With the scheduler service's own `FIRE_AHEAD` the work is done by the time a reminder is due, and its user is told then:
that is what people have. At 0 all of it happens at the due time: only then do setting a reminder and its firing lie
apart, and their figures with them. Nothing but the standard library here: the plots are drawn in another environment.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

AT_DUE: Final = 0.0
AS_SHIPPED_NAME: Final = "this system"
AT_DUE_NAME: Final = "this system, everything at the due time"
OURS: Final = (AS_SHIPPED_NAME, AT_DUE_NAME)

Row = Mapping[str, Any]


def fire_ahead(row: Row) -> float:
    """Seconds; 0 for results from before there was time ahead."""
    return float(row.get("fire_ahead", AT_DUE))


def at_due(rows: Iterable[Row]) -> list[Row]:
    """Those with everything at the due time."""
    return [row for row in rows if not fire_ahead(row)]


def as_shipped(rows: Iterable[Row]) -> list[Row]:
    """Those with time ahead."""
    return [row for row in rows if fire_ahead(row)]


def system_name(row: Row) -> str:
    """Of a row of the comparison; this system's older rows had everything at the due time."""
    name = str(row["system"])
    return AT_DUE_NAME if name == AS_SHIPPED_NAME and not fire_ahead(row) else name
