"""The kinds of court decisions that the office records, and the rules that each must meet beside its description.

A new kind is a file (`shared/reference/decisions`), a module of rules in `rulings` and a line in `DECISIONS`. Sources: Perma 1/2019 and
Perma 7/2022 (electronic court), UU 7/1989 with UU 3/2006 article 49 (what a Religious Court decides), UU 23/2006 article 52 (names).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, TypeAlias

from services.intake.domain.court import CourtDecision
from services.intake.domain.rulings import children, divorce, marriage, names
from services.intake.domain.rulings.every_kind import check_children, check_common
from shared.errors import FieldProblem
from shared.reference.court_findings import CourtFinding
from shared.reference.courts import Court, CourtKind, court_key, find_court
from shared.reference.decision_kinds import DecisionKind, decision_kinds

Check: TypeAlias = Callable[[CourtDecision, date], Iterable[FieldProblem]]


def _nothing_more(_decision: CourtDecision, _today: date) -> tuple[FieldProblem, ...]:
    return ()


DECISIONS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "cerai_gugat": divorce.check_lawsuit,
        "cerai_talak": divorce.check_repudiation,
        "itsbat_nikah": marriage.check_confirmation,
        "pembatalan_perkawinan": marriage.check_annulment,
        "izin_poligami": marriage.check_polygamy,
        "asal_usul_anak": children.check_origin,
        "pengangkatan_anak": children.check_adoption,
        "perwalian": check_children,
        "hadhanah": check_children,
        "dispensasi_kawin": _nothing_more,
        "wali_adhal": _nothing_more,
        "perubahan_nama": names.check_name,
    }
)
"""Kind -> its rules across fields."""

_OF_GENERAL_COURTS: Final = ("PN.", "PT.")
_WRONG_COURT: Final[Mapping[CourtKind, str]] = MappingProxyType(
    {
        CourtKind.RELIGIOUS: "A Religious Court decides this.",
        CourtKind.GENERAL: "A Pengadilan Negeri decides this: it sends changes of name, and nothing else is sent by it.",
    }
)

PROBLEMS: Final = (
    CourtFinding.COURT_NOT_COMPETENT,
    CourtFinding.COURT_UNKNOWN,
    CourtFinding.CUSTODY_UNKNOWN,
    CourtFinding.DECISION_NOT_FINAL,
    CourtFinding.PARTIES_SAME,
    CourtFinding.PLEDGE_MISSING,
    CourtFinding.PLEDGE_UNEXPECTED,
    "adopter_is_parent",
    "adopter_missing",
    "answer_missing",
    "book_before_decision",
    "book_incomplete",
    "case_number_after_decision",
    "case_number_not_a_lawsuit",
    "case_number_not_a_petition",
    "case_number_of_another_court",
    "case_number_of_no_case",
    "child_is_party",
    "child_named_twice",
    "child_older_than_parent",
    "decided_in_the_future",
    "deed_before_final",
    "deed_in_the_future",
    "deed_number_malformed",
    "deed_year_differs",
    "final_too_early",
    "group_too_few",
    "group_too_many",
    "kind_unknown",
    "marriage_after_decision",
    "name_unchanged",
    "no_party_here",
    "notified_before_decided",
    "old_name_differs",
    "pledge_before_final",
    "region_unknown",
    "wife_named_twice",
)
"""The codes that `judge` returns, for the API document; codes of malformed values are those of the types of fields."""


def judge(decision: CourtDecision, today: date) -> tuple[FieldProblem, ...]:
    """Return every problem that keeps the decision from being recorded; empty when there is none. `today` is the date in WIB."""
    refused = jurisdiction(decision.court_code, decision.kind)
    if refused:  # what follows would only confuse somebody who asked the wrong office
        return refused
    kind = decision_kinds()[decision.kind]
    return (*check_common(decision, kind, today), *DECISIONS[decision.kind](decision, today))


def jurisdiction(court_code: str, kind: str) -> tuple[FieldProblem, ...]:
    """Return what keeps a court from sending decisions of a kind: it is unknown, or the kind is, or it is another court's."""
    return tuple(_jurisdiction(court_code, decision_kinds().get(kind)))


def kinds_of(court: Court) -> tuple[DecisionKind, ...]:
    """Return the kinds of decisions that a court may send."""
    return tuple(kind for kind in decision_kinds().values() if kind.court is court.kind)


def _jurisdiction(court_code: str, kind: DecisionKind | None) -> Iterator[FieldProblem]:
    court = find_court(court_code)
    if court is None and kind is not None and kind.court is CourtKind.RELIGIOUS and _is_general(court_code):
        yield FieldProblem("court_code", CourtFinding.COURT_NOT_COMPETENT, _WRONG_COURT[kind.court])
    elif court is None:
        yield FieldProblem("court_code", CourtFinding.COURT_UNKNOWN, "This court is not in the list of courts that send decisions.")
    elif kind is not None and kind.court is not court.kind:
        field = "court_code" if court.kind is CourtKind.GENERAL else "kind"
        yield FieldProblem(field, CourtFinding.COURT_NOT_COMPETENT, _WRONG_COURT[kind.court])
    if kind is None:
        yield FieldProblem("kind", "kind_unknown", f"Known kinds: {', '.join(DECISIONS)}.")


def _is_general(court_code: str) -> bool:
    return court_key(court_code).startswith(_OF_GENERAL_COURTS)
