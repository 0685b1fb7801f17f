"""A marriage that a Religious Court confirms after the fact, and one that it annuls. Pure.

Sources: KHI article 7 and Perma 1/2015 (itsbat), UU 1/1974 articles 22-28 and KHI articles 70-76 (annulment), Permendagri 108/2019
article 10 (a new number goes with a new head). The decision of an itsbat is not the buku nikah: that the KUA issues.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.court import check_case, check_children, check_marriage_parties, check_names, check_party
from services.verification.domain.families import closed_where_empty, home_of
from services.verification.domain.finding import Finding, failure
from services.verification.domain.households import Households
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import are_partners
from services.verification.domain.members import check_stayers
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.orders import child_card, closed_keys, family_card, identity_card
from services.verification.domain.parting import Single, needed_decision, part, parting_wishes, people_of_decision
from services.verification.domain.persons import needed, needed_home
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, Basis, CardWish, Ordered, Plan, RegisterChange, Rules, Wish
from services.verification.domain.submission import CourtDecision
from shared.errors import DomainError
from shared.reference.court_findings import CourtFinding
from shared.reference.population import MARRIED, KkMarital, Relation
from shared.values import Sex

ORDER: Final = "court_order"
_BOOK: Final = "marriage_book"
_BEFORE: Final = MappingProxyType({"single": KkMarital.SINGLE, "divorced": KkMarital.DIVORCED, "widowed": KkMarital.WIDOWED})
_COUPLE: Final = (("husband", Sex.MALE), ("wife", Sex.FEMALE))


# ---- itsbat


def check_confirmed(application: Application, register: Register, today: date, practice: OfficePractice = PRACTICE) -> Iterator[Finding]:
    """Check an itsbat: that the couple is free for each other, that the KUA has issued the book, and what becomes of the children."""
    decision = application.first.decision
    if decision is None:
        return
    yield from check_case(decision, today)
    yield from check_names(decision)
    yield from _check_couple(application, decision, register, today)
    if decision.answers.text("book_number") is None and practice.itsbat_needs_book:
        yield failure("marriage_book_missing", "decision.book_number")
    if decision.children and practice.itsbat_children_to_officer:
        yield failure("children_route_open", "decision.children")


def _check_couple(application: Application, decision: CourtDecision, register: Register, today: date) -> Iterator[Finding]:
    holders = [submission.applicant.nik for submission in application.submissions]
    if decision.husband.nik == decision.wife.nik:
        yield failure(CourtFinding.PARTIES_SAME, "decision.wife.nik")
        return
    for role, sex in _COUPLE:
        yield from check_party(decision, role, register, holders, sex)
    husband, wife = register.person(decision.husband.nik), register.person(decision.wife.nik)
    if husband is None or wife is None:
        yield failure("spouse_not_in_register", "decision")
        return
    yield from _check_free(decision, husband, wife, register)
    yield from check_children(decision, register, today)
    leaving = {husband.nik, wife.nik, *(child.nik for child in decision.children)}
    for family in _old_families(decision, register):
        yield from check_stayers(family, leaving, "decision", today)


def _check_free(decision: CourtDecision, husband: Member, wife: Member, register: Register) -> Iterator[Finding]:
    home = register.family_of(husband.nik)
    if home is not None and are_partners(husband, wife, home):
        if {husband.marital, wife.marital} == {KkMarital.MARRIED}:
            yield failure("marriage_already_recorded", "decision")
        return
    married_on = decision.answers.date("married_on")
    for member, role in ((husband, "husband"), (wife, "wife")):
        if member.marital in MARRIED:
            yield failure("already_married", f"decision.{role}.nik")
        elif member.marital_on is not None and married_on is not None and married_on < member.marital_on:
            yield failure("married_before_divorce", "decision.married_on")


def _old_families(decision: CourtDecision, register: Register) -> tuple[Family, ...]:
    """Return the cards that somebody leaves."""
    home = _joined(decision, register)
    found = (register.family_of(party.nik) for party in (decision.husband, decision.wife))
    return tuple({each.kk_number: each for each in found if each is not None and each is not home}.values())


def _joined(decision: CourtDecision, register: Register) -> Family | None:
    """Return the card on which the couple goes on: one that holds both, or that one of them heads, the husband's first; None: a new one."""
    his, hers = register.family_of(decision.husband.nik), register.family_of(decision.wife.nik)
    if his is not None and his is hers:
        return his
    headed = ((his, decision.husband.nik), (hers, decision.wife.nik))
    return next((family for family, nik in headed if family is not None and family.head.nik == nik), None)


def _confirmed_wishes(application: Application, register: Register) -> tuple[Wish, ...]:
    decision = application.first.decision
    home = register.family_of(decision.husband.nik) if decision is not None else None
    if decision is None or home is None or register.family_of(decision.wife.nik) is None or _joined(decision, register) is not None:
        return ()
    return (CardWish(home_of(home).district),)


