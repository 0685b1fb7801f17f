"""Who moves and who stays, as the form says it and as the card has it; the class of a move; what must hold for those who are left. Pure.

Sources: form F-1.03 of Permendagri 6/2026 (kinds and classes of moves, F-1.03A for children without a parent), Permendagri 108/2019.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.guardianship import MOVING
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import is_child_of
from services.verification.domain.members import Named, check_stayers, named
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application
from services.verification.domain.submission import Answers
from services.verification.domain.succession import NONE, LeftBehind, check_remaining
from shared.errors import DomainError
from shared.reference.population import DIVORCED, Relation

ROWS: Final = MOVING
FINDINGS: Final = (
    *("member_not_on_card", "member_named_twice", "nobody_moves", "move_kind_differs", "minors_alone_differs", "head_is_child"),
    *("remaining_differs", "new_head_not_on_card", "guardian_is_host"),
)
"""What the sender can correct alone."""
_DISTRICT_DIGITS: Final = 6  # of a village's code, which has ten
_REGENCY_DIGITS: Final = 4
_PROVINCE_DIGITS: Final = 2


class MoveKind(StrEnum):
    """Who moves: the codes of the list `move_kind`."""

    HEAD = "head"
    ALL = "head_and_all"
    SOME = "head_and_some"
    MEMBERS = "members"


class MoveClass(StrEnum):
    """How far: classes 1 to 5 of form F-1.03, the codes of the list `move_class`."""

    VILLAGE = "same_village"
    DISTRICT = "same_district"
    REGENCY = "same_regency"
    PROVINCE = "same_province"
    COUNTRY = "other_province"


def move_class(origin: str, destination: str) -> MoveClass:
    """Return the class of a move between two places by their codes: that of a village, or of a regency where no more is known."""
    if origin == destination:
        return MoveClass.VILLAGE
    same = {digits: origin[:digits] == destination[:digits] for digits in (_DISTRICT_DIGITS, _REGENCY_DIGITS, _PROVINCE_DIGITS)}
    if same[_DISTRICT_DIGITS]:
        return MoveClass.DISTRICT
    if same[_REGENCY_DIGITS]:
        return MoveClass.REGENCY
    return MoveClass.PROVINCE if same[_PROVINCE_DIGITS] else MoveClass.COUNTRY


@dataclass(frozen=True, slots=True)
class FamilyMove:
    """Members of a card who move, in its order, and those who stay. `rows`: as the form names them; none where it says it in one word."""

    family: Family
    moving: tuple[Member, ...]
    staying: tuple[Member, ...]
    rows: tuple[Named, ...]

    @property
    def niks(self) -> frozenset[str]:
        """Who moves."""
        return frozenset(member.nik for member in self.moving)

    @property
    def has_head(self) -> bool:
        """Whether the head moves."""
        return self.family.head in self.moving

    @property
    def leaves_others(self) -> bool:
        """Whether the head moves and somebody stays, who needs another head or a guardian."""
        return self.has_head and bool(self.staying)

    @property
    def kind(self) -> MoveKind:
        """Who moves, by the card."""
        if not self.has_head:
            return MoveKind.MEMBERS
        if not self.staying:
            return MoveKind.ALL
        return MoveKind.HEAD if len(self.moving) == 1 else MoveKind.SOME

    @property
    def left(self) -> LeftBehind:
        """Those who stay, without their head."""
        return LeftBehind(self.family, self.family.head, self.staying)


def move_of(answers: Answers, family: Family) -> FamilyMove:
    """Return who moves: those whom the rows name, and where the form has none the head, or everybody."""
    rows = named(answers, ROWS)
    niks = {row.nik for row in rows}
    if not rows and answers.text("kind") in (MoveKind.HEAD, MoveKind.ALL):
        niks = {family.head.nik} if answers.text("kind") == MoveKind.HEAD else {member.nik for member in family.members}
    moving = tuple(member for member in family.members if member.nik in niks)
    return FamilyMove(family, moving, tuple(member for member in family.members if member.nik not in niks), rows)


def needed_move(answers: Answers, family: Family) -> FamilyMove:
    """Return who moves.

    Raises:
        DomainError: `nobody_moves`, `member_named_twice` or `member_not_on_card`.
    """
    move = move_of(answers, family)
    if len({row.nik for row in move.rows}) != len(move.rows):
        raise DomainError("member_named_twice", "A member is named in two rows.")
    if any(family.member(row.nik) is None for row in move.rows):
        raise DomainError("member_not_on_card", "A person who is named does not stand on the card.")
    if not move.moving:
        raise DomainError("nobody_moves", "The request names nobody who moves.")
    return move


def check_move(application: Application, move: FamilyMove, register: Register, today: date) -> Iterator[Finding]:
    """Check who moves, what the form says of them, and what becomes of those who stay."""
    answers = application.first.answers
    yield from _check_movers(move, register)
    if not move.moving:
        yield failure("nobody_moves", "answers.kind")
        return
    said = answers.text("kind")
    if said != move.kind and not (len(move.family.members) == 1 and said == MoveKind.HEAD):
        yield failure("move_kind_differs", "answers.kind")
    yield from _check_children(move, answers, today)
    if move.leaves_others:
        yield from check_remaining(move.left, answers, register, today)
    elif move.has_head:
        if answers.text("remaining") not in (None, NONE):
            yield failure("remaining_differs", "answers.remaining")
    else:
        yield from check_stayers(move.family, move.niks, f"answers.{ROWS}", today)


def _check_movers(move: FamilyMove, register: Register) -> Iterator[Finding]:
    seen: set[str] = set()
    for row in move.rows:
        field = f"{row.field}.nik"
        if row.nik in seen:
            yield failure("member_named_twice", field)
        elif move.family.member(row.nik) is None:
            yield failure(_gone(row.nik, register) or "member_not_on_card", field)
        seen.add(row.nik)
    if any(member.nik in register.twice for member in move.family.members):
        yield failure("nik_registered_twice", "answers.kk_number")


def _gone(nik: str, register: Register) -> str | None:
    """Return why somebody can't move any more: dead, or moved before."""
    if nik in register.closed and register.late(nik) is not None:
        return "already_dead"
    return register.gone(nik)


