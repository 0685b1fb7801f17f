"""What became of the register by one case: who decided, on what it rests, and every person before and after. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType

from services.verification.domain.court_orders import COURT_ORDER
from services.verification.domain.families import Home, home_of
from services.verification.domain.register import Family, Former, Member
from services.verification.domain.rules import Basis, RegisterChange
from shared.reference.population import Effect


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """What became of one person. No row before: born, or from another regency; none after: no longer in a family."""

    nik: str
    effect: Effect
    kk_before: str | None
    kk_after: str | None
    before: Member | None = field(repr=False)
    after: Member | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class AddressEntry:
    """A family that lives elsewhere since: where it lived, and where it lives."""

    kk_number: str
    before: Home = field(repr=False)
    after: Home = field(repr=False)


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One change of the register. `id`: of the case; `officer_id` None: the rules alone decided; `families`: every card it touched.

    `given_up`: why a person gave the change up, and who, in their own words; then nothing of it was applied.
    """

    id: str
    request_id: str
    case_id: str | None
    service: str
    officer_id: str | None
    basis: Basis
    at: datetime
    families: tuple[str, ...]
    persons: tuple[PersonEntry, ...] = ()
    opened: int = 0
    closed: int = 0
    given_up: str | None = field(default=None, repr=False)
    addresses: tuple[AddressEntry, ...] = ()
    cardless: tuple[str, ...] = ()
    """Who is left without a family card by it; told once, and not kept."""

    def count(self, effect: Effect) -> int:
        """Return of how many persons it says this."""
        return sum(person.effect == effect for person in self.persons)


def ruled_on(entries: Iterable[RegisterEntry]) -> Mapping[str, date]:
    """Return the day of the latest decision of a court by which each person came to another card; of a divorce the deed's alone is kept."""
    found: dict[str, date] = {}
    for entry in entries:
        for person in entry.persons if entry.basis.kind == COURT_ORDER else ():
            if person.effect is Effect.JOINED:
                found[person.nik] = max(entry.basis.on, found.get(person.nik, entry.basis.on))
    return MappingProxyType(found)


def completed(draft: RegisterEntry, before: Iterable[Family], after: Iterable[Family], change: RegisterChange) -> RegisterEntry:
    """Complete an entry with the families of its change, before and after it."""
    was, now = tuple(before), tuple(after)
    known = {family.kk_number for family in was}
    open_before = {family.kk_number for family in was if family.closed_on is None}
    return replace(
        draft,
        persons=persons(was, now, change),
        opened=sum(family.kk_number not in known for family in now),
        addresses=tuple(_moved(was, now)),
        cardless=change.cardless,
        closed=sum(family.kk_number in open_before and family.closed_on is not None for family in now),
    )


def persons(before: Iterable[Family], after: Iterable[Family], change: RegisterChange) -> tuple[PersonEntry, ...]:
    """Compare the families of one change, before and after it, person by person; of former members what was mended in their records."""
    was, now = tuple(before), tuple(after)
    return (*_compare(_rows(was), _rows(now), change), *_records_mended(was, now))


def _moved(before: Iterable[Family], after: Iterable[Family]) -> Iterator[AddressEntry]:
    homes = {family.kk_number: home_of(family) for family in before}
    for family in after:
        was, now = homes.get(family.kk_number), home_of(family)
        if was is not None and was != now:
            yield AddressEntry(family.kk_number, was, now)


def _records_mended(before: Iterable[Family], after: Iterable[Family]) -> Iterator[PersonEntry]:
    held = _records(before)
    for key, former in _records(after).items():
        was, (number, nik, _) = held.get(key), key
        if was is not None and was != former:
            yield PersonEntry(nik, Effect.CHANGED, number, number, was.member, former.member)


def _records(families: Iterable[Family]) -> dict[tuple[str, str, str], Former]:
    return {(family.kk_number, each.member.nik, each.reason): each for family in families for each in family.former}


def _rows(families: Iterable[Family]) -> dict[str, tuple[str, Member]]:
    return {member.nik: (family.kk_number, member) for family in families if family.closed_on is None for member in family.members}


def _compare(
    before: Mapping[str, tuple[str, Member]], after: Mapping[str, tuple[str, Member]], change: RegisterChange
) -> Iterator[PersonEntry]:
    for nik in sorted(before.keys() | after.keys()):
        kk_before, was = before.get(nik, (None, None))
        kk_after, now = after.get(nik, (None, None))
        if (kk_before, was) != (kk_after, now):
            yield PersonEntry(nik, _effect(nik, kk_before, kk_after, change), kk_before, kk_after, was, now)


def _effect(nik: str, kk_before: str | None, kk_after: str | None, change: RegisterChange) -> Effect:
    if kk_before is None:
        return change.effect_on_newcomer(nik)
    if kk_after is None:
        return change.effect_on_leaver(nik)
    return Effect.CHANGED if kk_before == kk_after else Effect.JOINED
