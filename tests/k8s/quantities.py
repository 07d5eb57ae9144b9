"""Kubernetes' quantities as numbers, and what pods ask for in all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

_UNITS: Final = {
    "m": Decimal("0.001"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
}


def number(quantity: str | int) -> Decimal:
    """CPUs, or bytes."""
    text = str(quantity)
    unit = next((unit for unit in ("Ki", "Mi", "Gi", "m", "k", "M", "G") if text.endswith(unit)), "")
    return Decimal(text.removesuffix(unit)) * _UNITS.get(unit, Decimal(1))


@dataclass(frozen=True, slots=True)
class Amount:
    """CPUs and bytes."""

    cpu: Decimal = Decimal(0)
    memory: Decimal = Decimal(0)

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.cpu + other.cpu, self.memory + other.memory)

    def __mul__(self, times: int) -> "Amount":
        return Amount(self.cpu * times, self.memory * times)

    @classmethod
    def of(cls, resources: Mapping[str, Any], kind: str = "requests") -> "Amount":
        """What a container's `resources` say."""
        asked = resources.get(kind) or {}
        return cls(number(asked.get("cpu", 0)), number(asked.get("memory", 0)))

    @classmethod
    def total(cls, amounts: Iterable["Amount"]) -> "Amount":
        """All of them together."""
        return sum(amounts, cls())

    def __str__(self) -> str:
        return f"{self.cpu} CPU, {float(self.memory) / 2**30:.2f} GiB"