def _plan_confirmed(application: Application, register: Register, numbers: tuple[str, ...], today: date) -> Plan:
    decision = needed_decision(application)
    husband, wife = needed(register, decision.husband.nik), needed(register, decision.wife.nik)
    home = needed_home(register, husband.nik)
    if husband.nik == wife.nik or husband.sex == wife.sex:
        raise DomainError(CourtFinding.PARTIES_SAME, "A couple is a man and a woman.")
    if not are_partners(husband, wife, home) and (husband.marital in MARRIED or wife.marital in MARRIED):
        raise DomainError("already_married", "One of them is married by the register.")
    families = _together(decision, register, numbers, today)
    return Plan(tuple(_confirmed_documents(application, families, register, today)), RegisterChange(families, _confirmed_basis(decision)))


def _confirmed_basis(decision: CourtDecision) -> Basis:
    number, book_on = decision.answers.text("book_number"), decision.answers.date("book_on")
    return Basis(_BOOK, book_on, number) if number and book_on else Basis(ORDER, decision.decided_on, decision.case_number)


def _together(decision: CourtDecision, register: Register, numbers: tuple[str, ...], today: date) -> tuple[Family, ...]:
    """Return the families of the couple as they become: one card for both, with the children whom the decision names."""
    couple = (decision.husband.nik, decision.wife.nik)
    touched = {family.kk_number: family for nik in couple if (family := register.family_of(nik)) is not None}
    households, joined = Households(touched.values()), _joined(decision, register)
    number = joined.kk_number if joined is not None else numbers[0]
    if joined is None:
        households.found(number, couple[0])
    for nik in couple:
        if households.home(nik)[0].kk_number != number:
            households.move(nik, number, Relation.OTHER_KIN)
        households.change(nik, marital=KkMarital.MARRIED, marital_on=decision.answers.date("married_on"))
    _as_couple(households, couple)
    for child in decision.children:
        if register.person(child.nik) is not None and households.home(child.nik)[0].kk_number != number:
            households.move(child.nik, number, Relation.CHILD)
    return closed_where_empty(households.families, on=today)


def _as_couple(households: Households, couple: tuple[str, str]) -> None:
    """Give the one beside the head their place as the head's spouse; two who live with others keep theirs."""
    (_, husband), (_, wife) = households.home(couple[0]), households.home(couple[1])
    if husband.relation is Relation.HEAD:
        households.change(wife.nik, relation=Relation.WIFE)
    elif wife.relation is Relation.HEAD:
        households.change(husband.nik, relation=Relation.HUSBAND)


def _confirmed_documents(application: Application, families: tuple[Family, ...], register: Register, today: date) -> Iterator[Ordered]:
    """Yield the card of the couple, for the first of them, a KTP-el for each, and a card for those whom each left behind."""
    holders, now = [submission.applicant_nik for submission in application.submissions], Register.of(families)
    home = needed_home(now, holders[0])
    yield family_card(needed(now, holders[0]), home, tuple(closed_keys(families)))
    for nik in holders:
        yield identity_card(needed(now, nik), needed_home(now, nik))
    for family in families:
        if family.closed_on is None and family is not home:
            yield replace(family_card(family.head, family), holder_nik=_who_left(family, holders, register))
    for child in home.members:
        was = register.family_of(child.nik)
        if child.nik not in holders and (was is None or home_of(was) != home_of(home)) and not is_adult(child, today=today):
            yield replace(child_card(child, home, today), holder_nik=holders[0])


def _who_left(family: Family, holders: Collection[str], register: Register) -> str | None:
    return next((nik for nik in holders if (was := register.family_of(nik)) and was.kk_number == family.kk_number), None)


# ---- annulment


def _check_annulled(application: Application, register: Register, today: date) -> Iterator[Finding]:
    decision = application.first.decision
    if decision is not None:
        yield from check_case(decision, today)
        yield from check_marriage_parties(application, decision, register, today=today)


def status_after(decision: CourtDecision, role: str, practice: OfficePractice = PRACTICE) -> Single:
    """Return what a party of a void marriage is: what they were before it. Of when that began the decision says nothing."""
    if not practice.annulled_as_before:
        return Single(KkMarital.DIVORCED, decision.final_on)
    return Single(_BEFORE.get(decision.answers.text(f"{role}_before") or "", KkMarital.SINGLE))


def _plan_annulled(application: Application, register: Register, numbers: tuple[str, ...], today: date) -> Plan:
    decision = needed_decision(application)
    after = {party.nik: status_after(decision, role) for role, party in decision.parties.items()}
    return part(application, register, numbers, after, Basis(ORDER, decision.decided_on, decision.case_number), today)


_TO_THE_COURT: Final = MappingProxyType(
    {
        **dict.fromkeys((CourtFinding.CUSTODY_UNKNOWN, CourtFinding.DECISION_NOT_FINAL, "decision_missing"), CaseRoute.RETURN),
        **dict.fromkeys((CourtFinding.PARTIES_SAME, "holder_not_party"), CaseRoute.RETURN),
        CourtFinding.COURT_NOT_COMPETENT: CaseRoute.REJECT,
    }
)
ITSBAT_NIKAH: Final = Rules(
    people=people_of_decision,
    check=check_confirmed,
    wishes=_confirmed_wishes,
    plan=_plan_confirmed,
    may_be_automatic=True,
    ways=_TO_THE_COURT,
)
PEMBATALAN_PERKAWINAN: Final = Rules(
    people=people_of_decision, check=_check_annulled, wishes=parting_wishes, plan=_plan_annulled, ways=_TO_THE_COURT
)
