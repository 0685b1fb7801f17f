"""The reasons for which a request is looked at, returned or refused: one list of codes, with what people read for each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType


class ReasonScope(StrEnum):
    """What a reason's `field` names: `answers.<field>` of a form, of fields of that type; `decision.…` of a court; of a request nothing."""

    NIK = "nik"
    KK_NUMBER = "kk_number"
    NAME = "name"
    PERSON = "person"
    DOCUMENT = "document"
    ANSWER = "answer"
    DECISION = "decision"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class KnownReason:
    """One row. `officer`: the acts (`return`, `reject`, `answer`) that an officer may give it for; none: only the checks find it.

    `asks`: the field of a form that mends it where the reason names none; "" where there is none such. `services`: those that it is for;
    empty: all. `needs_note`: whether it says nothing without the officer's own words beside it.
    """

    code: str
    text: str
    about: ReasonScope
    officer: frozenset[str]
    asks: str = ""
    services: frozenset[str] = frozenset()
    needs_note: bool = False

    def is_for(self, service: str) -> bool:
        """Return whether it may be given to a request for this service."""
        return not self.services or service in self.services


@cache
def reasons() -> Mapping[str, KnownReason]:
    """Return every reason by its code, as shipped (`data/reasons.toml`), read once."""
    rows = tomllib.loads(files(__package__).joinpath("data/reasons.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            code: KnownReason(
                code,
                row["text"],
                ReasonScope(row["about"]),
                frozenset(row["officer"]),
                row.get("asks", ""),
                frozenset(row.get("services", ())),
                row.get("needs_note", False),
            )
            for code, row in rows.items()
        }
    )
