"""What a Religious Court decides of a child: whose it is, and who adopts it. Pure.

Sources: UU 1/1974 article 55 and KHI article 103 (asal usul), UU 35/2014 article 39 and Perpres 96/2018 (adoption: the bond of blood stays,
so do the parents on the certificate), Permendagri 108/2019. Of a merely biological child nothing follows by the rules: it is an officer's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from services.verification.domain.checks import name_key
from services.verification.domain.contents import BirthCertificate, NoteChange, NotePerson, ParentNamed, SideNote
from services.verification.domain.court import check_case, check_names, check_party
from services.verification.domain.families import closed_where_empty, with_rows
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.households import Households
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import is_child_of, relation_of_child
from services.verification.domain.members import check_stayers
from services.verification.domain.names import is_named
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.orders import child_card, closed_keys, family_card, side_note
from services.verification.domain.parting import needed_decision, people_of_decision
from services.verification.domain.persons import needed, needed_home
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, Basis, Ordered, Plan, RegisterChange, Rules
from services.verification.domain.services.court_marriage import ORDER
from services.verification.domain.submission import CourtDecision, CourtParty
from shared.errors import DomainError
from shared.reference.court_findings import CourtFinding
from shared.reference.courts import find_court
from shared.reference.population import Relation
from shared.values import Sex

CERTIFICATE: Final = "akta_kelahiran"
DEED: Final = "AKTA KELAHIRAN"
_LATE_AFTER: Final = timedelta(days=60)  # UU 23/2006 article 27 (1)
_LEGITIMATE: Final = "legitimate"
_ADOPTERS: Final = (("adoptive_father", Sex.MALE, "Ayah angkat"), ("adoptive_mother", Sex.FEMALE, "Ibu angkat"))


def court_note(decision: CourtDecision, *, member: Member, number: str, event: str) -> SideNote:
    """Return a side note on the birth certificate of a member, with the decision as its basis; what changes is the caller's to add."""
    court = find_court(decision.court_code)
    return SideNote(
        deed=DEED,
        deed_number=number,
        name=member.name,
        event=event,
        basis="PENETAPAN PENGADILAN",
        nik=member.nik,
        basis_issuer=(court.name if court else decision.court_code).upper(),
        basis_number=decision.case_number,
        basis_on=decision.decided_on,
    )


def check_certificate(decision: CourtDecision, member: Member | None) -> Iterator[Finding]:
    """Check that the akta that the decision names is the one that the register has."""
    number = decision.answers.text("certificate_number")
    known = member.birth_certificate if member is not None else None
    if number and known and number.upper() != known.upper():
        yield failure("certificate_number_differs", "decision.certificate_number")
    elif number and member is not None and known is None:
        yield warning("certificate_not_in_register", "decision.certificate_number")


# ---- asal usul anak


def _check_origin(application: Application, register: Register, today: date) -> Iterator[Finding]:
    decision = application.first.decision
    if decision is None:
        return
    yield from check_case(decision, today)
    yield from check_names(decision)
    holders = [submission.applicant.nik for submission in application.submissions]
    for role, sex in (("child", None), ("father", Sex.MALE), ("mother", Sex.FEMALE)):
        yield from check_party(decision, role, register, holders, sex)
    if decision.answers.text("child_status") != _LEGITIMATE:
        yield failure("child_biological", "decision.child_status")
    child = register.person(decision.parties["child"].nik)
    yield from check_certificate(decision, child)
    if child is not None:
        yield from _check_parents(decision, child, register)


def _check_parents(decision: CourtDecision, child: Member, register: Register) -> Iterator[Finding]:
    mother, father = decision.parties["mother"], decision.parties["father"]
    if name_key(child.mother) and not is_named(child.mother, _name(mother, register)):
        yield failure("child_mother_differs", "decision.mother.name")
    if name_key(child.father):
        same = is_named(child.father, _name(father, register))
        yield failure("father_named_already" if same else "child_father_differs", "decision.father.name")
    for role, party in (("father", father), ("mother", mother)):
        parent = register.person(party.nik)
        if parent is not None and parent.born_on >= child.born_on:
            yield failure("child_older_than_parent", f"decision.{role}.nik")
        elif parent is not None and child.born_on.year - parent.born_on.year < PRACTICE.youngest_parent_years:
            yield failure(f"{role}_too_young", f"decision.{role}.nik")


def plan_origin(
    application: Application, register: Register, _numbers: tuple[str, ...], today: date, practice: OfficePractice = PRACTICE
) -> Plan:
    """Plan what follows from an asal usul: the father stands in the child's row, on its akta, and on the card.

    Raises:
        DomainError: `decision_missing`, `child_biological` or `not_in_register`.
    """
    decision = needed_decision(application)
    if decision.answers.text("child_status") != _LEGITIMATE:
        raise DomainError("child_biological", "Of a biological child nothing follows by the rules.")
    before = needed(register, decision.parties["child"].nik)
    father, mother = (_name(decision.parties[role], register) for role in ("father", "mother"))
    number = before.birth_certificate or decision.answers.text("certificate_number")
    child = replace(before, father=father, mother=mother)
    family = with_rows(needed_home(register, before.nik), (child,))
    if number and practice.origin_by_side_note:
        akta = _origin_note(decision, before, number, father, application.first.request_id)
    else:
        akta = _certificate(decision, child, register, today)
    basis = Basis(ORDER, decision.decided_on, decision.case_number)
    return Plan((akta, family_card(child, family)), RegisterChange((family,), basis))


