"""A court decision as it was sent, read by the description of its kind, and which of its parties this office serves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import orjson

from shared.errors import FieldProblem
from shared.reference.courts import CaseNumber, court_key
from shared.reference.decision_kinds import DecisionKind, decision_kinds
from shared.reference.forms import Field
from shared.reference.forms.conditions import holds
from shared.reference.regions import find_regency, is_home
from shared.typed import visible
from shared.values import Attachment, Malformed

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
    file: Attachment | None = None
    """The decision itself as a PDF, where the court's clerk attached it."""

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


def decision_from(sent: Mapping[str, Any], today: date) -> CourtDecision:
    """Return the decision of a body whose shape is right: a kind that the court may not send with what every decision carries alone.

    `sent`: the fields as JSON has them, those of every case included.
    """
    kind = decision_kinds().get(sent["kind"])
    is_whole = kind is not None and all(
        each.name in sent for each in kind.own_fields if not each.may_be_left_out and each.name not in kind.ruled
    )
    answers, unread = read_answers(kind, sent, today) if kind is not None and is_whole else (MappingProxyType({}), ())
    return CourtDecision(
        decision_id=sent["decision_id"],
        court_code=visible(sent["court_code"]).strip(),  # they are printed
        case_number=visible(sent["case_number"]).strip(),
        kind=sent["kind"],
        decided_on=date.fromisoformat(sent["decided_on"]),
        final_on=date.fromisoformat(sent["final_on"]),
        notified_on=date.fromisoformat(sent["notified_on"]) if sent.get("notified_on") else None,
        answers=answers,
        unread=unread,
    )


def fingerprint(decision: CourtDecision) -> str:
    """Hash the content without what may differ when the same is sent twice: the court's reference and the spelling of the number."""
    content = {
        "court_code": court_key(decision.court_code),
        "kind": decision.kind,
        **{name: getattr(decision, name) for name in ("decided_on", "notified_on", "final_on")},
        **{name: asdict(value) if isinstance(value, CourtParty) else value for name, value in decision.answers.items()},
    }
    return hashlib.sha256(orjson.dumps({**content, "decision_id": "", "case_number": ""}, option=orjson.OPT_SORT_KEYS)).hexdigest()


def read_answers(kind: DecisionKind, raw: Mapping[str, Any], today: date) -> tuple[Mapping[str, Any], tuple[FieldProblem, ...]]:
    """Return the kind's own fields of a body, and what of them can't be read. A field that the kind does not have is ignored.

    Of fields that its rules judge by themselves they say why they may not be there or are missing.
    """
    problems: list[FieldProblem] = []
    answers = {name: raw.get(name) for name in kind.ruled} | _read(kind.own_fields, kind.persons, raw, today, ("", problems))
    missing = {FieldProblem(name, "answer_missing") for name in kind.ruled}
    return MappingProxyType(answers), tuple(problem for problem in problems if problem not in missing)


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