def _check_children(move: FamilyMove, answers: Answers, today: date) -> Iterator[Finding]:
    """Check those under 17: F-1.03A is asked for where they move alone; with whom else they go, an officer sees."""
    minors = [member for member in move.moving if not is_adult(member, today=today)]
    if move.kind is MoveKind.MEMBERS and (len(minors) == len(move.moving)) != answers.is_yes("minors_alone"):
        yield failure("minors_alone_differs", "answers.minors_alone")
    for child in minors:
        parents = [member for member in move.family.members if is_child_of(child, member)]
        along = [parent for parent in parents if parent in move.moving]
        if len(minors) < len(move.moving) and not along:
            yield warning("minor_leaves_parents", "answers.minors_alone")
        elif any(parent.marital in DIVORCED for parent in along):
            yield warning("custody_to_be_shown", "answers.kind")
        elif along and len(along) < len(parents):
            yield warning("minor_leaves_one_parent", "answers.kind")


def check_head_of(rows: tuple[Named, ...], move: FamilyMove, today: date) -> Iterator[Finding]:
    """Check that those who will have a card of their own name one head of 17 years: the one whom they have, where that one moves."""
    heads = [row for row in rows if row.relation is Relation.HEAD]
    if len(heads) != 1:
        yield failure("movers_need_one_head", f"answers.{ROWS}")
        return
    head = move.family.member(heads[0].nik)
    if head is not None and not is_adult(head, today=today):
        yield failure("head_is_child", f"{heads[0].field}.nik")
    if move.has_head and heads[0].nik != move.family.head.nik:
        yield failure("head_stays_head", f"{heads[0].field}.relation")
