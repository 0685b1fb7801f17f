"""How long to wait before trying again: the one formula for everything that repeats. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MOST_DOUBLINGS: Final = 64  # far above every longest wait; keeps the power within a float


@dataclass(frozen=True, slots=True)
class Backoff:
    """A wait of `first_seconds` after the first failure, `factor` times as long after each further one, `longest_seconds` at most.

    `spread` is the share of a wait that jitter may take away, so that many who failed at one moment do not come back at one moment.
    """

    first_seconds: float
    longest_seconds: float
    factor: float = 2.0
    spread: float = 0.5

    def seconds(self, failures: int, jitter: float = 0.0) -> float:
        """Return the wait after so many failures in a row, the first counting 1; a random `jitter` in [0, 1) shortens it."""
        steps = min(max(failures, 1) - 1, _MOST_DOUBLINGS)
        return min(self.longest_seconds, self.first_seconds * self.factor**steps) * (1.0 - jitter * self.spread)
