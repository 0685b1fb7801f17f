"""A father's bond to a child whom the akta gives to the mother, or to both with the phrase of an unrecorded marriage. Pure.

What acknowledgement (UU 24/2013 article 49) and legitimation (article 50) have in common: who the three are by the register, whether a
court is needed, what the quote of the akta says. A court's order on the descent of a child leads to the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from services.verification.domain.checks import name_key
from services.verification.domain.contents import NotePerson, ParentageCertificate, ParentNamed
from services.verification.domain.court_orders import CourtOrder, order_of
from services.verification.domain.deeds import WAYS as DEED_WAYS
from services.verification.domain.deeds import Deed, check_deed, deed_of, with_deed
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.identity import is_adult
from services.verification.domain.names import is_named
from services.verification.domain.parentage import check_parents
from services.verification.domain.persons import answers_of, card_of, check_known, check_witnesses, looked_up, needed
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, Ordered, People, Ways
from services.verification.domain.submission import Answers
from shared.errors import DomainError

CHILD: Final = "answers.child_nik"
ORDER_NEEDED: Final = "order_needed"

WAYS: Final[Ways] = MappingProxyType(
    {
        **DEED_WAYS,
        **dict.fromkeys(("child_older_than_parent", "mother_sex_differs", "father_sex_differs", "mother_died_before"), CaseRoute.RETURN),
        **dict.fromkeys(("witnesses_same", "witness_is_applicant", "witness_is_party", "child_not_on_card"), CaseRoute.RETURN),
        **dict.fromkeys((ORDER_NEEDED, "order_before_birth", "religious_marriage_impossible"), CaseRoute.RETURN),
    }
)
"""Ways of what both may find."""


@dataclass(frozen=True, slots=True)
class Descent:
    """Child, father and mother by the register, and the marriage by religion. `card`: on which the child stands."""

    child: Member
    father: Member
    mother: Member
    card: Family
    religious_on: date
    order: CourtOrder | None

    @property
    def is_born_before(self) -> bool:
        """Whether the child was born before the parents married by their religion."""
        return self.child.born_on < self.religious_on

    @property
    def is_father_new(self) -> bool:
        """Whether the register names no father yet."""
        return not name_key(self.child.father)


def people_of(application: Application) -> People:
    """Return whom to look up."""
    named = looked_up(application, ("child_nik", "father_nik", "mother_nik"), groups=("witnesses",))
    return with_deed(named, answers_of(application).text("certificate_number"))


def find_descent(application: Application, register: Register) -> Descent | None:
    """Return child and parents where the register has all three and the form the day; None: other checks say what is missing."""
    answers = answers_of(application)
    child, father, mother = (register.person(answers.text(f"{role}_nik") or "") for role in ("child", "father", "mother"))
    religious_on = answers.date("religious_marriage_on")
    card = register.family_of(child.nik) if child is not None else None
    if child is None or father is None or mother is None or card is None or religious_on is None:
        return None
    return Descent(child, father, mother, card, religious_on, order_of(answers))


def needed_descent(application: Application, register: Register) -> Descent:
    """Return child and parents.

    Raises:
        DomainError: `not_in_register`: the register must have all three.
    """
    for role in ("child", "father", "mother"):
        needed(register, answers_of(application).text(f"{role}_nik"))
    found = find_descent(application, register)
    if found is None:
        raise DomainError("answer_missing", "religious_marriage_on")
    return found


def check_three(application: Application, register: Register, today: date) -> Iterator[Finding]:
    """Check child, parents, akta and witnesses of a form against the register, and that a parent asks."""
    answers, card = answers_of(application), card_of(application, register)
    child = register.person(answers.text("child_nik") or "")
    yield from check_known(register, answers.text("child_nik"), CHILD)
    yield from check_parents(answers, register, child.born_on if child is not None else None)
    parents = {answers.text("father_nik"), answers.text("mother_nik")}
    if application.first.applicant.nik not in parents:
        yield failure("asker_not_allowed", "answers.nik")
    if child is not None:
        if card is not None and card.member(child.nik) is None:
            yield failure("child_not_on_card", CHILD)
        if is_adult(child, today=today):
            yield warning("child_is_grown", CHILD)
        yield from check_deed(child, answers.text("certificate_number"), register, today)
        yield from _check_named(answers, child, register)
    barred = dict.fromkeys((*parents, answers.text("child_nik")), "witness_is_party")
    yield from check_witnesses(application, register, barred, today)


def _check_named(answers: Answers, child: Member, register: Register) -> Iterator[Finding]:
    """Check that the register names no other mother or father."""
    for role, named in (("mother", child.mother), ("father", child.father)):
        parent = register.person(answers.text(f"{role}_nik") or "")
        if parent is None or (role == "father" and not name_key(named)):
            continue
        if not is_named(named, parent.name):
            yield failure(f"child_{role}_differs", f"answers.{role}_nik")


def check_wedding(descent: Descent, field: str = "answers.religious_marriage_on") -> Iterator[Finding]:
    """Check that both lived on the day on which they say that they married by their religion."""
    if descent.religious_on <= max(descent.father.born_on, descent.mother.born_on):
        yield failure("religious_marriage_impossible", field)


def basis_of(descent: Descent, statement: dict[str, Any]) -> dict[str, Any]:
    """Return on what it rests, as certificates and side notes have it: the order of a court, else this statement."""
    return descent.order.noted if descent.order is not None else statement


def persons_of(descent: Descent) -> tuple[NotePerson, ...]:
    """Return the parents as a side note names them."""
    named = (("Ayah", descent.father), ("Ibu", descent.mother))
    return tuple(NotePerson(role, parent.name, parent.nik) for role, parent in named)


def certificate(product: str, descent: Descent, deed: Deed, told: dict[str, Any]) -> Ordered:
    """Return the order of the quote of an akta pengakuan or pengesahan. `told`: the marriage and on what it rests."""
    child, (father, mother) = (
        descent.child,
        (ParentNamed(each.name, each.nik, each.citizenship) for each in (descent.father, descent.mother)),
    )
    content = ParentageCertificate(
        nik=child.nik,
        name=child.name,
        sex=child.sex,
        birth_place=child.birth_place,
        born_on=child.born_on,
        deed_number=deed.number,
        deed_on=deed.on,
        father=father,
        mother=mother,
        **told,
    )
    return Ordered(product, content, child.name, f"{product}:{child.nik}", holder_nik=child.nik)


def deed_named(application: Application, child: Member, register: Register) -> Deed:
    """Return the child's certificate of birth, as the register or the form names it."""
    return deed_of(child, answers_of(application).text("certificate_number"), register)
