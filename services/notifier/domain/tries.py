"""What an attempt came to, as it is kept with whatever was attempted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt as it ended: `result` is the verdict's reason."""

    attempt: int
    at: datetime
    result: str
