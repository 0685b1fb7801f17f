"""Adoption: what a court decided, whether it can be recorded, and what follows, by a form or by the court's own decision. Pure.

The bond of blood is not cut (UU 35/2014 article 39 (2)): the natural parents stay the parents in the register and on the akta, which gets
a side note; the child moves onto the card of those who adopt. Who may adopt is for the court (PP 54/2007): what differs from it is shown to
an officer. The natural family's card ends, and no new one is made here: its people are none of the adopters' concern. They are told that
it ended, and nothing of who adopts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.contents import NotePerson, SideNote
from services.verification.domain.court_orders import COURT_ORDER, CourtOrder, check_day, check_reported
from services.verification.domain.deeds import WAYS as DEED_WAYS
from services.verification.domain.deeds import Deed, check_deed, deed_of, known_of
from services.verification.domain.families import joined_by, with_rows, without
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import OF_THE_HEAD, are_partners, is_child_of, partners, relation_of_child
from services.verification.domain.members import check_stayers
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.orders import family_card, kk_key, person_cards, side_note
from services.verification.domain.persons import check_known, needed, needed_home
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register, years_between
from services.verification.domain.rules import Basis, Plan, RegisterChange, Ways
from shared.errors import DomainError
from shared.reference.population import KkMarital, Relation, Religion
from shared.reference.regions import is_home
from shared.values import Sex

EVENT: Final = "PENGANGKATAN ANAK"
_YOUNGEST, _OLDEST = 30, 55  # years of who adopts, PP 54/2007 article 13 b
_ADULT: Final = 18  # years: who is not yet so old may be adopted, PP 54/2007 article 12 (1) a
_MARRIED_YEARS: Final = 5  # PP 54/2007 article 13 e
_SEX: Final = {"father": Sex.MALE, "mother": Sex.FEMALE}
_ROLES: Final = {"father": "Ayah angkat", "mother": "Ibu angkat"}

WAYS: Final[Ways] = MappingProxyType(
    {
        **DEED_WAYS,
        **dict.fromkeys(("adopters_same", "adopter_is_child", "adopter_is_parent", "adopter_sex_differs"), CaseRoute.RETURN),
        **dict.fromkeys(("adopter_missing", "order_before_birth"), CaseRoute.RETURN),
    }
)
"""Ways of what `check_adoption` finds; what is not listed is an officer's, who sees the order."""

FORM: Final[Mapping[str, str]] = MappingProxyType(
    {
        "child": "answers.child_nik",
        "father": "answers.adoptive_father_nik",
        "mother": "answers.adoptive_mother_nik",
        "order": "answers.order_on",
        "court": "answers.order_court",
        "certificate": "answers.certificate_number",
    }
)
"""Where the form of the service names what a finding is about."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """What was decided: who adopts whom. At least one of father and mother; `institution`: who cared for the child, where one did.

    `fields`: where it is named, for the findings.
    """

    child_nik: str
    father_nik: str | None
    mother_nik: str | None
    order: CourtOrder
    certificate_number: str | None = None
    institution: str | None = None
    fields: Mapping[str, str] = field(default_factory=lambda: FORM)

    @property
    def adopters(self) -> dict[str, str]:
        """The NIK of each who adopts, by `father` and `mother`."""
        named = {"father": self.father_nik, "mother": self.mother_nik}
        return {role: nik for role, nik in named.items() if nik is not None}

    @property
    def niks(self) -> tuple[str, ...]:
        """Whom to look up."""
        return (self.child_nik, *self.adopters.values())


def check_adoption(adoption: Adoption, register: Register, today: date, *, reported_on: date) -> Iterator[Finding]:
    """Check what the register says of child and adopters. `reported_on`: the day on which the office was told."""
    fields = adoption.fields
    yield from check_known(register, adoption.child_nik, fields["child"])
    yield from _check_named(adoption, register)
    yield from check_reported(adoption.order.on, reported_on, fields["order"])
    child, adopters = register.person(adoption.child_nik), _known(adoption, register)
    if child is None:
        return
    yield from check_day(adoption.order, child.born_on, fields["order"])
    for found in check_deed(child, adoption.certificate_number or child.birth_certificate, register, today):
        yield replace(found, field=fields["certificate"])
    yield from _check_child(adoption, child, register, today)
    for role, adopter in adopters.items():
        yield from _check_adopter(adoption, role, adopter, child, register)
    yield from _check_couple(adoption, adopters, register)
    yield from _check_court(adoption, adopters)


def _check_named(adoption: Adoption, register: Register) -> Iterator[Finding]:
    if not adoption.adopters:
        yield failure("adopter_missing", adoption.fields["father"])
    if adoption.father_nik is not None and adoption.father_nik == adoption.mother_nik:
        yield failure("adopters_same", adoption.fields["mother"])
    for role, nik in adoption.adopters.items():
        yield from check_known(register, nik, adoption.fields[role])
        if nik == adoption.child_nik:
            yield failure("adopter_is_child", adoption.fields[role])


def _known(adoption: Adoption, register: Register) -> dict[str, Member]:
    found = {role: register.person(nik) for role, nik in adoption.adopters.items() if nik != adoption.child_nik}
    return {role: member for role, member in found.items() if member is not None}


def _check_child(adoption: Adoption, child: Member, register: Register, today: date) -> Iterator[Finding]:
    """Check that the child is one, and can leave the card on which it stands."""
    field, family = adoption.fields["child"], register.family_of(child.nik)
    if years_between(child.born_on, adoption.order.on) >= _ADULT or child.marital is not KkMarital.SINGLE:
        yield failure("adoptee_grown", field)
    if family is None:
        return
    if not is_home(family.village_code):
        yield failure("other_family_other_office", field)
    elif any(family.member(nik) for nik in adoption.adopters.values()):
        yield warning("adoptee_on_card", field)
    else:
        yield from check_stayers(family, {child.nik}, field, today)


def _check_adopter(adoption: Adoption, role: str, adopter: Member, child: Member, register: Register) -> Iterator[Finding]:
    field, age = adoption.fields[role], years_between(adopter.born_on, adoption.order.on)
    if adopter.sex != _SEX[role].value:
        yield failure("adopter_sex_differs", field)
    if is_child_of(child, adopter):
        is_shown = register.family_of(adopter.nik) is register.family_of(child.nik)
        yield failure("adopter_is_parent" if is_shown else "adopter_named_as_parent", field)
    if age < _YOUNGEST:
        yield failure("adopter_too_young", field)
    elif age > _OLDEST:
        yield failure("adopter_too_old", field)
    if adopter.religion != child.religion:
        yield warning("adopter_religion_differs", field)  # PP 54/2007 article 3 (1)


def _check_couple(adoption: Adoption, adopters: Mapping[str, Member], register: Register) -> Iterator[Finding]:
    """Check that two who adopt are a couple, and that one is nobody's husband or wife."""
    homes = {role: register.family_of(member.nik) for role, member in adopters.items()}
    if len(adopters) > 1:
        father, mother, home = adopters["father"], adopters["mother"], homes["father"]
        if home is None or not are_partners(father, mother, home):
            yield failure("adopters_not_spouses", adoption.fields["mother"])
        elif father.marital_on is not None and years_between(father.marital_on, adoption.order.on) < _MARRIED_YEARS:
            yield warning("adopters_newly_married", adoption.fields["father"])
    elif len(adoption.adopters) == 1:
        for role, member in adopters.items():
            if (home := homes[role]) is not None and partners(member, home):
                yield failure("adopter_married_alone", adoption.fields[role])


