"""Names as they are compared. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

from services.verification.domain.checks import name_key

_ALIKE: Final = 0.8  # share of letters that two spellings of one name have in common, in their order: RIZKY and RISKI PRATAMA 0.83


def is_named(name: str, other: str) -> bool:
    """Return whether two names are one. A missing name (`-`) is nobody's."""
    return bool(name_key(name)) and name_key(name) == name_key(other)


def is_alike(name: str, other: str) -> bool:
    """Return whether two names may be spellings of one."""
    return SequenceMatcher(None, name_key(name), name_key(other), autojunk=False).ratio() >= _ALIKE
