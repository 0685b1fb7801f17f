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

from services.verification.domain.adoption import WAYS, Adoption, check_adoption, plan_adoption
from services.verification.domain.checks import name_key
from services.verification.domain.contents import BirthCertificate, NoteChange, NotePerson, ParentNamed, SideNote
from services.verification.domain.court import check_case, check_names, check_party
from services.verification.domain.court_orders import order_by
from services.verification.domain.deeds import WAYS as DEED_WAYS
from services.verification.domain.deeds import Deed, check_deed, deed_of, known_of, with_deed
from services.verification.domain.families import with_rows
from services.verification.domain.finding import Finding, failure
from services.verification.domain.names import is_named
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.orders import family_card, side_note
from services.verification.domain.parting import needed_decision, people_of_decision
from services.verification.domain.persons import needed, needed_home
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Member, Register
from services.verification.domain.rules import Application, Basis, Ordered, People, Plan, RegisterChange, Rules
from services.verification.domain.services.court_marriage import ORDER
from services.verification.domain.submission import CourtDecision, CourtParty
from shared.errors import DomainError
from shared.reference.court_findings import CourtFinding
from shared.values import Sex

CERTIFICATE: Final = "akta_kelahiran"
_ORIGIN: Final = "ASAL USUL ANAK"
_NUMBER: Final = "certificate_number"
_LATE_AFTER: Final = timedelta(days=60)  # UU 23/2006 article 27 (1)
_LEGITIMATE: Final = "legitimate"
_FIELDS: Final = MappingProxyType(
    {
        "child": "decision.child.nik",
        "father": "decision.adoptive_father.nik",
        "mother": "decision.adoptive_mother.nik",
        "order": "decision.decided_on",
        "court": "decision.court_code",
        "certificate": f"decision.{_NUMBER}",
    }
)
"""Where a decision names what `check_adoption` finds something about."""


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
    if child is not None:
        yield from _check_parents(decision, child, register)
        yield from _check_akta(decision, child, register, today)


def _check_akta(decision: CourtDecision, child: Member, register: Register, today: date) -> Iterator[Finding]:
    """Check the akta that the decision names; a child may have none yet."""
    number = decision.answers.text(_NUMBER)
    for found in check_deed(child, number, register, today) if number is not None else ():
        yield replace(found, field=f"decision.{_NUMBER}")


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
    number = before.birth_certificate or decision.answers.text(_NUMBER)
    child = replace(before, father=father, mother=mother)
    if number and practice.origin_by_side_note:
        deed = deed_of(before, number, register)
        child = replace(child, **known_of(deed))
        akta = side_note(_origin_note(decision, before, deed, father), application.first.request_id)
    else:
        akta = _certificate(decision, child, register, today)
    family = with_rows(needed_home(register, before.nik), (child,))
    basis = Basis(ORDER, decision.decided_on, decision.case_number)
    return Plan((akta, family_card(child, family)), RegisterChange((family,), basis))


def _origin_note(decision: CourtDecision, child: Member, deed: Deed, father: str) -> SideNote:
    persons = (NotePerson("Ayah", father, decision.parties["father"].nik),)
    changes = (NoteChange("Ayah", child.father, father),) if child.father != father else ()  # the card may have named him before
    noted = {**deed.noted, **order_by(decision).noted}
    return SideNote(**noted, nik=child.nik, name=child.certified_name, event=_ORIGIN, persons=persons, changes=changes)


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


def _adoption(decision: CourtDecision) -> Adoption:
    father, mother = (decision.parties.get(role) for role in ("adoptive_father", "adoptive_mother"))
    return Adoption(
        child_nik=decision.parties["child"].nik,
        father_nik=father.nik if father else None,
        mother_nik=mother.nik if mother else None,
        order=order_by(decision),
        certificate_number=decision.answers.text(_NUMBER),
        institution=decision.answers.text("institution"),
        fields=_FIELDS,
    )


def _people(application: Application) -> People:
    decision = application.first.decision
    return with_deed(people_of_decision(application), decision.answers.text(_NUMBER) if decision is not None else None)


def _check_adoption(application: Application, register: Register, today: date) -> Iterator[Finding]:
    decision = application.first.decision
    if decision is None:
        return
    yield from check_case(decision, today)
    yield from check_names(decision)
    holders = [submission.applicant.nik for submission in application.submissions]
    for role in decision.parties:
        yield from check_party(decision, role, register, holders)
    yield from check_adoption(_adoption(decision), register, today, reported_on=application.first.submitted_on)


def _plan_adoption(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    return plan_adoption(_adoption(needed_decision(application)), register, application.first.request_id, today)


_OF_COURTS: Final = MappingProxyType(
    {
        **dict.fromkeys((CourtFinding.DECISION_NOT_FINAL, "decision_missing", "child_older_than_parent"), CaseRoute.RETURN),
        CourtFinding.COURT_NOT_COMPETENT: CaseRoute.REJECT,
    }
)
ASAL_USUL_ANAK: Final = Rules(people=_people, check=_check_origin, plan=plan_origin, ways={**DEED_WAYS, **_OF_COURTS})
PENGANGKATAN_ANAK: Final = Rules(people=_people, check=_check_adoption, plan=_plan_adoption, ways={**WAYS, **_OF_COURTS})
