"""What a clerk typed, read into the decision that the API would have been sent, and judged by the very same rules. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.intake.domain.clerk import CUSTODY, CourtDraft, groups, paths
from services.intake.domain.court import CourtDecision, decision_from, read_answers
from services.intake.domain.decisions import judge, jurisdiction
from shared.errors import FieldProblem
from shared.reference.decision_kinds import DecisionKind, case_fields, decision_kinds
from shared.reference.forms import Field, Unclear
from shared.reference.forms.types import TYPES
from shared.typed import compact_number
from shared.values import Malformed

VILLAGE: Final = "village_code"
"""Of a party: where they live now. A clerk may write the name of a village of this regency for its code."""
_CODE_DIGITS: Final = 10
_LONGEST: Final = 200  # characters of what the API takes in a line
_BLANK_TEXT: Final = frozenset({"nik", "person_name"})
"""Types whose values rules compare: a blank one is a text that is wrong, so that the other fields can be judged beside it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was typed, as a decision where it is one (else None), and the first problem of each field in the order of the page."""

    decision: CourtDecision | None
    problems: tuple[FieldProblem, ...]

    @property
    def so_far(self) -> tuple[FieldProblem, ...]:
        """The problems of what is written, without what is still to be filled in."""
        return tuple(problem for problem in self.problems if problem.code not in _LATER)


_LATER: Final = frozenset({"answer_missing", "group_too_few", "adopter_missing", "book_incomplete", "pledge_missing"})
"""Codes that say of a page which is half filled in that it is."""


def judged(draft: CourtDraft, reference: str, today: date) -> Judged:
    """Return what was typed as a decision, with everything that keeps it from being recorded.

    Args:
        draft: What was typed.
        reference: The court's own reference of the decision.
        today: In WIB.
    """
    kind = decision_kinds()[draft.kind]
    missing = tuple(FieldProblem(path, "answer_missing") for path in _blank(kind, draft))
    body, found = _body(kind, draft, today)
    decision = None
    if not any(problem.field in _CASE for problem in (*missing, *found)):
        common = {"decision_id": reference, "court_code": draft.court, "kind": draft.kind}
        decision = decision_from(common | body, today)
        found.extend(judge(decision, today))
    else:
        found.extend(jurisdiction(draft.court, draft.kind))
        found.extend(read_answers(kind, body, today)[1])
    return Judged(decision, _in_order(kind, draft, (*missing, *found)))


_CASE: Final = frozenset({each.name for each in case_fields() if not each.optional})


def _in_order(kind: DecisionKind, draft: CourtDraft, problems: Sequence[FieldProblem]) -> tuple[FieldProblem, ...]:
    first: dict[str, FieldProblem] = {}
    for problem in problems:
        first.setdefault(problem.field, problem)
    order = {path: place for place, (path, _) in enumerate(paths(kind, draft.rows))}
    return tuple(sorted(first.values(), key=lambda problem: order.get(problem.field, len(order))))


def _blank(kind: DecisionKind, draft: CourtDraft) -> Iterator[str]:
    """Yield what must be filled in and is not. Of a person who may be left out nothing is asked until something is written."""
    left_out = {each.name for each in kind.own_fields if each.name in kind.persons and each.optional and not _named(draft, each)}
    for path, each in paths(kind, draft.rows):
        owner = path.partition(".")[0]
        if not each.optional and path not in kind.ruled and owner not in left_out and not draft.values.get(path):
            yield path


def _named(draft: CourtDraft, person: Field) -> bool:
    return any(draft.values.get(f"{person.name}.{inner.name}") for inner in person.fields)


def _body(kind: DecisionKind, draft: CourtDraft, today: date) -> tuple[dict[str, Any], list[FieldProblem]]:
    """Return the body that the API would be sent, and what of it has no form that it could be sent in."""
    problems: list[FieldProblem] = []
    reading = _Reading(draft, kind, today, problems)
    body: dict[str, Any] = {each.name: reading.single(each.name, each) for each in (*case_fields(), *kind.own_fields) if not each.is_group}
    for each in kind.own_fields:
        if each.name in kind.persons:
            is_left_out = each.optional and not _named(draft, each)
            body[each.name] = None if is_left_out else reading.row(f"{each.name}.", each.fields)
    for each in groups(kind):
        count = draft.rows.get(each.name, 0)
        body[each.name] = [reading.row(f"{each.name}[{number}].", each.fields) for number in range(count)]
    return body, problems


@dataclass(frozen=True, slots=True)
class _Reading:
    draft: CourtDraft
    kind: DecisionKind
    today: date
    problems: list[FieldProblem]

    def row(self, begin: str, fields: Sequence[Field]) -> Mapping[str, Any]:
        return {each.name: self.single(f"{begin}{each.name}", each) for each in fields}

    def single(self, path: str, each: Field) -> Any:
        """Return a value as JSON would have it; None where nothing is written."""
        text = self.draft.values.get(path, "")
        if not text:
            return "" if "." in path and not each.optional and each.type in _BLANK_TEXT else None
        if each.name == CUSTODY:
            return self.draft.values.get(f"{text}.nik", "") if text in self.kind.served else text
        if len(text) > max(_LONGEST, each.limits.max_length):
            self.problems.append(FieldProblem(path, "text_too_long"))
            return text
        try:
            if each.name == VILLAGE:
                return village_code(text, self.today)
            return each.parse(text, self.today).isoformat() if each.type == "date" else text
        except Malformed as malformed:
            self.problems.append(FieldProblem(path, malformed.code))
            return None if each.name == VILLAGE else text


def village_code(text: str, today: date) -> str:
    """Return the code of a village.

    Raises:
        Malformed: `village_unknown`; Unclear where several have that name.
    """
    code = compact_number(text)
    if len(code) == _CODE_DIGITS and code.isdecimal():
        return code
    return str(TYPES["village"].parse(text, Field("village", "village").setup(today)))


def may_be_meant(text: str, today: date) -> Mapping[str, str]:
    """Return the villages that a name may mean, by code; empty where it is clear or nothing like it is known."""
    village = Field("village", "village")
    try:
        village_code(text, today)
    except Unclear as unclear:
        return {code: village.show(code, today) for code in unclear.candidates}
    except Malformed:
        return {}
    return {}
