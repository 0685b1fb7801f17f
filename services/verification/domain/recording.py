"""An approved change of the register, from the approval until it is applied once. Pure.

Between the two, documents are made, and the register may be loaded again from outside. A family that is as it was approved becomes what was
planned. One that was loaded again is rebased: what the approval changes of a person or an address is laid over what the register says now,
and everything else stays as it was loaded, persons included who came with the load. Where both changed the same thing to different values,
where a load took away somebody whom the approval changes or moves, or where a family would end without exactly one head or a person in two
families, nothing is applied and nothing is lost: the case waits under `/v1/stuck` (`register_conflict`) until somebody has mended the
register and replays it, or discards the change. So it does where a document of the case was given up while others were issued
(`document_void`); that one is not applied where it needs the number that is void.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final

from services.verification.domain.documents import CaseDocument
from services.verification.domain.register import GONE, Family, Former, Member
from services.verification.domain.rules import Basis, RegisterChange
from shared.errors import DomainError
from shared.reference.population import Effect, Relation

CONFLICT: Final = "register_conflict"
DOCUMENT_VOID: Final = "document_void"
_BIRTH: Final = "akta_kelahiran"
_OF_FAMILY: Final = ("address", "rt", "rw", "village_code", "postal_code", "closed_on")


@dataclass(frozen=True, slots=True)
class AwaitedChange:
    """A change that waits for its documents. `before`: the families that were there, as they were marked pending by the approval."""

    change: RegisterChange
    before: tuple[Family, ...]

    @property
    def kk_numbers(self) -> tuple[str, ...]:
        """Every card that it touches."""
        return tuple(dict.fromkeys(family.kk_number for family in (*self.change.families, *self.before)))

    @property
    def niks(self) -> frozenset[str]:
        """Everybody in the families as they will be."""
        return frozenset(member.nik for family in self.change.families for member in family.members)

    def newcomers(self, case_id: str) -> Iterator[Family]:
        """Yield its families with those alone who come into the register by it, pending for the case."""
        coming = {*self.change.born, *self.change.moved_in}
        for family in self.change.families:
            if rows := tuple(member for member in family.members if member.nik in coming):
                yield replace(family, members=rows, pending=case_id)

    def with_numbers(self, documents: tuple[CaseDocument, ...]) -> AwaitedChange:
        """Write the numbers of the issued certificates into the basis and the rows of those who were born.

        Raises:
            DomainError: `document_void`: a certificate whose number it needs was given up.
        """
        born = {document.about.removeprefix(f"{_BIRTH}:"): document for document in documents if document.product == _BIRTH}
        families = tuple(
            replace(family, members=tuple(_certified(member, born.get(member.nik)) for member in family.members))
            for family in self.change.families
        )
        return replace(self, change=replace(self.change, families=families, basis=_numbered(self.change.basis, documents)))


def _certified(member: Member, document: CaseDocument | None) -> Member:
    """Return a row with the number of its new akta kelahiran, and the day that our numbers carry; a further extract is of a known one."""
    number = _number(document) if document is not None and member.birth_certificate is None else None
    return replace(member, birth_certificate=number, birth_certificate_on=_day_of(number)) if number else member


def _day_of(number: str) -> date:
    day = number.split("-")[2]  # 3519-LU-24112026-0001
    return date(int(day[4:]), int(day[2:4]), int(day[:2]))


def _numbered(basis: Basis, documents: tuple[CaseDocument, ...]) -> Basis:
    if basis.number is not None or not documents:
        return basis
    certificate = next((document for document in documents if document.product == basis.kind), None)
    return replace(basis, number=_number(certificate or next((each for each in documents if each.voided_at is None), documents[0])))


def _number(document: CaseDocument) -> str | None:
    if document.voided_at is not None:
        raise DomainError(DOCUMENT_VOID, f"The change needs the number of a {document.product} that was given up.")
    return document.number


def ensure_sound(change: RegisterChange, before: Iterable[Family]) -> None:
    """Refuse a change that would leave a family without its one head, or somebody in two families or in none.

    Raises:
        DomainError: `register_change_unsound`: the request asks for what can't be; nothing follows from it.
    """
    was = {family.kk_number: family for family in before}
    touched = {family.kk_number for family in change.families}
    others = (family for number, family in was.items() if number not in touched and family.closed_on is None)
    if any(_broken(change.families, was)) or _lost(change, was.values()) or _newcomers(change.families, was) & _people(others):
        raise DomainError("register_change_unsound", "A family would have no head or two, or a person two families or none.")


def applied(awaited: AwaitedChange, present: Mapping[str, Family], *, on: date) -> tuple[Family, ...]:
    """Return the families as they become, to be stored.

    Args:
        awaited: The approved change, with the numbers of its documents.
        present: The families that it touches and those of everybody in them, as the register has them now.
        on: The day.

    Raises:
        DomainError: `register_conflict`: the register changed in between so that nobody can tell what is right.
    """
    was = {family.kk_number: family for family in awaited.before}
    loaded = any((now := present.get(family.kk_number)) is None or now.edition != family.edition for family in awaited.before)
    found = _rebased(awaited.change.families, was, present) if loaded else awaited.change.families
    result = tuple(_settled(_mended(family, was, present), present.get(family.kk_number), awaited.change, on) for family in found)
    others = [family for kk_number, family in present.items() if kk_number not in awaited.kk_numbers and family.closed_on is None]
    if any(family.kk_number in present and family.kk_number not in was for family in result):
        raise DomainError(CONFLICT, "A new number is taken.")
    if _newcomers(result, was) & _people(others) or any(_broken(result, present)):
        raise DomainError(CONFLICT, "The register changed while the documents were made.")
    return result


def _rebased(families: tuple[Family, ...], before: Mapping[str, Family], present: Mapping[str, Family]) -> tuple[Family, ...]:
    """Lay a change over families that were loaded again."""
    return tuple(
        planned if planned.kk_number not in before else _over(planned, before[planned.kk_number], present)
        for planned in (replace(family, members=tuple(_carried(family, before, present))) for family in families)
    )


def _carried(planned: Family, before: Mapping[str, Family], present: Mapping[str, Family]) -> Iterator[Member]:
    """Yield the rows of a planned family: what the change says of each person, and all else as the register has it now."""
    held, known = _rows(before), _rows(present)
    for member in planned.members:
        if member.nik not in held:
            yield member  # born
            continue
        (home, was), (place, now) = held[member.nik], known.get(member.nik, ("", None))
        if now is None and was == member and home == planned.kk_number:
            continue  # the change says nothing of who is gone with the load
        if now is None or place != home:
            raise DomainError(CONFLICT, "The register has no more, or elsewhere, whom the change is about.")
        yield replace(now, **{each.name: _three(*(getattr(row, each.name) for row in (member, was, now))) for each in fields(Member)})


def _over(planned: Family, was: Family, present: Mapping[str, Family]) -> Family:
    now = present.get(planned.kk_number)
    if now is None:
        raise DomainError(CONFLICT, "The register has this family no more.")
    came = tuple(member for member in now.members if was.member(member.nik) is None)
    if any((mine := planned.member(member.nik)) is not None and mine != member for member in came):
        raise DomainError(CONFLICT, "The register has already, and differently, whom the change brings.")
    if planned.closed_on is not None and came:
        raise DomainError(CONFLICT, "Somebody joined a family that ends.")
    rows = (*planned.members, *(member for member in came if planned.member(member.nik) is None))
    fields_ = {name: _three(*(getattr(family, name) for family in (planned, was, now))) for name in _OF_FAMILY}
    return replace(now, members=rows, **fields_)


def _rows(families: Mapping[str, Family]) -> dict[str, tuple[str, Member]]:
    open_ = (family for family in families.values() if family.closed_on is None)
    return {member.nik: (family.kk_number, member) for family in open_ for member in family.members}


def _three(planned: Any, was: Any, now: Any) -> Any:
    if planned in (was, now):
        return now
    if now == was:
        return planned
    raise DomainError(CONFLICT, "The register says something else since.")


def _mended(family: Family, before: Mapping[str, Family], present: Mapping[str, Family]) -> Family:
    """Return a family whose former members are as the register has them now, with what the change says of their records."""
    was, now = before.get(family.kk_number), present.get(family.kk_number)
    if was is None or now is None:
        return family
    held = {_key(each): each for each in was.former}
    changed = {_key(each): each for each in family.former if held.get(_key(each)) not in (None, each)}
    mended = {key: _three(each, held[key], next((one for one in now.former if _key(one) == key), None)) for key, each in changed.items()}
    return replace(family, former=tuple(mended.get(_key(each), each) for each in now.former))


def _key(former: Former) -> tuple[str, str]:
    return former.member.nik, former.reason


def _settled(family: Family, now: Family | None, change: RegisterChange, on: date) -> Family:
    """Return a family as it is stored: who is no longer in it is kept as a former member, and it waits for nothing."""
    held = {member.nik for member in family.members}
    kept = tuple(_explained(former, change) for former in family.former if former.member.nik not in held)
    known = {former.member.nik for former in kept}
    gone = tuple(
        _former(member, change, on) for member in (now.members if now else ()) if member.nik not in held and member.nik not in known
    )
    return replace(family, former=(*kept, *gone), pending=None, edition=now.edition if now else 1)


def _explained(former: Former, change: RegisterChange) -> Former:
    """Return a former member with the reason that the change knows, where a load in between had only lost the person."""
    known = former.reason == GONE and former.member.nik in {*change.died, *change.moved_out}
    return _former(former.member, change, former.closed_on) if known else former


def _former(member: Member, change: RegisterChange, on: date) -> Former:
    match change.effect_on_leaver(member.nik):
        case Effect.DIED:
            return Former(member, on, Effect.DIED, change.died_on, change.basis.number, change.died_in)
        case Effect.MOVED_OUT | Effect.MOVED_ABROAD as effect:
            return Former(member, on, effect, letter=change.basis.number)
        case effect:
            return Former(member, on, effect)


def _broken(families: tuple[Family, ...], before: Mapping[str, Family]) -> Iterator[bool]:
    """Yield whether something is wrong: heads by family, persons over all of them. Heads that were missing before may be missing still."""
    seen: set[str] = set()
    for family in families:
        if family.closed_on is not None:
            continue
        heads = _heads(family)
        old = before.get(family.kk_number)
        yield not family.members or heads > 1 or (heads == 0 and (old is None or _heads(old) == 1))
        niks = [member.nik for member in family.members]
        yield len(set(niks)) != len(niks) or not seen.isdisjoint(niks)
        seen.update(niks)


def _newcomers(families: Iterable[Family], before: Mapping[str, Family]) -> set[str]:
    return {m.nik for family in families for m in family.members if (old := before.get(family.kk_number)) is None or not old.member(m.nik)}


def _people(families: Iterable[Family]) -> set[str]:
    return {member.nik for family in families for member in family.members}


def _heads(family: Family) -> int:
    return sum(member.relation is Relation.HEAD for member in family.members)


def _lost(change: RegisterChange, before: Iterable[Family]) -> bool:
    after = {member.nik for family in change.families if family.closed_on is None for member in family.members}
    touched = {family.kk_number for family in change.families}
    was = {member.nik for family in before if family.kk_number in touched for member in family.members}
    return bool(was - after - {*change.died, *change.moved_out}) or bool(after - was - {*change.born, *change.moved_in})
