"""A court decision as it was sent, read by the description of its kind, and which of its parties this office serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from shared.errors import FieldProblem
from shared.reference.courts import CaseNumber
from shared.reference.decision_kinds import DecisionKind, decision_kinds
from shared.reference.forms import Field
from shared.reference.forms.conditions import holds
from shared.reference.regions import find_regency, is_home
from shared.values import Malformed

_AS_WRITTEN: Final = frozenset({"person_name", "phone"})
"""Types of which a court's own writing is taken where it can't be read: a name is compared with the register, nobody is called up."""


@dataclass(frozen=True, slots=True)
class CourtParty:
    """Whom a decision names, as the court wrote it. `village_code` is where they live now: ten digits, if the court knows it."""

    nik: str = field(repr=False)
    name: str = field(repr=False)
    birth_place: str | None = field(default=None, repr=False)
    born_on: date | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    village_code: str | None = field(default=None, repr=False)
    kk_number: str | None = field(default=None, repr=False)
    occupation: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CourtDecision:
    """A decision as sent. Texts are stored as they came and compared in their normal form.

    `answers`: the kind's own fields, None where one may be left out and was: whom it names is a `CourtParty`, a group its rows.
    `unread`: what of it can't be read, by name; it stands in the answers as it came.
    """

    decision_id: str
    court_code: str
    case_number: str = field(repr=False)
    kind: str
    decided_on: date
    final_on: date
    notified_on: date | None = None
    answers: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    unread: tuple[FieldProblem, ...] = ()

    @property
    def key(self) -> str:
        """A key that is the same however the case is written: number, kind, year and court without leading zeros."""
        case = CaseNumber.parse(self.case_number)
        return f"{case.number}/{case.kind}/{case.year}/{case.court}"

    @property
    def parties(self) -> tuple[tuple[str, CourtParty], ...]:
        """Those whose documents follow, each with the role."""
        return self._named(decision_kinds()[self.kind].served)

    @property
    def persons(self) -> tuple[tuple[str, CourtParty], ...]:
        """Everybody whom it names by role, those who get nothing included."""
        return self._named(decision_kinds()[self.kind].persons)

    def rows(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """Return the rows of a group."""
        return tuple(self.answers.get(name) or ())

    def day(self, name: str) -> date | None:
        """Return an answer that is a day."""
        value = self.answers.get(name)
        return value if isinstance(value, date) else None

    def text(self, name: str) -> str | None:
        """Return an answer that is text, a code or a number of a person."""
        value = self.answers.get(name)
        return None if value is None else str(value)

    def _named(self, roles: Sequence[str]) -> tuple[tuple[str, CourtParty], ...]:
        found = ((role, self.answers.get(role)) for role in roles)
        return tuple((role, party) for role, party in found if isinstance(party, CourtParty))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A party who lives in another regency, whose office issues the documents."""

    party: str
    regency_code: str
    regency: str


def read_answers(kind: DecisionKind, raw: Mapping[str, Any], today: date) -> tuple[Mapping[str, Any], tuple[FieldProblem, ...]]:
    """Return the kind's own fields of a body, and what of them can't be read. A field that the kind does not have is ignored.

    Fields of other kinds that this one refuses by name are kept as they came, for its rules to say why.
    """
    problems: list[FieldProblem] = []
    answers = _read(kind.own_fields, kind.persons, raw, today, ("", problems))
    return MappingProxyType({**answers, **{name: raw.get(name) for name in kind.refused}}), tuple(problems)


def _read(
    fields: Sequence[Field], persons: Sequence[str], raw: Mapping[str, Any], today: date, found: tuple[str, list[FieldProblem]]
) -> dict[str, Any]:
    path, problems = found
    values: dict[str, Any] = {each.name: () if each.is_group and each.name not in persons else None for each in fields}
    for each in fields:
        given = raw.get(each.name)
        if not holds(each.when, values, today):
            continue
        if given is None:
            if not each.may_be_left_out:
                problems.append(FieldProblem(f"{path}{each.name}", "answer_missing"))
        elif each.name in persons:
            values[each.name] = CourtParty(**_read(each.fields, (), given, today, (f"{path}{each.name}.", problems)))
        elif each.is_group:
            values[each.name] = tuple(_rows(each, given, today, (path, problems)))
        else:
            values[each.name] = _single(each, given, today, (path, problems))
    return values


def _rows(each: Field, given: Sequence[Mapping[str, Any]], today: date, found: tuple[str, list[FieldProblem]]) -> Iterator[dict[str, Any]]:
    path, problems = found
    least, most = each.count
    if not least <= len(given) <= most:
        problems.append(FieldProblem(f"{path}{each.name}", "group_too_few" if len(given) < least else "group_too_many"))
    for number, row in enumerate(given):
        yield _read(each.fields, (), row, today, (f"{path}{each.name}[{number}].", problems))


def _single(each: Field, given: Any, today: date, found: tuple[str, list[FieldProblem]]) -> Any:
    path, problems = found
    try:
        return each.kind.read(given, each.setup(today))
    except Malformed as malformed:
        if each.type not in _AS_WRITTEN or each.limits.new:
            problems.append(FieldProblem(f"{path}{each.name}", malformed.code))
        return given


def at_home(party: CourtParty) -> bool:
    """Return whether this office serves the party: by the village, never by the NIK. True if unknown: verification finds out."""
    return not party.village_code or is_home(party.village_code)


def elsewhere(decision: CourtDecision) -> tuple[Elsewhere, ...]:
    """Return the parties whom another office serves."""
    found = []
    for role, party in decision.parties:
        if not at_home(party) and party.village_code:
            regency = find_regency(party.village_code)
            found.append(Elsewhere(role, party.village_code[:4], regency.name if regency else party.village_code[:4]))
    return tuple(found)
