"""Names as they are compared. Pure."""

from __future__ import annotations

from services.verification.domain.checks import name_key


def is_named(name: str, other: str) -> bool:
    """Return whether two names are one. A missing name (`-`) is nobody's."""
    return bool(name_key(name)) and name_key(name) == name_key(other)
