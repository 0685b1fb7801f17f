"""Whether documents can be published to issuance and printed: checked before it is approved, not after. Pure.

The limits are those of the contract `verification.request_approved.v1` and of the sheet (`shared.reference.printing`). The register may
hold more: older loads, large families, a divorce that joins children. Only an officer can help then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from services.verification.domain.contents import (
    ArrivalLetter,
    Biodata,
    BirthCertificate,
    ChildCard,
    Content,
    DeathCertificate,
    FamilyCard,
    ForeignEvent,
    IdentityCard,
    LeavingLetter,
    MovingLetter,
    ParentageCertificate,
    SideNote,
    StillbirthLetter,
)
from services.verification.domain.finding import Finding, failure
from services.verification.domain.register import Family, Member
from services.verification.domain.rules import Plan
from shared.errors import DomainError
from shared.reference.printing import (
    LONGEST,
    LONGEST_ABROAD,
    LONGEST_OF_NOTE,
    MOST_MEMBERS,
    MOST_NOTE_CHANGES,
    MOST_NOTE_PERSONS,
    is_printable,
)
from shared.reference.regions import find_village

_NUMBER_DIGITS: Final = 16  # of a NIK and of a KK number
_SEXES: Final = ("L", "P")
_CARD_TEXTS: Final = ("address", "rt", "rw", "postal_code")
_MEMBER_TEXTS: Final = tuple(column for column in LONGEST if column not in _CARD_TEXTS)


def check_plan(plan: Plan) -> tuple[Finding, ...]:
    """Check every document that an approval would make, named by its product and the place on it."""
    found = (finding for ordered in plan.documents for finding in _check_content(ordered.content, ordered.product))
    return tuple(dict.fromkeys(found))


def ensure_printable(plan: Plan) -> Plan:
    """Return the plan if all of it can be printed; called before approval.

    Raises:
        DomainError: `card_too_large`, `village_unknown` or `register_unprintable`: the register must be corrected first.
    """
    found = next(iter(check_plan(plan)), None)
    if found is not None:
        raise DomainError(found.code, f"{found.field} can't be printed. Mend the register, or return or reject the request.")
    return plan


def _check_content(content: Content, place: str) -> Iterator[Finding]:
    if isinstance(content, FamilyCard):
        yield from check_card(content.family, place)
    elif isinstance(content, BirthCertificate):
        yield from _check_texts(place, name=content.name, birth_place=content.birth_place)
        yield from _check_parents(content, place)
    elif isinstance(content, DeathCertificate):
        yield from _check_member(content.member, f"{place}.member")
        yield from _check_texts(place, birth_place=content.death_place)
        yield from _check_parents(content, place)
    elif isinstance(content, StillbirthLetter):
        for role, person in (("reporter", content.reporter), ("mother", content.mother), ("father", content.father)):
            if person is not None:
                yield from _check_texts(f"{place}.{role}", name=person.name, occupation=person.occupation, address=person.address)
    elif isinstance(content, SideNote):
        if len(content.persons) > MOST_NOTE_PERSONS or len(content.changes) > MOST_NOTE_CHANGES:
            yield failure("register_unprintable", place)
        yield from _check_noted((content, *content.persons, *content.changes), place)
    elif isinstance(content, ParentageCertificate):
        yield from _check_noted((content,), place)
        yield from _check_texts(place, birth_place=content.birth_place)
        yield from _check_parents(content, place)
    else:
        yield from _check_own(content, place)


def _check_own(
    content: IdentityCard | ChildCard | Biodata | MovingLetter | LeavingLetter | ArrivalLetter | ForeignEvent, place: str
) -> Iterator[Finding]:
    if isinstance(content, LeavingLetter | ArrivalLetter | ForeignEvent):
        yield from _check_abroad(content, place)
        return
    yield from _check_address(content.family, place)
    if isinstance(content, MovingLetter):
        yield from _check_letter(content, place)
        return
    yield from _check_member(content.member, f"{place}.member")
    if isinstance(content, Biodata) and content.former_address is not None:
        yield from _check_texts(place, address=content.former_address)


def _check_abroad(content: LeavingLetter | ArrivalLetter | ForeignEvent, place: str) -> Iterator[Finding]:
    yield from _check_noted((content,), place, LONGEST_ABROAD)
    if isinstance(content, ForeignEvent):
        for index, person in enumerate(content.persons):
            yield from _check_texts(f"{place}.persons[{index}]", name=person.name, citizenship=person.citizenship or "-")
        return
    yield from _check_address(content.family, place)
    for index, member in enumerate(content.movers if isinstance(content, LeavingLetter) else content.members):
        yield from _check_member(member, f"{place}.members[{index}]")


def _check_letter(letter: MovingLetter, place: str) -> Iterator[Finding]:
    to = letter.destination
    yield from _check_texts(f"{place}.destination", address=to.street, rt=to.rt, rw=to.rw)
    if not all(is_printable(text) for text in (to.village, to.district, letter.reason)):
        yield failure("register_unprintable", f"{place}.destination")
    for index, mover in enumerate(letter.movers):
        yield from _check_member(mover, f"{place}.movers[{index}]")


def _check_noted(parts: Iterable[object], place: str, most: Mapping[str, int] = LONGEST_OF_NOTE) -> Iterator[Finding]:
    for part in parts:
        for column, longest in most.items():
            text = getattr(part, column, None) or ""
            if len(text) > longest or not is_printable(text):
                yield failure("register_unprintable", f"{place}.{column}")


def check_card(family: Family, place: str = "kk") -> Iterator[Finding]:
    """Yield a failure for everything of a family card that can't be printed, named by its place on the card."""
    if not 1 <= len(family.members) <= MOST_MEMBERS:
        yield failure("card_too_large", f"{place}.members")
    if not _is_number(family.kk_number):
        yield failure("register_unprintable", f"{place}.kk_number")
    yield from _check_address(family, place)
    for index, member in enumerate(family.members):
        yield from _check_member(member, f"{place}.members[{index}]")


def _check_address(family: Family, place: str) -> Iterator[Finding]:
    if find_village(family.village_code) is None:
        yield failure("village_unknown", f"{place}.village_code")
    yield from _check_texts(place, **{column: getattr(family, column) for column in _CARD_TEXTS})


def _check_member(member: Member, place: str) -> Iterator[Finding]:
    if not _is_number(member.nik):
        yield failure("register_unprintable", f"{place}.nik")
    if member.sex not in _SEXES:
        yield failure("register_unprintable", f"{place}.sex")
    yield from _check_texts(place, **{column: getattr(member, column) for column in _MEMBER_TEXTS})


def _check_parents(content: BirthCertificate | DeathCertificate | ParentageCertificate, place: str) -> Iterator[Finding]:
    for role, parent in (("father", content.father), ("mother", content.mother)):
        if parent is not None:
            yield from _check_texts(f"{place}.{role}", name=parent.name, citizenship=parent.citizenship)


def _check_texts(place: str, **texts: str) -> Iterator[Finding]:
    for column, text in texts.items():
        if not _fits(column, text):
            yield failure("register_unprintable", f"{place}.{column}")


def _fits(column: str, text: str) -> bool:
    if len(text) > LONGEST[column]:
        return False
    return text.isprintable() if text.isascii() else is_printable(text)  # most texts are plain: no look-up by letter


def _is_number(text: str) -> bool:
    return len(text) == _NUMBER_DIGITS and text.isascii() and text.isdigit()
