"""Checks of what a court sent: is it final and complete, are the parties whom the register has, are their children known. Pure.

Sources: UU 7/1989, PP 9/1975. The office checks identity and consistency only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Final

from services.verification.domain.checks import check_against_register, check_name, check_nik
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import is_child_of
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application
from services.verification.domain.submission import CERAI_TALAK, CourtDecision, CourtParty
from shared.reference.court_findings import CourtFinding
from shared.reference.courts import find_court
from shared.reference.decision_kinds import decision_kinds
from shared.reference.population import DIVORCED, MARRIED, Relation
from shared.reference.regions import find_village, is_home
from shared.values import Sex

NOT_SPOUSES: Final = "parties_not_spouses"
APART: Final = "parties_live_apart"

_COUPLES: Final = frozenset(
    {
        (Relation.HEAD, Relation.WIFE),
        (Relation.HUSBAND, Relation.HEAD),
        (Relation.CHILD, Relation.CHILD_IN_LAW),
        (Relation.CHILD_IN_LAW, Relation.CHILD),
        (Relation.PARENT, Relation.PARENT),
        (Relation.PARENT_IN_LAW, Relation.PARENT_IN_LAW),
        (Relation.GRANDCHILD, Relation.OTHER_KIN),
        (Relation.OTHER_KIN, Relation.GRANDCHILD),
        (Relation.OTHER_KIN, Relation.OTHER_KIN),
        (Relation.SERVANT, Relation.SERVANT),
        (Relation.OTHER, Relation.OTHER),
        (Relation.SERVANT, Relation.OTHER),
        (Relation.OTHER, Relation.SERVANT),
    }
)
"""What a husband and his wife may be to the head of their card. Two children of one head are brother and sister."""


def check_decision(application: Application, decision: CourtDecision, register: Register, *, today: date) -> Iterator[Finding]:
    """Check that the decision is final and complete, its persons are well-formed, and the register agrees with it."""
    yield from _check_form(decision, today)
    yield from check_marriage_parties(application, decision, register, today=today)


def check_marriage_parties(application: Application, decision: CourtDecision, register: Register, *, today: date) -> Iterator[Finding]:
    """Check that husband and wife are whom the register has as a couple, and the children theirs."""
    names = tuple(check_names(decision))
    yield from names
    holders = {submission.applicant.nik for submission in application.submissions}
    if None in holders:
        return  # `nik_missing` is found already; an officer must find out whose document it would be
    if any(decision.party(nik) is None for nik in holders if nik is not None):
        yield failure("holder_not_party", "decision")
    elif not any(finding.is_failure for finding in names):
        yield from _check_parties(decision, holders, register)
        yield from check_children(decision, register, today)


def check_names(decision: CourtDecision) -> Iterator[Finding]:
    """Check the form of the NIKs and names of all whom a decision names."""
    for role, party in decision.parties.items():
        yield from (*check_nik(party.nik, f"decision.{role}.nik"), *check_name(party.name, f"decision.{role}.name"))


def check_case(decision: CourtDecision, today: date) -> Iterator[Finding]:
    """Check what every decision has in common: that its court may decide this, and that it is final."""
    court, kind = find_court(decision.court_code), decision_kinds().get(decision.kind)
    if court is None:
        yield failure(CourtFinding.COURT_UNKNOWN, "decision.court_code")
    elif kind is None or court.kind is not kind.court:
        yield failure(CourtFinding.COURT_NOT_COMPETENT, "decision.court_code")
    if decision.final_on > today:
        yield failure(CourtFinding.DECISION_NOT_FINAL, "decision.final_on")


def no_spouses(decision: CourtDecision, register: Register) -> bool:
    """Return whether the register says that these two are not married to each other.

    On one card they must fit each other: their places on the card, both married, and since the same day. On two cards the register names
    no couple; but who lives with a spouse of their own is married to that one. What is left of them, a marriage that the register can't
    show, is an officer's (`parties_live_apart`).
    """
    husband, wife = register.person(decision.husband.nik), register.person(decision.wife.nik)
    his, hers = register.family_of(decision.husband.nik), register.family_of(decision.wife.nik)
    if husband is not None and wife is not None and his is hers:
        return not _may_be_a_couple(husband, wife)
    return _has_another(husband, his) or _has_another(wife, hers)


def _may_be_a_couple(husband: Member, wife: Member) -> bool:
    days = {husband.marital_on, wife.marital_on} - {None}
    return (
        (husband.relation, wife.relation) in _COUPLES
        and (husband.marital in MARRIED) == (wife.marital in MARRIED)
        and not (husband.marital in MARRIED and len(days) > 1)
    )


def _has_another(person: Member | None, family: Family | None) -> bool:
    if person is None or family is None or person.marital not in MARRIED:
        return False
    pairs = ((person, other) if person.sex == Sex.MALE.value else (other, person) for other in family.members if other.sex != person.sex)
    return any(husband.marital in MARRIED and wife.marital in MARRIED and _may_be_a_couple(husband, wife) for husband, wife in pairs)


def _check_form(decision: CourtDecision, today: date) -> Iterator[Finding]:
    pledge_on, deed_on = decision.answers.date("pledge_on"), decision.answers.date("deed_on")
    yield from check_case(decision, today)
    if decision.final_on <= today < decision.divorced_on:
        yield failure(CourtFinding.DECISION_NOT_FINAL, "decision.final_on")
    if (decision.kind == CERAI_TALAK) != (pledge_on is not None):
        yield failure(CourtFinding.PLEDGE_MISSING if decision.kind == CERAI_TALAK else CourtFinding.PLEDGE_UNEXPECTED, "decision.pledge_on")
    days = [decision.decided_on, decision.final_on, *filter(None, (pledge_on, deed_on))]
    if days != sorted(days):
        yield failure("decision_dates_disorder", "decision.deed_on")


def _check_parties(decision: CourtDecision, holders: set[str | None], register: Register) -> Iterator[Finding]:
    if decision.husband.nik == decision.wife.nik:
        yield failure(CourtFinding.PARTIES_SAME, "decision.wife.nik")
        return
    for role, sex in (("husband", Sex.MALE), ("wife", Sex.FEMALE)):
        yield from check_party(decision, role, register, holders, sex)
        yield from _check_married(decision.parties[role], role, register)
    if no_spouses(decision, register):
        yield failure(NOT_SPOUSES, "decision")
    elif register.family_of(decision.husband.nik) is not register.family_of(decision.wife.nik):
        yield failure(APART, "decision")


def check_party(
    decision: CourtDecision, role: str, register: Register, holders: Collection[str | None], sex: Sex | None = None
) -> Iterator[Finding]:
    """Check that the register has whom a decision names, as the decision names them.

    Who gets no documents here may belong to another office, which has their row: that is a warning.
    """
    party, prefix = decision.parties[role], f"decision.{role}."
    member, family, is_holder = register.person(party.nik), register.family_of(party.nik), party.nik in holders
    if member is None:
        code = register.gone(party.nik) or "not_in_register"
        yield (failure if is_holder else warning)(code, f"{prefix}nik")
        return
    if family is not None and not is_home(family.village_code):
        yield (failure if is_holder else warning)("other_office", f"{prefix}nik")
        return
    if family is not None and find_village(family.village_code) is None:
        yield failure("village_unknown", f"{prefix}nik")
    if party.nik in register.twice:
        yield failure("nik_registered_twice", f"{prefix}nik")
    yield from check_against_register(party.nik, party.name, member, prefix)
    if party.born_on is not None and party.born_on != member.born_on:
        yield failure("birth_date_differs", f"{prefix}born_on")
    if sex is not None and member.sex != sex.value:
        yield failure("sex_differs", f"{prefix}nik")


def _check_married(party: CourtParty, role: str, register: Register) -> Iterator[Finding]:
    member, family = register.person(party.nik), register.family_of(party.nik)
    if member is None or (family is not None and not is_home(family.village_code)):
        return
    if member.marital in DIVORCED:
        yield failure("already_divorced", f"decision.{role}.nik")
    elif member.marital not in MARRIED:
        yield failure("not_married", f"decision.{role}.nik")


def check_children(decision: CourtDecision, register: Register, today: date) -> Iterator[Finding]:
    """Check that the register shows each child as a minor child of a party, on the card of one of them; and whose custody it is."""
    parties = [party.nik for party in decision.parties.values()]
    families = {id(family) for nik in parties if (family := register.family_of(nik)) is not None}
    for index, child in enumerate(decision.children):
        field = f"decision.children[{index}]"
        if child.custody_nik is not None and child.custody_nik not in parties:
            yield failure(CourtFinding.CUSTODY_UNKNOWN, f"{field}.custody_nik")
        form = tuple(check_nik(child.nik, f"{field}.nik"))
        yield from form
        if any(finding.is_failure for finding in form):
            continue
        home = register.family_of(child.nik)
        if home is None:
            yield failure(register.gone(child.nik) or "child_not_in_register", f"{field}.nik")
        elif id(home) not in families:
            yield failure("child_in_other_family", f"{field}.nik")
        elif not _is_child_of_a_party(child.nik, parties, register, today):
            yield failure("child_not_of_parties", f"{field}.nik")


def _is_child_of_a_party(nik: str, parties: Sequence[str], register: Register, today: date) -> bool:
    """Return whether the register can show a minor child of a party: whoever else is named is moved by no court's slip."""
    child = register.person(nik)
    if child is None or is_adult(child, today=today):
        return False
    return any(is_child_of(child, party) for each in parties if (party := register.person(each)) is not None)