def _check_court(adoption: Adoption, adopters: Mapping[str, Member]) -> Iterator[Finding]:
    """Warn where a Muslim's adoption was not decided by a Religious Court, or another's by one (UU 3/2006 article 49 a)."""
    is_religious = "AGAMA" in adoption.order.court.split() or adoption.order.court.startswith("PA")
    if any((member.religion == Religion.ISLAM) != is_religious for member in adopters.values()):
        yield warning("order_court_differs", adoption.fields["court"])


def plan_adoption(adoption: Adoption, register: Register, request_id: str, today: date, practice: OfficePractice = PRACTICE) -> Plan:
    """Return what follows: the side note, the adopters' card with the child on it, and the child's own card where it shows another address.

    Raises:
        DomainError: `not_in_register`, `certificate_needed_first`, `adopter_missing`, `adopter_is_child`, `leaves_family_without_head` or
            `other_family_other_office`.
    """
    child, left = needed(register, adoption.child_nik), needed_home(register, adoption.child_nik)
    home, adopter = _new_home(adoption, register)
    deed = deed_of(child, adoption.certificate_number, register)
    row = replace(child, relation=_relation(adopter, practice.adopted_child_is), **known_of(deed))
    note = side_note(note_of(adoption, child, deed, register), request_id)
    basis = Basis(COURT_ORDER, adoption.order.on, adoption.order.number)
    if home is left:
        after = with_rows(home, (row if child.relation not in OF_THE_HEAD else replace(row, relation=child.relation),))
        return Plan((note,)) if after == home else Plan((note, family_card(after.head, after)), RegisterChange((after,), basis))
    if child.relation is Relation.HEAD and len(left.members) > 1:
        raise DomainError("leaves_family_without_head", "Who heads a family can't leave it for another one.")
    after, rest = joined_by(home, (row,)), without(left, {child.nik}, on=today)
    card = family_card(after.head, after, (kk_key(left.kk_number),))
    cardless = tuple(member.nik for member in rest.members if is_adult(member, today=today))
    return Plan((note, card, *person_cards(register, (after,), today)), RegisterChange((after, rest), basis, cardless=cardless))


def note_of(adoption: Adoption, child: Member, deed: Deed, register: Register) -> SideNote:
    """Return the side note: the order, and who adopts. It changes no word of the akta."""
    named = [NotePerson(_ROLES[role], needed(register, nik).name, nik) for role, nik in adoption.adopters.items()]
    if adoption.institution:
        named.append(NotePerson("Lembaga", adoption.institution.upper()))
    return SideNote(**deed.noted, **adoption.order.noted, nik=child.nik, name=child.certified_name, event=EVENT, persons=tuple(named))


def _new_home(adoption: Adoption, register: Register) -> tuple[Family, Member]:
    """Return the card of who adopts, and whoever of them it is by whose relation the child gets its own: the one nearest to the head."""
    if not adoption.adopters:
        raise DomainError("adopter_missing", "Nobody adopts.")
    if adoption.child_nik in adoption.adopters.values():
        raise DomainError("adopter_is_child", "Nobody adopts themselves.")
    first = next(iter(adoption.adopters.values()))
    home = needed_home(register, first)
    if not is_home(home.village_code) or not is_home(needed_home(register, adoption.child_nik).village_code):
        raise DomainError("other_family_other_office", "The card is another office's.")
    there = [member for nik in adoption.adopters.values() if (member := home.member(nik)) is not None]
    return home, min(there, key=lambda member: member.relation not in OF_THE_HEAD)


def _relation(adopter: Member, practice: Relation) -> Relation:
    """Return what the child is to the head: a child like one by birth, or whatever the office writes for one who is not."""
    return relation_of_child(adopter.relation) if practice is Relation.CHILD else practice
