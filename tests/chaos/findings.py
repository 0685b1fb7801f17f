"""A promise that was not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """A promise that was not kept. `evidence` holds ids, counts and times, never personal data."""

    promise: str
    """I1 … I8, or `conservation`."""
    what: str
    """Stable code, such as `request_lost`."""
    evidence: Mapping[str, Any]


def hidden(key: str) -> str:
    """A name for a key that may hold a phone number (a wamid does): the beginning of its SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]
