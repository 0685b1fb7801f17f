"""A couple parts by a decision of a court: two cards, and each child with whom the decision says. Pure.

Who is closer to the head of the family keeps the number, the other gets a new one; a child goes into the card of whoever has custody
(Permendagri 108/2019). What the parties are from then on, unmarried or divorced, the service says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.verification.domain.court import NOT_SPOUSES, no_spouses
from services.verification.domain.families import home_of
from services.verification.domain.households import Households
from services.verification.domain.identity import is_adult
from services.verification.domain.orders import child_card, family_card, identity_card, kk_key
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, Basis, CardWish, Ordered, People, Plan, RegisterChange, Wish
from services.verification.domain.submission import CourtDecision
from shared.errors import DomainError
from shared.reference.court_findings import CourtFinding
from shared.reference.population import KkMarital, Relation
from shared.reference.regions import is_home

_STAYS: Final = {
    Relation.HEAD: 0,
    Relation.CHILD: 1,
    Relation.PARENT: 1,
    Relation.GRANDCHILD: 2,
    Relation.OTHER_KIN: 3,
    Relation.OTHER: 4,
    Relation.SERVANT: 4,
    Relation.CHILD_IN_LAW: 5,
    Relation.PARENT_IN_LAW: 5,
    Relation.HUSBAND: 6,
    Relation.WIFE: 6,
}  # how close somebody is to the head by blood: of two parted parties the lower number keeps the card


@dataclass(frozen=True, slots=True)
class Single:
    """What a party is after the parting, and since when where the register keeps a day of it."""

    marital: KkMarital
    since: date | None = None


@dataclass(frozen=True, slots=True)
class _Homes:
    """Where both parties are registered before; `leaver`: of two on one card, who gets a card of their own."""

    decision: CourtDecision
    register: Register
    leaver: str | None

    def of(self, nik: str) -> Family | None:
        """Return the family of a party, if it is this office's to change."""
        family = self.register.family_of(nik)
        return family if family is not None and is_home(family.village_code) else None


def people_of_decision(application: Application) -> People:
    """Return everybody whom a decision names, children included."""
    decision = application.first.decision
    if decision is None:
        return People()
    niks = (*(party.nik for party in decision.parties.values()), *(child.nik for child in decision.children))
    return People(niks=tuple(dict.fromkeys(niks)))


def needed_decision(application: Application) -> CourtDecision:
    """Return the decision.

    Raises:
        DomainError: `decision_missing`.
    """
    decision = application.first.decision
    if decision is None:
        raise DomainError("decision_missing", "The request has no decision.")
    return decision


def leaver(family: Family, decision: CourtDecision) -> str | None:
    """Return the NIK of the party who leaves a card that holds both."""
    husband, wife = family.member(decision.husband.nik), family.member(decision.wife.nik)
    return who_leaves(husband, wife) if husband is not None and wife is not None else None


def who_leaves(husband: Member, wife: Member) -> str:
    """Return the NIK of the one of two on a card who leaves it: the one who is less closely related to its head.

    Equal distance (two lodgers, say): the wife's card is the new one. A convention of ours without a source; the office has to confirm it.
    """
    return husband.nik if _STAYS[husband.relation] > _STAYS[wife.relation] else wife.nik


def parting_wishes(application: Application, register: Register) -> tuple[Wish, ...]:
    """Return the number of the card that the leaver needs, where both are on one."""
    homes = _homes(application, register)
    family = homes.of(homes.leaver) if homes.leaver else None
    return (CardWish(home_of(family).district),) if family is not None else ()


def part(
    application: Application, register: Register, numbers: tuple[str, ...], after: Mapping[str, Single], basis: Basis, today: date
) -> Plan:
    """Plan what follows. `after`: what each party is from then on, by NIK.

    Raises:
        DomainError: `decision_missing`, `nik_missing`, `parties_not_spouses`, `holder_not_party` or `holder_not_in_register`.
    """
    homes = _homes(application, register)
    before = _touched(homes)
    families = _after(homes, numbers, after)
    now = Register.of(families)
    changed = tuple(family for family in families if family != before.get(family.kk_number))
    documents: list[Ordered] = []
    for submission in application.submissions:
        nik = submission.applicant_nik
        if homes.decision.party(nik) is None:
            raise DomainError("holder_not_party", "The holder is no party of the decision.")
        family, holder = now.family_of(nik), now.person(nik)
        if family is None or holder is None:
            raise DomainError("holder_not_in_register", "The register has no family of this office with this person.")
        documents += _documents(family, holder, before, changed, (submission.products, today))
    return Plan(tuple(documents), RegisterChange(changed, basis))


def _homes(application: Application, register: Register) -> _Homes:
    decision = needed_decision(application)
    if decision.husband.nik == decision.wife.nik:
        raise DomainError(CourtFinding.PARTIES_SAME, "The decision names one person twice.")
    if no_spouses(decision, register):
        raise DomainError(NOT_SPOUSES, "By the register these two are not married to each other.")
    family = register.family_of(decision.husband.nik)
    return _Homes(decision, register, leaver(family, decision) if family is not None else None)


def _touched(homes: _Homes) -> dict[str, Family]:
    """The families that the decision may change, as they are: of the parties, and of children whose custody it says."""
    niks = [homes.decision.husband.nik, homes.decision.wife.nik, *(child.nik for child in homes.decision.children)]
    return {family.kk_number: family for nik in niks if (family := homes.of(nik)) is not None}


def _after(homes: _Homes, numbers: tuple[str, ...], after: Mapping[str, Single]) -> tuple[Family, ...]:
    decision, households = homes.decision, Households(_touched(homes).values())
    parties = [nik for nik in (decision.husband.nik, decision.wife.nik) if homes.of(nik) is not None]
    if homes.leaver in parties:
        households.found(numbers[0], homes.leaver)
    for nik in parties:
        households.change(nik, marital=after[nik].marital, marital_on=after[nik].since)
    for nik in parties:
        family, parent = households.home(nik)
        for child in _children(decision.custody_of(nik), homes):
            if family.member(child) is None:
                households.move(child, family.kk_number, relation_of_ward(parent.relation))
    return households.families


def _children(niks: frozenset[str], homes: _Homes) -> tuple[str, ...]:
    """Return the children in order. A party whom the decision names as a child as well does not move to the other one."""
    niks -= {homes.decision.husband.nik, homes.decision.wife.nik}
    found = [member for nik in niks if homes.of(nik) is not None and (member := homes.register.person(nik)) is not None]
    return tuple(member.nik for member in sorted(found, key=lambda member: (member.born_on, member.nik)))


def relation_of_ward(of_parent: Relation) -> Relation:
    """Return what a child becomes on the card of a parent to whom it moves, by the parent's place there."""
    if of_parent is Relation.HEAD:
        return Relation.CHILD
    return Relation.GRANDCHILD if of_parent is Relation.CHILD else Relation.OTHER_KIN


def _documents(
    family: Family, holder: Member, before: Mapping[str, Family], changed: tuple[Family, ...], asked: tuple[tuple[str, ...], date]
) -> Iterator[Ordered]:
    products, today = asked
    if "kk" in products:
        yield family_card(holder, family, tuple(kk_key(each.kk_number) for each in changed if each.kk_number in before and each != family))
    if "ktp" in products:
        yield identity_card(holder, family)
    known = before.get(family.kk_number)
    for child in family.members if "kia" in products else ():
        moved = child.nik != holder.nik and (known is None or known.member(child.nik) is None)
        if moved and not is_adult(child, today=today):
            yield replace(child_card(child, family, today), holder_nik=holder.nik)
