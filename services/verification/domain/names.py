"""Names as they are compared. Pure."""

from __future__ import annotations

import re
import unicodedata


def name_key(name: str) -> str:
    """Return a name in the form used to compare names: letters only, capitals, no accents."""
    plain = unicodedata.normalize("NFKD", name.upper())
    return re.sub(r"[^A-Z]", "", plain)


def is_named(name: str, other: str) -> bool:
    """Return whether two names are one. A missing name (`-`) is nobody's."""
    return bool(name_key(name)) and name_key(name) == name_key(other)