def _origin_note(decision: CourtDecision, child: Member, number: str, father: str, request_id: str) -> Ordered:
    note = court_note(decision, member=child, number=number, event="ASAL USUL ANAK")
    persons = (NotePerson("Ayah", father, decision.parties["father"].nik),)
    return side_note(replace(note, persons=persons, changes=(NoteChange("Ayah", child.father, father),)), request_id)


def _certificate(decision: CourtDecision, child: Member, register: Register, today: date) -> Ordered:
    content = BirthCertificate(
        nik=child.nik,
        name=child.name,
        sex=child.sex,
        born_on=child.born_on,
        born_at=None,
        birth_place=child.birth_place,
        birth_order=child.birth_order or decision.answers.number("birth_order") or 1,
        kind=1,
        late=today - child.born_on > _LATE_AFTER,
        father=_parent(decision.parties["father"], register),
        mother=_parent(decision.parties["mother"], register),
    )
    return Ordered(CERTIFICATE, content, child.name, f"{CERTIFICATE}:{child.nik}", holder_nik=child.nik)


def _parent(party: CourtParty, register: Register) -> ParentNamed:
    member = register.person(party.nik)
    return ParentNamed(member.name, member.nik, member.citizenship) if member is not None else ParentNamed(party.name.upper(), party.nik)


def _name(party: CourtParty, register: Register) -> str:
    """Return the name of somebody as the register has it, else as the court wrote it."""
    return register.name_of(party.nik) or party.name.upper()


# ---- adoption


def _check_adoption(application: Application, register: Register, today: date) -> Iterator[Finding]:
    decision = application.first.decision
    if decision is None:
        return
    yield from check_case(decision, today)
    yield from check_names(decision)
    holders = [submission.applicant.nik for submission in application.submissions]
    yield from check_party(decision, "child", register, holders)
    child = register.person(decision.parties["child"].nik)
    yield from check_certificate(decision, child)
    for role, sex, _ in _ADOPTERS:
        if role in decision.parties:
            yield from check_party(decision, role, register, holders, sex)
    if child is not None:
        yield from _check_adopters(decision, child, register, today)


def _check_adopters(decision: CourtDecision, child: Member, register: Register, today: date) -> Iterator[Finding]:
    homes = set[str]()
    for role, _, _ in _ADOPTERS:
        party = decision.parties.get(role)
        adopter = register.person(party.nik) if party is not None else None
        if adopter is None:
            continue
        homes.add(needed_home(register, adopter.nik).kk_number)
        if is_child_of(child, adopter):
            yield failure("adopter_is_parent", f"decision.{role}.nik")
        if not is_adult(adopter, today=today):
            yield failure("guardian_is_child", f"decision.{role}.nik")
    if len(homes) != 1:
        yield failure("adopters_apart" if homes else "adopter_elsewhere", "decision")
    left = needed_home(register, child.nik)
    if left.kk_number not in homes:
        yield from check_stayers(left, (child.nik,), "decision.child.nik", today)
    elif child.relation is Relation.HEAD:
        yield failure("leaves_family_without_head", "decision.child.nik")


def _plan_adoption(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    decision = needed_decision(application)
    child = needed(register, decision.parties["child"].nik)
    number = child.birth_certificate or decision.answers.text("certificate_number")
    adopters = [row for role, _, _ in _ADOPTERS if role in decision.parties and (row := register.person(decision.parties[role].nik))]
    homes = {needed_home(register, adopter.nik).kk_number: needed_home(register, adopter.nik) for adopter in adopters}
    if len(homes) != 1 or not number:
        raise DomainError("adopters_apart", "The adopters have no one card here.")
    (home,) = homes.values()
    left = needed_home(register, child.nik)
    households = Households({home.kk_number: home, left.kk_number: left}.values())
    relations = [relation_of_child(adopter.relation) for adopter in adopters]
    households.move(child.nik, home.kk_number, Relation.CHILD if Relation.CHILD in relations else relations[0])
    families = closed_where_empty(households.families, on=today)
    note = _adoption_note(decision, child, number, register)
    documents = (side_note(note, application.first.request_id), *_adoption_cards(families, child, today))
    return Plan(documents, RegisterChange(families, Basis(ORDER, decision.decided_on, decision.case_number)))


def _adoption_note(decision: CourtDecision, child: Member, number: str, register: Register) -> SideNote:
    note = court_note(decision, member=child, number=number, event="PENGANGKATAN ANAK")
    persons = tuple(
        NotePerson(label, _name(party, register), party.nik) for role, _, label in _ADOPTERS if (party := decision.parties.get(role))
    )
    return replace(note, persons=persons)


def _adoption_cards(families: tuple[Family, ...], child: Member, today: date) -> Iterator[Ordered]:
    now = Register.of(families)
    home, row = needed_home(now, child.nik), needed(now, child.nik)
    yield family_card(row, home, tuple(closed_keys(families)))
    for family in families:
        if family is not home and family.closed_on is None:
            yield replace(family_card(family.head, family), holder_nik=child.nik)
    if not is_adult(row, today=today):
        yield child_card(row, home, today)


_WAYS: Final = MappingProxyType(
    {
        **dict.fromkeys((CourtFinding.DECISION_NOT_FINAL, "decision_missing", "child_older_than_parent"), CaseRoute.RETURN),
        CourtFinding.COURT_NOT_COMPETENT: CaseRoute.REJECT,
    }
)
ASAL_USUL_ANAK: Final = Rules(people=people_of_decision, check=_check_origin, plan=plan_origin, ways=_WAYS)
PENGANGKATAN_ANAK: Final = Rules(people=people_of_decision, check=_check_adoption, plan=_plan_adoption, ways=_WAYS)
