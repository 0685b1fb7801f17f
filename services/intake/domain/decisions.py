"""The kinds of court decisions that the office records: the service that follows from each, and the rules that it must meet.

A new kind is a module of rules and a line in `DECISIONS`. Sources: Perma 1/2019 and Perma 7/2022 (electronic court).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from services.intake.domain import divorce
from services.intake.domain.court import CourtDecision
from shared.errors import FieldProblem
from shared.reference.court_findings import CourtFinding
from shared.reference.courts import CourtKind, court_key, find_court


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """One kind of decision. `service`: of the catalogue. `check`: gives every problem. `problems`: the codes that it may give."""

    service: str
    check: Callable[[CourtDecision, date], Iterable[FieldProblem]]
    problems: tuple[str, ...]


_DIVORCE: Final = DecisionRules("cerai", divorce.check_divorce, divorce.PROBLEMS)

DECISIONS: Final[Mapping[str, DecisionRules]] = MappingProxyType({divorce.CERAI_GUGAT: _DIVORCE, divorce.CERAI_TALAK: _DIVORCE})
"""Kind -> its rules."""

_LATER_KINDS: Final = frozenset({"itsbat_nikah", "asal_usul_anak", "pengangkatan_anak", "dispensasi_kawin", "perwalian"})
_NAME_CHANGES: Final = frozenset({"perubahan_nama", "ubah_nama", "ganti_nama"})

PROBLEMS: Final = tuple(
    dict.fromkeys(
        (
            CourtFinding.COURT_NOT_COMPETENT,
            CourtFinding.COURT_UNKNOWN,
            "kind_not_open",
            "kind_unknown",
            *(code for rules in DECISIONS.values() for code in rules.problems),
        )
    )
)
"""The codes that `judge` returns, for the API document; codes of malformed numbers are those of `shared.values`."""


def judge(decision: CourtDecision, today: date) -> tuple[FieldProblem, ...]:
    """Return every problem that keeps the decision from being recorded; empty when there is none. `today` is the date in WIB."""
    refused = tuple(_jurisdiction(decision))
    if refused:  # what follows would only confuse somebody who asked the wrong office
        return refused
    return tuple(DECISIONS[decision.kind].check(decision, today))


def _jurisdiction(decision: CourtDecision) -> Iterator[FieldProblem]:
    court = find_court(decision.court_code)
    if decision.kind in _NAME_CHANGES or (court is not None and court.kind is CourtKind.GENERAL) or _is_general(decision.court_code):
        yield FieldProblem(
            "kind" if decision.kind in _NAME_CHANGES else "court_code",
            CourtFinding.COURT_NOT_COMPETENT,
            "A change of name is the Pengadilan Negeri's: the citizen brings its penetapan to the office. No DIDUPAG product.",
        )
    elif court is None:
        yield FieldProblem("court_code", CourtFinding.COURT_UNKNOWN, "This court is not in the list of courts that send decisions.")
    if decision.kind in _LATER_KINDS:
        yield FieldProblem("kind", "kind_not_open", "Decisions of this kind are not received here yet.")
    elif decision.kind not in DECISIONS and decision.kind not in _NAME_CHANGES:
        yield FieldProblem("kind", "kind_unknown", f"Known kinds: {', '.join(DECISIONS)}.")


def _is_general(court_code: str) -> bool:
    return court_key(court_code).startswith(("PN.", "PT."))
