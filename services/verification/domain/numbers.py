"""Numbers that the register gives: the NIK of a newborn and the number of a new family card. Pure.

A counter belongs to one stem (district and day) and is raised in the unit of work that approves, so that each number is given once.
Sources: Perpres 26/2009 and Permendagri 102/2009; the district of a NIK is that of registration, the day of a card that of recording.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.verification.domain.rules import CardWish, NikWish, Wish
from shared.errors import DomainError
from shared.values import Sex

LAST_SERIAL: Final = 9999  # four digits
_WOMAN_DAY_OFFSET: Final = 40  # added to the day of birth in a woman's NIK
_NO_DAY: Final = "000000"  # stands for the date in a number that is not given yet: no real number has it


@dataclass(frozen=True, slots=True)
class NumberCounter:
    """The last serial given under one key."""

    key: str
    last: int = 0


@dataclass(frozen=True, slots=True)
class RegisterFloor:
    """What a restore leaves behind: counters of days up to `until` that it did not bring back begin after `last` (ADR 57)."""

    key: str
    last: int
    until: date


FLOOR: Final = "floor"
"""The key of the one `RegisterFloor`, beside the counters."""


def begin(wish: Wish, today: date, floor: RegisterFloor | None) -> NumberCounter:
    """Return the counter of a wish that has none: at zero, but where a restore may have lost one."""
    day = wish.born_on if isinstance(wish, NikWish) else today
    return NumberCounter(counter_key(wish, today), floor.last if floor is not None and day <= floor.until else 0)


def stem(wish: Wish, today: date) -> str:
    """Return the twelve digits that the number will begin with."""
    if isinstance(wish, CardWish):
        return f"{wish.district}{today:%d%m%y}"
    day = wish.born_on.day + (_WOMAN_DAY_OFFSET if wish.sex == Sex.FEMALE.value else 0)
    return f"{wish.district}{day:02}{wish.born_on:%m%y}"


def counter_key(wish: Wish, today: date) -> str:
    """Return the key of the counter of a wish: a NIK and a card may begin with the same digits."""
    kind = "NIK" if isinstance(wish, NikWish) else "KK"
    return f"{kind}-{stem(wish, today)}"


def give(counter: NumberCounter, beginning: str, taken: Collection[str]) -> tuple[NumberCounter, str]:
    """Return the next number that the register does not have yet, and the counter after it.

    Raises:
        DomainError: `numbers_exhausted`: the day has no serial left.
    """
    for serial in range(counter.last + 1, LAST_SERIAL + 1):
        number = f"{beginning}{serial:04d}"
        if number not in taken:
            return replace(counter, last=serial), number
    raise DomainError("numbers_exhausted", "The district has no number left for this day.")


def placeholders(wishes: tuple[Wish, ...]) -> tuple[str, ...]:
    """Return numbers for a preview: sixteen digits, each once, that no person and no card can have."""
    return tuple(f"{wish.district}{_NO_DAY}{place:04d}" for place, wish in enumerate(wishes, start=1))


def is_placeholder(number: str) -> bool:
    """Return whether a number is one of a preview: the real one is given with the approval."""
    return number[6:12] == _NO_DAY
