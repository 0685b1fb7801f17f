"""Why a document is taken back or given up: one list of codes, with the words of the choice and the sentence that its holder reads."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

REVOKED: Final = "revoked"
"""The list for documents that were issued."""
VOID: Final = "void"
"""The list for numbers that are given up before the issue."""


@dataclass(frozen=True, slots=True)
class EndReason:
    """One row. `told`: a sentence of the message to the holder; empty: nothing of its own. `by_hand`: whether an officer may choose it."""

    code: str
    word: str
    told: str
    by_hand: bool = True


@cache
def end_reasons(of: str) -> Mapping[str, EndReason]:
    """Return the reasons of a list (`REVOKED` or `VOID`) by their codes, as shipped (`data/revocations.toml`), read once."""
    rows = tomllib.loads(files(__package__).joinpath("data/revocations.toml").read_text(encoding="utf-8"))[of]
    return MappingProxyType({code: EndReason(code, **row) for code, row in rows.items()})
