"""Whether the civil register is to be had. While it is not, nothing is judged or approved, and the clocks of all tasks stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from shared.errors import DomainError

KEY: Final = "register"  # there is one
BY_PROBE: Final = "probe"  # who paused and resumes, where nobody did by hand


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which the register was not to be had."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class RegisterPause:
    """The state of the register. `since` None: it is to be had. `ended`: pauses that are not yet taken out of every clock, oldest first."""

    id: str = KEY
    since: datetime | None = None
    by: str | None = None
    reason: str | None = None
    ended: tuple[Pause, ...] = ()

    @property
    def is_paused(self) -> bool:
        """Whether work stands."""
        return self.since is not None


def pause(state: RegisterPause, *, by: str, reason: str, at: datetime) -> RegisterPause:
    """Pause the work. Who pauses by hand takes over a pause of the probe: it then ends by hand alone.

    Raises:
        DomainError: `register_paused`: somebody paused it already.
    """
    if state.since is not None and state.by != BY_PROBE:
        raise DomainError("register_paused", "The work on the register is paused already.")
    return replace(state, since=state.since or at, by=by, reason=reason)


def resume(state: RegisterPause, *, at: datetime) -> RegisterPause:
    """Let the work go on.

    Raises:
        DomainError: `register_not_paused`.
    """
    if state.since is None:
        raise DomainError("register_not_paused", "The work on the register is not paused.")
    return replace(state, since=None, by=None, reason=None, ended=(*state.ended, Pause(state.since, at)))


def taken_out(state: RegisterPause, done: Pause) -> RegisterPause:
    """Record that a pause was taken out of every clock."""
    return replace(state, ended=tuple(each for each in state.ended if each != done))


def service_time(state: RegisterPause, at: datetime) -> datetime:
    """Return the moment by which clocks are read: while the work is paused, and until that is taken out of them, when it was paused."""
    since = state.ended[0].since if state.ended else state.since
    return at if since is None else min(at, since)
