"""A final divorce of a Religious Court. Pure.

The office records what the court decided and checks identity and consistency only (UU 7/1989, PP 9/1975, UU 23/2006 article 40). Both
parties become CERAI HIDUP TERCATAT and get a card of their own; a child goes into the card of whoever has custody (Permendagri 108/2019).
Who is closer to the head of the family keeps the number, the other gets a new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.court import NOT_SPOUSES, check_decision, no_spouses
from services.verification.domain.families import home_of
from services.verification.domain.finding import Finding
from services.verification.domain.households import Households
from services.verification.domain.identity import is_adult
from services.verification.domain.orders import child_card, family_card, identity_card, kk_key
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, Basis, CardWish, Ordered, People, Plan, RegisterChange, Rules, Wish
from services.verification.domain.submission import CourtDecision
from shared.errors import DomainError
from shared.reference.court_findings import CourtFinding
from shared.reference.population import KkMarital, Relation
from shared.reference.regions import is_home

BASIS: Final = "akta_cerai"

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
}  # how close somebody is to the head by blood: of two divorced parties the lower number keeps the card


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


def _people(application: Application) -> People:
    decision = application.first.decision
    if decision is None:
        return People()
    return People(niks=(decision.husband.nik, decision.wife.nik, *(child.nik for child in decision.children)))


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    decision = application.first.decision
    if decision is not None:
        yield from check_decision(application, decision, register, today=today)


def leaver(family: Family, decision: CourtDecision) -> str | None:
    """Return the NIK of the party who leaves a card that holds both: the one who is less closely related to its head.

    Equal distance (two lodgers, say): the wife's card is the new one. A convention of ours without a source; the office has to confirm it.
    """
    husband, wife = family.member(decision.husband.nik), family.member(decision.wife.nik)
    if husband is None or wife is None:
        return None
    return husband.nik if _STAYS[husband.relation] > _STAYS[wife.relation] else wife.nik


def _wishes(application: Application, register: Register) -> tuple[Wish, ...]:
    homes = _homes(application, register)
    family = homes.of(homes.leaver) if homes.leaver else None
    return (CardWish(home_of(family).district),) if family is not None else ()


def _plan(application: Application, register: Register, numbers: tuple[str, ...], today: date) -> Plan:
    """Plan what follows from the decision.

    Raises:
        DomainError: `decision_missing`, `nik_missing`, `parties_not_spouses`, `holder_not_party` or `holder_not_in_register`.
    """
    homes = _homes(application, register)
    before = _touched(homes)
    after = _after(homes, numbers)
    now = Register.of(after)
    changed = tuple(family for family in after if family != before.get(family.kk_number))
    documents: list[Ordered] = []
    for submission in application.submissions:
        nik = submission.applicant_nik
        if homes.decision.party(nik) is None:
            raise DomainError("holder_not_party", "The holder is no party of the decision.")
        family, holder = now.family_of(nik), now.person(nik)
        if family is None or holder is None:
            raise DomainError("holder_not_in_register", "The register has no family of this office with this person.")
        documents += _documents(family, holder, before, changed, (submission.products, today))
    deed = homes.decision.answers
    basis = Basis(BASIS, on=deed.date("deed_on") or homes.decision.final_on, number=deed.text("deed_number"))
    return Plan(tuple(documents), RegisterChange(changed, basis))


def _homes(application: Application, register: Register) -> _Homes:
    decision = application.first.decision
    if decision is None:
        raise DomainError("decision_missing", "The request has no decision.")
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


def _after(homes: _Homes, numbers: tuple[str, ...]) -> tuple[Family, ...]:
    decision, households = homes.decision, Households(_touched(homes).values())
    parties = [nik for nik in (decision.husband.nik, decision.wife.nik) if homes.of(nik) is not None]
    if homes.leaver in parties:
        households.found(numbers[0], homes.leaver)
    for nik in parties:
        households.change(nik, marital=KkMarital.DIVORCED, marital_on=decision.divorced_on)
    for nik in parties:
        family, parent = households.home(nik)
        for child in _children(decision.custody_of(nik), homes):
            if family.member(child) is None:
                households.move(child, family.kk_number, _relation_of_child(parent.relation))
    return households.families


def _children(niks: frozenset[str], homes: _Homes) -> tuple[str, ...]:
    found = [member for nik in niks if homes.of(nik) is not None and (member := homes.register.person(nik)) is not None]
    return tuple(member.nik for member in sorted(found, key=lambda member: (member.born_on, member.nik)))


def _relation_of_child(of_parent: Relation) -> Relation:
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


RULES: Final = Rules(
    people=_people,
    check=_check,
    wishes=_wishes,
    plan=_plan,
    may_be_automatic=True,
    ways=MappingProxyType(
        {
            **dict.fromkeys((CourtFinding.CUSTODY_UNKNOWN, CourtFinding.DECISION_NOT_FINAL, "decision_missing"), CaseRoute.RETURN),
            **dict.fromkeys((CourtFinding.PARTIES_SAME, CourtFinding.PLEDGE_MISSING, "holder_not_party"), CaseRoute.RETURN),
            CourtFinding.COURT_NOT_COMPETENT: CaseRoute.REJECT,
        }
    ),
)
