"""Why work was given up, as people say it: the one list of sentences for the codes of all services (`causes.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).parent / "causes.toml"
MESSAGES: Final = "antarbagian"  # sentences for messages between the services, whichever of them it is
_BEGINNING: Final = "*"  # ends the name of a sentence for every code that begins so
_UNKNOWN: Final = "Sebab yang belum dikenal"


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Return part of the page -> code, or beginning of codes -> sentence."""
    found: Mapping[str, Mapping[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return found


def is_known(name: str, code: str) -> bool:
    """Return whether the code has a sentence of its own, not only by its beginning."""
    return code in sentences()[name]


def cause_of(name: str, code: str) -> str:
    """Return the sentence; where the code has none of its own, with the code, for whoever looks it up."""
    known = sentences()[name]
    for each in (known, sentences()[MESSAGES]):
        if code in each:
            return each[code]
    said = next((text for begin, text in known.items() if begin.endswith(_BEGINNING) and code.startswith(begin[:-1])), _UNKNOWN)
    return f"{said} ({code})" if code else said
