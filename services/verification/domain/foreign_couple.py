"""A couple that married or parted abroad: whose status the register changes from that day on, and what stands against it. Pure.

Who is in this register alone is changed. A couple that parted and stands on one card gets two, as after a court's divorce: the number stays
with who is closer to the head; children stay where they are until their parents or a court say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.families import home_of
from services.verification.domain.finding import Finding, failure
from services.verification.domain.households import Households
from services.verification.domain.kinship import partners
from services.verification.domain.names import is_named
from services.verification.domain.parting import who_leaves
from services.verification.domain.persons import needed, needed_home
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import CardWish
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.population import MARRIED, KkMarital
from shared.reference.regions import is_home
from shared.values import Sex

HOLDER: Final = "holder_nik"
PARTNER: Final = "partner_nik"
MARRIAGE: Final = "marriage"
DIVORCE: Final = "divorce"
_STATUS: Final = MappingProxyType({MARRIAGE: KkMarital.MARRIED, DIVORCE: KkMarital.DIVORCED})
_STANDS_AGAINST: Final = frozenset({"already_married", "marriage_date_differs", "not_married", "partner_not_on_card"})
"""Findings with which the register can't say what is right; the others are of days."""


@dataclass(frozen=True, slots=True)
class Spouse:
    """One of the two, on their card. `field`: the answer that names them; `others`: those to whom the card shows them married."""

    member: Member
    family: Family
    field: str
    others: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class ForeignCouple:
    """Those of the two who are in this register, the one first whose certificate it is, and what they are from the day on."""

    status: KkMarital
    on: date
    spouses: tuple[Spouse, ...]

    def says_so(self, member: Member) -> bool:
        """Return whether the register has this status of somebody already."""
        return (member.marital, member.marital_on) == (self.status, self.on)

    def has(self, member: Member) -> bool:
        """Return whether somebody is one of the two."""
        return any(spouse.member.nik == member.nik for spouse in self.spouses)

    def changes(self, spouse: Spouse) -> bool:
        """Return whether the status changes: not of a husband who parted from one of several wives."""
        remains = any(not self.has(other) for other in spouse.others)
        return not self.says_so(spouse.member) and not (self.status is KkMarital.DIVORCED and remains)

    @property
    def leaver(self) -> Spouse | None:
        """Who gets a card of their own: of two who parted and stand on one card as married, the one less close to its head."""
        if self.status is not KkMarital.DIVORCED or len({spouse.family.kk_number for spouse in self.spouses}) == len(self.spouses):
            return None
        husband, wife = sorted(self.spouses, key=lambda spouse: spouse.member.sex != Sex.MALE.value)
        if wife.member not in husband.others:
            return None
        leaves = who_leaves(husband.member, wife.member)
        return next(spouse for spouse in self.spouses if spouse.member.nik == leaves)


def couple_of(answers: Answers, register: Register) -> ForeignCouple | None:
    """Return the couple; None where the event is none of a couple.

    Raises:
        DomainError: `answer_missing`, `not_in_register`, `nik_registered_twice`, `couple_same`, `partner_name_differs` or
            `other_family_other_office`.
    """
    status, on, nik = _STATUS.get(answers.text("event") or ""), answers.date("event_on"), answers.text(HOLDER)
    if status is None:
        return None
    if on is None:
        raise DomainError("answer_missing", "event_on")
    holder = needed(register, nik)
    if not is_home(needed_home(register, holder.nik).village_code):
        raise DomainError("other_family_other_office", "Another office has the family.")
    partner = register.person(answers.text(PARTNER) or "")
    if partner is not None and (partner.nik == holder.nik or partner.sex == holder.sex):
        raise DomainError("couple_same", "A couple is a man and a woman.")
    if partner is not None and not any(
        is_named(answers.text("partner_name") or "", name) for name in (partner.name, *partner.former_names)
    ):
        raise DomainError("partner_name_differs", "The number is another person's, whose status nobody may change by it.")
    if {holder.nik, *((partner.nik,) if partner else ())} & register.twice:
        raise DomainError("nik_registered_twice", "Nobody can tell which row is right.")
    known = ((holder, HOLDER), *(((partner, PARTNER),) if partner is not None else ()))
    spouses = tuple(_spouse(member, field, register) for member, field in known)
    return ForeignCouple(status, on, tuple(spouse for spouse in spouses if is_home(spouse.family.village_code)))


def _spouse(member: Member, field: str, register: Register) -> Spouse:
    family = needed_home(register, member.nik)
    return Spouse(member, family, f"answers.{field}", partners(member, family))


def check_status(couple: ForeignCouple) -> Iterator[Finding]:
    """Check that who married was free, and that who parted was married to the one who is named."""
    for spouse in couple.spouses:
        if not couple.says_so(spouse.member):
            yield from _free(spouse, couple) if couple.status is KkMarital.MARRIED else _married(spouse, couple)


def _free(spouse: Spouse, couple: ForeignCouple) -> Iterator[Finding]:
    member, of_each_other = spouse.member, any(map(couple.has, spouse.others))
    if spouse.others and not of_each_other:
        yield failure("already_married", spouse.field)
    elif member.marital is KkMarital.MARRIED:
        yield failure("marriage_date_differs", "answers.event_on") if of_each_other else failure("already_married", spouse.field)
    elif member.marital not in MARRIED and member.marital_on is not None and couple.on < member.marital_on:
        yield failure("married_before_divorce", "answers.event_on")


def _married(spouse: Spouse, couple: ForeignCouple) -> Iterator[Finding]:
    if spouse.member.marital not in MARRIED:
        yield failure("not_married", spouse.field)
    elif spouse.others and not any(map(couple.has, spouse.others)):
        yield failure("partner_not_on_card", spouse.field)
    elif spouse.member.marital_on is not None and couple.on < spouse.member.marital_on:
        yield failure("divorced_before_marriage", "answers.event_on")


def card_wishes(couple: ForeignCouple | None) -> tuple[CardWish, ...]:
    """Return the number of the card that the leaver needs."""
    leaver = couple.leaver if couple is not None else None
    return (CardWish(home_of(leaver.family).district),) if leaver is not None else ()


def families_after(couple: ForeignCouple, numbers: tuple[str, ...]) -> tuple[Family, ...]:
    """Return the families that change, as they are afterwards.

    Raises:
        DomainError: the register says something that can't be true beside the certificate; the check says what.
    """
    problem = next((finding for finding in check_status(couple) if finding.code in _STANDS_AGAINST), None)
    if problem is not None:
        raise DomainError(problem.code, f"{problem.field} does not fit.")
    before = {spouse.family.kk_number: spouse.family for spouse in couple.spouses}
    households, leaver = Households(before.values()), couple.leaver
    if leaver is not None:
        households.found(numbers[0], leaver.member.nik)
    for spouse in couple.spouses:
        if couple.changes(spouse):
            households.change(spouse.member.nik, marital=couple.status, marital_on=couple.on)
    return tuple(family for family in households.families if family != before.get(family.kk_number))
