"""The yardsticks of PermenPANRB 83/2012 for an account on social media, whose names and formulas stand in `shared.reference`. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

_WEEK: Final = 7  # days
_PERCENT: Final = 100


class Yardstick(StrEnum):
    """What an account is judged by."""

    REACH = "reach"
    FREQUENCY = "frequency"
    INFLUENCE = "influence"
    CONVERSATION = "conversation"
    SUSTAINABILITY = "sustainability"


@dataclass(frozen=True, slots=True)
class AccountActivity:
    """What an account did in a period, and what came of it. `made_on`: days on which its pieces were made; `chatted_on`: with chats."""

    first: date
    last: date
    seen: int
    visited: int
    chatted: int
    submitted: int
    made_on: tuple[date, ...]
    chatted_on: Collection[date]


def yardsticks(activity: AccountActivity, residents: int) -> Mapping[Yardstick, float | None]:
    """Return each yardstick; None where there is nothing to divide by. Weeks count from the first day on, one that is begun as a whole."""
    weeks = ((activity.last - activity.first).days // _WEEK) + 1
    alive = {
        (day - activity.first).days // _WEEK for day in (*activity.made_on, *activity.chatted_on) if activity.first <= day <= activity.last
    }
    made = sum(activity.first <= day <= activity.last for day in activity.made_on)
    return {
        Yardstick.REACH: _share(activity.seen, residents),
        Yardstick.FREQUENCY: made / weeks,
        Yardstick.INFLUENCE: _percent(activity.visited + activity.chatted, activity.seen),
        Yardstick.CONVERSATION: _percent(activity.submitted, activity.chatted),
        Yardstick.SUSTAINABILITY: _PERCENT * len(alive) / weeks,
    }


def _share(count: int, of: int) -> float | None:
    return count / of if of else None


def _percent(count: int, of: int) -> float | None:
    return _PERCENT * count / of if of else None
