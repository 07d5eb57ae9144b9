"""When to try again: a small pure decision, so that it can be tested without waiting."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential growth with full jitter, capped. Durations are seconds.

    ``delay(n)`` is drawn from [base/2, min(cap, base * 2**n)]: never zero, so that a failing peer is not hammered.
    """

    base: float = 0.2
    cap: float = 5.0

    def ceiling(self, attempt: int) -> float:
        """The longest wait after this many failures (0 for the first)."""
        return float(min(self.cap, self.base * 2 ** min(attempt, 30)))

    def delay(self, attempt: int) -> float:
        """How long to wait after this many failures (0 for the first)."""
        return random.uniform(self.base / 2, self.ceiling(attempt))  # noqa: S311 - spreads load, hides nothing
