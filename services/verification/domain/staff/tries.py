"""How often somebody may try to sign in under one name: five wrong tries are followed by a pause, and each further five by a longer one.

Tries are counted by the name that was typed, whether there is such an account or not, so that nobody learns which names exist. A try counts
before the password is looked at, and is given back where it was right: fifty tries at once are fifty tries.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

TRIES: Final = 5  # wrong ones before a pause: people mistype twice, machines guess on
LONGEST_PAUSE: Final = timedelta(hours=24)  # whoever was locked out in the night works again the next day
_MOST_DOUBLINGS: Final = 20  # a minute's pause is then two years: far beyond the longest
FORGET_AFTER: Final = timedelta(hours=24)  # since the last try: what was mistyped yesterday counts no more


@dataclass(frozen=True, slots=True)
class SignInTries:
    """The wrong tries under one name since the last sign-in. `key` is a digest of the name."""

    key: str
    wrong: int = 0
    last_at: datetime | None = None
    paused_until: datetime | None = None

    def is_paused(self, at: datetime) -> bool:
        """Return whether nobody may try at that moment."""
        return self.paused_until is not None and at < self.paused_until

    @property
    def left(self) -> int:
        """Return how many wrong tries remain before the next pause."""
        return TRIES - self.wrong % TRIES


def taken(tries: SignInTries, *, at: datetime, first_pause: timedelta) -> SignInTries | None:
    """Take a try, as if it were wrong; None while paused."""
    if tries.is_paused(at):
        return None
    if tries.last_at is not None and at - tries.last_at >= FORGET_AFTER:
        tries = SignInTries(tries.key)
    wrong = tries.wrong + 1
    until = at + pause_after(wrong, first_pause) if wrong % TRIES == 0 else None
    return replace(tries, wrong=wrong, last_at=at, paused_until=until)


def given_back(tries: SignInTries) -> SignInTries:
    """Give one try back that was right; the pause that it began ends."""
    wrong = max(0, tries.wrong - 1)
    return replace(tries, wrong=wrong, paused_until=None if tries.wrong % TRIES == 0 else tries.paused_until)


def pause_after(wrong: int, first_pause: timedelta) -> timedelta:
    """Return the pause after so many wrong tries: doubled with each five, a day at most."""
    return min(LONGEST_PAUSE, first_pause * (1 << min(wrong // TRIES - 1, _MOST_DOUBLINGS)))
