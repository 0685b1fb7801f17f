"""What people and courts ask of the register in its state machine, how it is recorded, and what must be so afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from services.verification.domain.certificates import certificates_in
from services.verification.domain.contents import ChildCard, FamilyCard, IdentityCard
from services.verification.domain.documents import awaited, keyed
from services.verification.domain.families import home_of
from services.verification.domain.history import RegisterEntry, completed
from services.verification.domain.likeness import has_alike
from services.verification.domain.recording import AwaitedChange, applied
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, People, Plan, RegisterChange
from services.verification.domain.submission import Answers, CourtDecision, Person, Submission
from shared.reference.catalogue import catalogue
from shared.values import Contact, VouchedBy, Vouching
from tests.support.families import TODAY

AT: Final = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
"""When everything is asked for and recorded."""


def arriving(nik: str, relation: str, before: Member | None) -> dict[str, Any]:
    """Return the row of a newcomer; `before`: who was here already."""
    row = {"nik": nik, "name": "JOKO SUSILO", "sex": "L", "birth_place": "KEDIRI", "born_on": "1985-06-12", "relation": relation}
    if before is not None:
        row |= {"name": before.name, "sex": before.sex, "born_on": before.born_on.isoformat()}
    terms = {"marital": "single", "religion": "islam", "education": "primary", "occupation": "o015", "blood_type": "o"}
    return row | terms | {"father": "SUTRISNO", "mother": "SULASTRI"}


def check_documents(plan: Plan, change: RegisterChange) -> None:
    """Each open family whose card changes has a new one as it is afterwards; the card of each closed one is replaced."""
    abouts = [ordered.about for ordered in plan.documents]
    assert len(set(abouts)) == len(abouts)
    replaced = {about for ordered in plan.documents if ordered.annulled_by is None for about in ordered.replaces}
    gone = (*change.died, *(change.moved_out if change.abroad else ()))
    ended = {f"{kind}:{nik}" for nik in gone for kind in ("ktp", "kia")}
    printed = {family.kk_number: family for family in printed_cards(plan)}
    closed = {f"kk:{family.kk_number}" for family in change.families if family.closed_on}
    left = {f"kk:{family.kk_number}" for family in change.families if not family.closed_on and family.kk_number not in printed}
    assert closed <= replaced - ended <= closed | left
    for family in change.families:
        if family.closed_on is None and plan.documents[-1].product != "kia":
            assert printed.get(family.kk_number, family) == family
    assert set(printed) <= {family.kk_number for family in change.families if family.closed_on is None}


def check_shown(plan: Plan, register: Mapping[str, Family]) -> None:
    """Each card shows a family, and who stands on it, as the register has them afterwards, but for new numbers of akta."""
    for content in (ordered.content for ordered in plan.documents):
        if isinstance(content, FamilyCard | IdentityCard | ChildCard):
            family = register[content.family.kk_number]
            assert list(map(_shown, content.family.members)) == list(map(_shown, family.members))
            assert home_of(content.family) == home_of(family)
        if isinstance(content, IdentityCard | ChildCard):
            assert _shown(content.member) in map(_shown, content.family.members)


def check_past(before: Mapping[str, Family], after: Mapping[str, Family]) -> None:
    """Nothing undoes what was: no family is gone or of an older edition, nobody who left one is forgotten there before they are back."""
    for number, family in before.items():
        now = after[number]
        assert now.edition >= family.edition
        here = {member.nik for member in now.members}
        kept = {(former.member.nik, former.closed_on, former.reason) for former in now.former}
        assert kept >= {(each.member.nik, each.closed_on, each.reason) for each in family.former if each.member.nik not in here}


def check_certified(before: Member, after: Member) -> None:
    """What our own certificates said of somebody is not forgotten, wherever they go; of one that was annulled its number is kept."""
    assert after.birth_certificate is not None or before.birth_certificate in (None, *after.annulled)
    assert after.annulled[: len(before.annulled)] == before.annulled
    assert len(after.former_names) >= len(before.former_names)
    assert (after.born_on, after.sex) == (before.born_on, before.sex)


def recorded(
    register: Mapping[str, Family], request: Application, plan: Plan, numbers: Sequence[str]
) -> tuple[dict[str, Family], RegisterEntry]:
    """Record the change of a plan when its documents have their numbers; return the register afterwards and the entry of its history."""
    change = plan.change
    assert change is not None
    for family in change.families:
        known = register.get(family.kk_number)
        assert family.edition == (known.edition if known else 1)
        as_it_was = known is not None and replace(known, former=family.former) == family  # a record that it keeps may be mended
        assert known is None or known.closed_on is None or as_it_was or _is_back(known, change), "a closed family stays as it was"
    before = tuple(register[family.kk_number] for family in change.families if family.kk_number in register)
    issued = tuple(replace(each, number=number) for each, number in zip(awaited(keyed(request, plan)), numbers, strict=True))
    waiting = AwaitedChange(change, before).with_numbers(issued)
    families = applied(waiting, register, on=TODAY)
    first = request.first
    draft = RegisterEntry(first.request_id, first.request_id, None, first.service, None, waiting.change.basis, AT, waiting.kk_numbers)
    now = {family.kk_number: replace(family, edition=family.edition + 1) for family in families}
    return {**register, **now}, completed(draft, before, families, waiting.change)


def read(register: Mapping[str, Family], people: People) -> Register:
    """Look families up as the store does: by card, and by everybody who is or was in them."""
    niks, numbers = set(people.niks), set(people.certificates)
    return Register.of(
        family
        for family in register.values()
        if family.kk_number in people.kk_numbers
        or not numbers.isdisjoint(certificates_in(family))
        or any(member.nik in niks for member in family.members)
        or any(former.member.nik in niks for former in family.former)
        or has_alike(family, people.alike)
    )


def _is_back(family: Family, change: RegisterChange) -> bool:
    """Whether a family that moved out whole has its number again."""
    return not family.members and any(each.kk_number == family.kk_number and each.members for each in change.families)


def _shown(member: Member) -> Member:
    return replace(member, birth_certificate=None, birth_certificate_on=None)


def printed_cards(plan: Plan) -> Iterable[Family]:
    """Return the families whose card is printed."""
    return (ordered.content.family for ordered in plan.documents if ordered.product == "kk")  # type: ignore[union-attr]


def submission(service: str, answers: dict[str, Any]) -> Submission:
    """Return a request with these answers."""
    return Submission(
        request_id="01938b3e-0000-7000-8000-000000000011",
        receipt="MDN-7K4Q-9F2X",
        channel="adapter",
        service=service,
        products=tuple(dict.fromkeys(catalogue().get(service).products)),
        submitted_at=AT,
        contact=Contact(channel="adapter", address="bench"),
        applicant=Person(nik=answers.get("nik"), kk_number=answers.get("kk_number")),
        answers=Answers(answers),
    )


def of_court(service: str, nik: str, ruling: CourtDecision) -> Submission:
    """Return the request of a party of a decision."""
    asked = submission(service, {"nik": nik, "kk_number": None})
    return replace(asked, answers=Answers(), decision=ruling, case_id="case", vouching=Vouching(VouchedBy.COURT))
