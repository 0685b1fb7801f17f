"""The family card that a request leads to: as the register has it, or as a divorce changes it. Pure.

A divorce gives both parties the status CERAI HIDUP TERCATAT and one card each; a child goes into the card of whoever has custody
(Permendagri 108/2019 on splitting a KK; Permendagri 118/2017 on the statuses). The party that keeps living with the head keeps the
number; the party that leaves gets a new one, which issuance allocates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.verification.domain.register import Family, Member, Register
from services.verification.domain.submission import CourtDecision, Submission
from shared.errors import DomainError
from shared.reference.population import KkMarital, Relation

_STAYS: Final = {
    Relation.HEAD: 0,
    Relation.CHILD: 1,
    Relation.PARENT: 1,
    Relation.GRANDCHILD: 2,
    Relation.OTHER_KIN: 3,
    Relation.OTHER: 4,
    Relation.SERVANT: 4,
    Relation.CHILD_IN_LAW: 5,
    Relation.PARENT_IN_LAW: 5,
    Relation.HUSBAND: 6,
    Relation.WIFE: 6,
}  # how close somebody is to the head by blood: of two divorced parties the lower number keeps the card


@dataclass(frozen=True, slots=True)
class Card:
    """The content of the holder's family card. `kk_number` None: a new number is to be allocated."""

    kk_number: str | None
    address: str
    rt: str
    rw: str
    village_code: str
    postal_code: str
    members: tuple[Member, ...]

    @property
    def head(self) -> Member:
        """The head of the family."""
        return next((member for member in self.members if member.relation is Relation.HEAD), self.members[0])


def card_for(submission: Submission, register: Register) -> Card:
    """Compute the card that is printed for this request (for a KTP-el: the card that holds the person).

    Raises:
        DomainError: `holder_not_in_register` or `nik_missing`: without the family there is nothing to print.
    """
    holder = submission.holder_nik
    family = register.family(submission.kk_number) if submission.kk_number else None
    if family is None or family.closed_on is not None or family.member(holder) is None:
        family = register.family_of(holder)
    if family is None:
        raise DomainError("holder_not_in_register", "The register has no family with this person.")
    if submission.decision is None:
        return _card(family, family.members, kk_number=family.kk_number)
    return card_after_divorce(holder, submission.decision, family, register)


def card_after_divorce(holder: str, decision: CourtDecision, family: Family, register: Register) -> Card:
    """Compute the card of one party after the divorce.

    Args:
        holder: NIK of the party whose card it is.
        decision: Who has custody of whom, and since when they are divorced.
        family: The family in which the holder is registered now.
        register: Where the children are registered now.
    """
    spouse = decision.other(holder).nik
    own_children = decision.custody_of(holder)
    if family.member(spouse) is not None and leaver(family, decision) == holder:
        return _leaving(holder, decision, family, _children(own_children, register))
    gone = decision.custody_of(spouse) | {spouse}
    kept = tuple(_divorced(member, holder, decision.divorced_on) for member in family.members if member.nik not in gone)
    held = {member.nik for member in kept}
    joining = tuple(child for child in _children(own_children, register) if child.nik not in held)
    own = next((member for member in kept if member.nik == holder), None)
    if own is None:
        raise DomainError("holder_not_in_register", "The decision gives the holder into custody.")
    relation = _relation_of_child(own.relation)
    return _card(family, (*kept, *(replace(child, relation=relation) for child in joining)), kk_number=family.kk_number)


def leaver(family: Family, decision: CourtDecision) -> str:
    """Return the NIK of the party who leaves a card that holds both: the one who is less closely related to its head.

    Equal distance (two lodgers, say): the wife's card is the new one. A convention of ours without a source; the office has to confirm it.
    """
    husband, wife = family.member(decision.husband.nik), family.member(decision.wife.nik)
    if husband is None or wife is None:
        raise DomainError("parties_not_on_one_card")
    return husband.nik if _STAYS[husband.relation] > _STAYS[wife.relation] else wife.nik


def _leaving(holder: str, decision: CourtDecision, family: Family, children: tuple[Member, ...]) -> Card:
    person = family.member(holder)
    if person is None:
        raise DomainError("holder_not_in_register")
    head = replace(_divorced(person, holder, decision.divorced_on), relation=Relation.HEAD)
    return _card(family, (head, *(replace(child, relation=Relation.CHILD) for child in children)), kk_number=None)


def record(card: Card, kk_number: str, families: tuple[Family, ...]) -> tuple[Family, ...]:
    """Apply an issued card to the register; return the families that change.

    Args:
        card: What was printed.
        kk_number: The number it bears: its own, or the new one.
        families: Every family in which a person of the card stands, and the family of that number where there is one.

    Returns:
        The card's family with its persons' rows as printed, and the other families without them. A spouse who has no card yet stays
        where the register has them: nobody is ever without a family.
    """
    held = {family.kk_number: family for family in families}
    printed = {member.nik: member for member in card.members}
    niks = frozenset(printed)
    own = held.pop(kk_number, None)
    rows = tuple(printed.pop(member.nik, member) for member in own.members) if own else ()
    target = Family(
        kk_number=kk_number,
        address=card.address,
        rt=card.rt,
        rw=card.rw,
        village_code=card.village_code,
        postal_code=card.postal_code,
        members=(*rows, *printed.values()),
        edition=own.edition if own else 1,
        closed_on=own.closed_on if own else None,
        former=tuple(former for former in own.former if former.member.nik not in niks) if own else (),
    )
    open_ = (family for family in held.values() if family.closed_on is None)  # a closed one stays as it was
    left = ((family, tuple(member for member in family.members if member.nik not in niks)) for family in open_)
    others = tuple(replace(family, members=members) for family, members in left if members and members != family.members)
    return (target, *others) if target != own else others


def _children(niks: frozenset[str], register: Register) -> tuple[Member, ...]:
    found = [member for nik in niks if (member := register.person(nik)) is not None]
    return tuple(sorted(found, key=lambda member: (member.born_on, member.nik)))


def _divorced(member: Member, holder: str, on: date) -> Member:
    return replace(member, marital=KkMarital.DIVORCED, marital_on=on) if member.nik == holder else member


def _relation_of_child(of_parent: Relation) -> Relation:
    if of_parent is Relation.HEAD:
        return Relation.CHILD
    return Relation.GRANDCHILD if of_parent is Relation.CHILD else Relation.OTHER_KIN


def _card(family: Family, members: tuple[Member, ...], *, kk_number: str | None) -> Card:
    return Card(
        kk_number=kk_number,
        address=family.address,
        rt=family.rt,
        rw=family.rw,
        village_code=family.village_code,
        postal_code=family.postal_code,
        members=members,
    )
