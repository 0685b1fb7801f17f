"""Birth: the certificate, the family card with the child, and the child's card from one request; and the letter of a stillbirth. Pure.

Sources: UU 23/2006 article 27 (report within 60 days), Permendagri 108/2019 articles 43 ff., form F-2.01A of Permendagri 6/2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from services.verification.domain.checks import name_key
from services.verification.domain.contents import BirthCertificate, ParentNamed
from services.verification.domain.families import home_of, joined_by, with_rows
from services.verification.domain.finding import Finding, failure
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import relation_of_child
from services.verification.domain.names import is_named
from services.verification.domain.orders import child_card, family_cards
from services.verification.domain.parentage import Parents, check_marriage, check_parents, parents_of
from services.verification.domain.persons import (
    answers_of,
    card_of,
    check_known,
    check_witnesses,
    looked_up,
    needed_card,
    place_name,
)
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register, years_between
from services.verification.domain.rules import Application, Basis, NikWish, Ordered, People, Plan, RegisterChange, Rules, Wish
from services.verification.domain.siblings import REGISTERED, check_siblings, is_registered
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.population import ADULT_AGE_YEARS, BloodType, Education, KkMarital, Relation

CERTIFICATE: Final = "akta_kelahiran"
_LATE_AFTER: Final = timedelta(days=60)  # UU 23/2006 article 27 (1)
_KINDS: Final = MappingProxyType(
    {"married_recorded": 1, "married_unrecorded": 2, "mother_only": 3, "unknown": 4, "father_elsewhere": 1, "mother_elsewhere": 1}
)
_NO_NAME: Final = "-"
_FIRST_OCCUPATION: Final = "BELUM/TIDAK BEKERJA"


def _people(application: Application) -> People:
    return looked_up(application, ("mother_nik", "father_nik", "elsewhere_nik", "child_nik"), groups=("witnesses",))


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers, parents = answers_of(application), parents_of(answers_of(application), register)
    born_on = answers.date("born_on")
    if born_on is not None and born_on > today:
        yield failure("born_in_future", "answers.born_on")
    yield from check_parents(answers, register, born_on)
    if _kind(answers) in (1, 2):
        yield from check_marriage(parents, register, recorded=_kind(answers) == 1)
    yield from _check_applicant(application, answers)
    barred = {answers.text(f"{role}_nik"): "witness_is_parent" for role in ("mother", "father", "elsewhere")}
    yield from check_witnesses(application, register, barred, today)
    family = card_of(application, register)
    if family is not None:
        yield from _check_home(parents, family)
        yield from _check_child(answers, parents, family, register, today)


def _check_applicant(application: Application, answers: Answers) -> Iterator[Finding]:
    relation = answers.text("relation")
    if relation in ("mother", "father") and answers.text(f"{relation}_nik") != application.first.applicant.nik:
        yield failure("relation_differs", "answers.relation")


def _check_home(parents: Parents, family: Family) -> Iterator[Finding]:
    """Check that the card is the mother's; the father's, where she is in another register."""
    if parents.mother is not None and family.member(parents.mother.nik) is None:
        yield failure("mother_not_on_card", "answers.kk_number")
    if parents.is_mother_elsewhere and parents.father is not None and family.member(parents.father.nik) is None:
        yield failure("father_not_on_card", "answers.kk_number")


def _check_child(answers: Answers, parents: Parents, family: Family, register: Register, today: date) -> Iterator[Finding]:
    born_on, nik = answers.date("born_on"), answers.text("child_nik")
    if nik is not None:
        yield from check_known(register, nik, "answers.child_nik")
        yield from _check_registered(answers, nik, parents, family)
        return
    if born_on is None:
        return
    if born_on <= today and years_between(born_on, today) >= ADULT_AGE_YEARS:
        yield failure("adult_without_nik", "answers.born_on")
    yield from check_siblings(answers, parents.mother or parents.father, family, register)


def _check_registered(answers: Answers, nik: str, parents: Parents, family: Family) -> Iterator[Finding]:
    """Check a child who has a NIK already and lacks the certificate alone."""
    row = family.member(nik)
    if row is None:
        yield failure("child_not_on_card", "answers.child_nik")
        return
    if not is_named(row.name, answers.text("child_name") or ""):
        yield failure("child_name_differs", "answers.child_name")
    if row.born_on != answers.date("born_on"):
        yield failure("child_birth_differs", "answers.born_on")
    if row.sex != answers.text("child_sex"):
        yield failure("child_sex_differs", "answers.child_sex")
    if _is_another(row.mother, parents.named("mother")):
        yield failure("child_mother_differs", "answers.mother_nik" if parents.mother else "answers.parents")
    if _is_another(row.father, parents.named("father")):
        yield failure("child_father_differs", "answers.father_nik" if parents.father else "answers.parents")
    if row.birth_certificate is not None:
        yield failure("certificate_exists", "answers.child_nik")


def _is_another(name: str, parent: ParentNamed | None) -> bool:
    """Return whether the register names another parent than the form, or one of whom the form says nothing."""
    return not is_named(name, parent.name) if parent is not None else bool(name_key(name))


def _wishes(application: Application, register: Register) -> tuple[Wish, ...]:
    answers, family = answers_of(application), card_of(application, register)
    born_on, sex = answers.date("born_on"), answers.text("child_sex")
    if answers.text("child_nik") or family is None or born_on is None or sex is None:
        return ()
    return (NikWish(home_of(family).district, born_on, sex),)


def _plan(application: Application, register: Register, numbers: tuple[str, ...], today: date) -> Plan:
    answers, family = answers_of(application), needed_card(application, register)
    parents = parents_of(answers, register)
    for role, kinds in (("mother", (1, 2, 3)), ("father", (1, 2))):
        if parents.named(role) is None and _kind(answers) in kinds:
            raise DomainError("not_in_register", "The register has no such parent.")
    basis = Basis(CERTIFICATE, today)
    known = answers.text("child_nik")
    if known is not None:
        child = replace(_registered(family, known), birth_order=answers.number("birth_order"), birth_kind=_kind(answers))
        after = with_rows(family, (child,))
        return Plan((_certificate(application, child, parents), *_card_of(child, after, today)), RegisterChange((after,), basis))
    child = _newborn(answers, numbers[0], parents, family)
    if any(row.born_on == child.born_on and is_named(row.name, child.name) for row in family.members):
        raise DomainError("child_already_registered", "The card has this child already: father and mother both reported the birth.")
    if is_registered(answers, parents.mother or parents.father, family, register):
        raise DomainError(REGISTERED, "The mother has a child of this day, sex and birth order already.")
    after = joined_by(family, (child,))
    documents = (_certificate(application, child, parents), *family_cards((after,)), *_card_of(child, after, today))
    return Plan(documents, RegisterChange((after,), basis, born=(child.nik,)))


def _registered(family: Family, nik: str) -> Member:
    row = family.member(nik)
    if row is None:
        raise DomainError("child_not_on_card", "The child who has a NIK does not stand on this card.")
    return row


def _newborn(answers: Answers, nik: str, parents: Parents, family: Family) -> Member:
    mother, father = parents.mother, parents.father
    on_card = next((each for each in (mother, father) if each is not None and family.member(each.nik) is not None), None)
    like = mother or father or family.head
    born_on = answers.date("born_on")
    if born_on is None:
        raise DomainError("answer_missing", "born_on")
    return Member(
        nik=nik,
        name=(answers.text("child_name") or "").upper(),
        sex=answers.text("child_sex") or "",
        birth_place=place_name(answers.text("birth_place")),
        born_on=born_on,
        religion=like.religion,
        education=Education.NONE.value,
        occupation=_FIRST_OCCUPATION,
        blood_type=BloodType.UNKNOWN.value,
        marital=KkMarital.SINGLE,
        marital_on=None,
        relation=relation_of_child(on_card.relation) if on_card else Relation.OTHER,
        citizenship=like.citizenship,
        father=_name(parents.named("father")),
        mother=_name(parents.named("mother")),
        birth_order=answers.number("birth_order"),
        birth_kind=_kind(answers),
    )


def _certificate(application: Application, child: Member, parents: Parents) -> Ordered:
    answers = answers_of(application)
    content = BirthCertificate(
        nik=child.nik,
        name=child.name,
        sex=child.sex,
        born_on=child.born_on,
        born_at=answers.text("born_at"),
        birth_place=child.birth_place,
        birth_order=answers.number("birth_order") or 1,
        kind=_kind(answers),
        late=application.first.submitted_on - child.born_on > _LATE_AFTER,
        father=parents.named("father") if _kind(answers) in (1, 2) else None,
        mother=parents.named("mother"),
    )
    return Ordered(CERTIFICATE, content, child.name, f"{CERTIFICATE}:{child.nik}")


def _card_of(child: Member, family: Family, today: date) -> tuple[Ordered, ...]:
    """Return the KIA: nobody of 17 has one, or who was married."""
    return () if is_adult(child, today=today) else (child_card(child, family, today, CERTIFICATE),)


def _kind(answers: Answers) -> int:
    return _KINDS.get(answers.text("parents") or "", _KINDS["unknown"])


def _name(parent: ParentNamed | None) -> str:
    return parent.name if parent is not None else _NO_NAME


AKTA_LAHIR: Final = Rules(
    people=_people,
    check=_check,
    wishes=_wishes,
    plan=_plan,
    ways=MappingProxyType(
        {
            **dict.fromkeys(("born_in_future", "child_older_than_parent", "mother_sex_differs", "father_sex_differs"), CaseRoute.RETURN),
            **dict.fromkeys(("mother_died_before", "parent_in_register"), CaseRoute.RETURN),
            REGISTERED: CaseRoute.REJECT,
            **dict.fromkeys(("relation_differs", "child_name_differs", "child_birth_differs", "child_sex_differs"), CaseRoute.RETURN),
            **dict.fromkeys(("witnesses_same", "witness_is_applicant", "witness_is_parent"), CaseRoute.RETURN),
        }
    ),
)
