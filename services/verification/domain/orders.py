"""How cards are ordered, and which follow from a change of families: each that shows something that is no longer so. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from services.verification.domain.contents import ChildCard, FamilyCard, IdentityCard, SideNote
from services.verification.domain.identity import is_adult
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Ordered
from shared.reference.population import KTP_MARITAL


def kk_key(kk_number: str) -> str:
    """Return what a family card is of."""
    return f"kk:{kk_number}"


def family_cards(families: Iterable[Family]) -> tuple[Ordered, ...]:
    """Return a KK for each family that is open; the first one replaces the cards of those that are closed."""
    made = tuple(families)
    closed = tuple(closed_keys(made))
    present = [family for family in made if not family.closed_on]
    return tuple(family_card(family.head, family, closed if number == 0 else ()) for number, family in enumerate(present))


def person_cards(register: Register, families: Iterable[Family], today: date) -> tuple[Ordered, ...]:
    """Return a KTP-el for each adult and a KIA for each child on whose card something stands that the families change.

    The number of the family and its head's name stand on a KIA, too, but no source says that they alone make a new one.
    """
    lived = [(member, family) for family in families for member in family.members]
    anew = [(member, family) for member, family in lived if _shown(member, family, today) != _shown_before(member, register, today)]
    adults = [identity_card(member, family) for member, family in anew if is_adult(member, today=today)]
    children = [child_card(member, family, today) for member, family in anew if not is_adult(member, today=today)]
    return (*adults, *children)


def closed_keys(families: Iterable[Family]) -> Iterator[str]:
    """Yield what the cards of closed families are of, for a document that replaces them where no KK follows."""
    yield from (kk_key(family.kk_number) for family in families if family.closed_on)


def card_keys(niks: Iterable[str]) -> tuple[str, ...]:
    """Return what the KTP-el and the KIA of persons are of, for a document with which nobody may go on showing them."""
    return tuple(f"{card}:{nik}" for nik in niks for card in ("ktp", "kia"))


def family_card(holder: Member, family: Family, replaces: tuple[str, ...] = ()) -> Ordered:
    """Return the order of a KK, for somebody who stands on it."""
    return Ordered("kk", FamilyCard(family), holder.name, kk_key(family.kk_number), replaces, holder_nik=holder.nik)


def identity_card(holder: Member, family: Family) -> Ordered:
    """Return the order of a KTP-el of somebody who lives with this family."""
    return Ordered("ktp", IdentityCard(holder, family), holder.name, f"ktp:{holder.nik}", holder_nik=holder.nik)


def child_card(member: Member, family: Family, today: date, certificate_key: str | None = None) -> Ordered:
    """Return the order of a KIA; `certificate_key`: the certificate of the same request whose number it shows."""
    return Ordered("kia", ChildCard(member, family, today, certificate_key), member.name, f"kia:{member.nik}")


def side_note(note: SideNote, request_id: str) -> Ordered:
    """Return the order of a catatan pinggir: one of a request, and no other note takes its place."""
    return Ordered("catatan_pinggir", note, note.name, f"catatan_pinggir:{request_id}", holder_nik=note.nik)


def _shown_before(member: Member, register: Register, today: date) -> tuple[object, ...]:
    family, row = register.family_of(member.nik), register.person(member.nik)
    return _shown(row, family, today) if family is not None and row is not None else ()


def _shown(member: Member, family: Family, today: date) -> tuple[object, ...]:
    """Return what the card of a member shows: the KTP-el of an adult, or the KIA of a child."""
    home = (family.address, family.rt, family.rw, family.village_code)
    row = (member.name, member.sex, member.birth_place, member.born_on, member.blood_type, member.religion, member.citizenship)
    return (*home, *row, KTP_MARITAL[member.marital], member.occupation) if is_adult(member, today=today) else (*home, *row)
