"""Who asks for whom: whether the register shows what `may_ask` of a service's file wants, and what the form says of the applicant. Pure.

What the register shows goes on, what it disproves is returned, and what it can't show (a guardian, a proxy, kin on another card) is an
officer's, who sees the papers. A proxy of a service about a card is its sender: the applicant is always somebody of the card.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from services.verification.domain.checks import name_key
from services.verification.domain.finding import Finding, failure
from services.verification.domain.guardianship import is_guardian_of
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import are_partners, is_child_of
from services.verification.domain.names import is_alike
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.submission import Answers, Submission
from shared.reference.catalogue import CivilService, SubjectKind
from shared.values import Sex

NOT_ALLOWED: Final = "asker_not_allowed"
UNPROVEN: Final = "asker_unproven"
GUARDIAN: Final = "guardian"
_PARENTS: Final = ("mother_nik", "father_nik")
_ADOPTERS: Final = ("adoptive_father_nik", "adoptive_mother_nik")


class Standing(StrEnum):
    """What the register says of the relation of the applicant to somebody."""

    SHOWN = "shown"
    OPEN = "open"
    DISPROVED = "disproved"


@dataclass(frozen=True, slots=True)
class _Pair:
    """The applicant, and one person whom it is about: None of a household or of who is just born. `card`: where that person lives.

    `day`: on which it was asked for. `is_ward`: a court gave the applicant the care of this person, or of every child it is about.
    """

    applicant: Member
    person: Member | None
    card: Family | None
    answers: Answers
    day: date
    is_ward: bool = False

    @property
    def is_one_card(self) -> bool:
        return self.card is not None and self.card.member(self.applicant.nik) is not None


_Relation: TypeAlias = Callable[[_Pair], Standing]


def check_asker(submission: Submission, service: CivilService, concerns: str, register: Register) -> Iterator[Finding]:
    """Check that the applicant may ask. Who is not in the register, of applicant and persons, another check has found.

    `concerns`: the group whose rows name whom it is about, where the subject of the service's file does not.
    """
    applicant, claim = register.person(submission.applicant.nik or ""), submission.answers.text("relation")
    if applicant is None or not service.may_ask or (claim is not None and claim not in _CLAIMS):
        return  # father or mother, as a birth has them: its own rules hold it against the NIK
    relations = (_CLAIMS[claim],) if claim is not None else tuple(RELATIONS[each] for each in service.may_ask)
    found = {_best(relations, pair) for pair in _pairs(submission, service, concerns, applicant, register)}
    field = "answers.nik" if claim is None else "answers.relation"
    if found == {Standing.DISPROVED}:
        yield failure(NOT_ALLOWED, field)
    elif found - {Standing.SHOWN}:
        yield failure(UNPROVEN, field)


def _best(relations: tuple[_Relation, ...], pair: _Pair) -> Standing:
    found = {relation(pair) for relation in relations}
    return next(standing for standing in Standing if standing in found)


def _pairs(submission: Submission, service: CivilService, concerns: str, applicant: Member, register: Register) -> Iterator[_Pair]:
    answers, kind = submission.answers, service.subject.of
    card = register.family(submission.kk_number) if submission.kk_number else register.family_of(applicant.nik)
    if concerns:
        niks = [row.text("nik") or "" for row in answers.rows(concerns)]
    elif kind in (SubjectKind.HOUSEHOLD, SubjectKind.NEWBORN):
        is_ward = kind is SubjectKind.HOUSEHOLD and is_guardian_of(submission, service, card, register)
        yield _Pair(applicant, None, card, answers, submission.submitted_on, is_ward=is_ward)
        return
    else:
        niks = [(answers.text(service.subject.nik) if service.subject.nik else None) or applicant.nik]
    for nik in niks:
        if (person := register.person(nik)) is not None:
            is_ward = nik in register.wards.get(applicant.nik, ())
            yield _Pair(applicant, person, register.family_of(nik), answers, submission.submitted_on, is_ward=is_ward)


def _self(pair: _Pair) -> Standing:
    is_self = pair.is_one_card if pair.person is None else pair.person.nik == pair.applicant.nik
    return Standing.SHOWN if is_self else Standing.DISPROVED


def _family(pair: _Pair) -> Standing:
    return Standing.SHOWN if pair.is_one_card else Standing.OPEN  # of kin on another card the register has names alone


def _parent(pair: _Pair) -> Standing:
    named = {pair.answers.text(name) for name in _PARENTS} - {None}
    if pair.person is None:
        return Standing.OPEN if not named else Standing.SHOWN if pair.applicant.nik in named else Standing.DISPROVED
    return _descent(pair.person, pair.applicant, pair)


def _child(pair: _Pair) -> Standing:
    return Standing.OPEN if pair.person is None else _descent(pair.applicant, pair.person, pair)


def _descent(child: Member, parent: Member, pair: _Pair) -> Standing:
    """Return what the register says of a parent: it names parents without their NIK, so that a namesake elsewhere would fit as well."""
    named = child.father if parent.sex == Sex.MALE.value else child.mother
    if is_child_of(child, parent):
        return Standing.SHOWN if pair.is_one_card else Standing.OPEN
    return Standing.DISPROVED if name_key(named) and not is_alike(named, parent.name) else Standing.OPEN


def _spouse(pair: _Pair) -> Standing:
    if pair.person is None or pair.card is None or not pair.is_one_card:
        return Standing.OPEN
    return Standing.SHOWN if are_partners(pair.applicant, pair.person, pair.card) else Standing.DISPROVED


def _guardian(pair: _Pair) -> Standing:
    """Return that the court's decision shows a guardian, else papers; an adult has none."""
    if pair.person is not None and is_adult(pair.person, today=pair.day):
        return Standing.DISPROVED
    return Standing.SHOWN if pair.is_ward else Standing.OPEN


def _adopter(pair: _Pair) -> Standing:
    return Standing.SHOWN if pair.applicant.nik in {pair.answers.text(name) for name in _ADOPTERS} else Standing.DISPROVED


def _by_papers(_pair: _Pair) -> Standing:
    return Standing.OPEN


def _anyone(_pair: _Pair) -> Standing:
    return Standing.SHOWN


RELATIONS: Final[Mapping[str, _Relation]] = MappingProxyType(
    {
        "self": _self,
        "parent": _parent,
        "family": _family,
        GUARDIAN: _guardian,
        "neighbourhood_head": _by_papers,
        "proxy": _by_papers,
        "adopter": _adopter,
        "anyone": _anyone,
        "village_registrar": _by_papers,
        "institution": _by_papers,
    }
)
"""Each code of the list `may_ask`."""
_CLAIMS: Final[Mapping[str, _Relation]] = MappingProxyType(
    {
        "spouse": _spouse,
        "child": _child,
        "parent": _parent,
        "family": _family,
        "neighbourhood_head": _by_papers,
        "proxy": _by_papers,
    }
)
"""What an applicant may say to be (`death_relation`, `birth_relation`)."""
