"""A person's part in a chat: who waits for an officer and why, who has the chat, and until when. Pure.

While an officer holds a chat the machine is silent; the draft stays as it is and goes on when the chat is given back. The lease says who
of the officers has it: it ends soon after they leave, so that another one may take it. The hold itself lasts longer, so that the machine
does not talk into a conversation between people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.errors import DomainError

HOLD_LIFETIME: Final = timedelta(hours=24)
"""Without an act of an officer for so long the machine answers again: nobody may write into silence for longer than a day."""
MISREAD_MOST: Final = 2  # messages in a row that the machine did not understand before a person is called


class WaitingReason(StrEnum):
    """Why somebody waits for a person."""

    ASKED = "asked"
    NOT_UNDERSTOOD = "not_understood"
    ANSWERED = "answered"
    """The citizen wrote to an officer who had the chat."""


@dataclass(frozen=True, slots=True)
class ChatOfficer:
    """Somebody who works at the desk."""

    staff_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A chat in an officer's hands. `until`: end of the lease; `acted_at`: when an officer last did something in it."""

    officer: ChatOfficer
    since: datetime
    until: datetime
    acted_at: datetime

    def is_leased(self, at: datetime) -> bool:
        """Return whether nobody else may take it."""
        return at < self.until

    def is_silent(self, at: datetime) -> bool:
        """Return whether the machine says nothing."""
        return at - self.acted_at < HOLD_LIFETIME


@dataclass(frozen=True, slots=True)
class Assistance:
    """The part of people in a chat. `misread`: messages in a row that the machine did not understand."""

    waiting_since: datetime | None = None
    reason: WaitingReason | None = None
    hold: Hold | None = None
    misread: int = 0

    def is_held(self, at: datetime) -> bool:
        """Return whether an officer has the chat, so that the machine is silent."""
        return self.hold is not None and self.hold.is_silent(at)

    def holder(self, at: datetime) -> ChatOfficer | None:
        """Return who has it now; None where anybody may take it."""
        return self.hold.officer if self.hold is not None and self.hold.is_leased(at) else None


def call(assistance: Assistance, reason: WaitingReason, at: datetime) -> Assistance:
    """Return the chat as waiting for a person; who waits already keeps the place, and the first reason."""
    if assistance.waiting_since is not None:
        return assistance
    return replace(assistance, waiting_since=at, reason=reason)


def heard(assistance: Assistance, at: datetime) -> Assistance:
    """Return the chat after a message that no machine answers, because an officer has it."""
    return call(assistance, WaitingReason.ANSWERED, at)


def counted(assistance: Assistance, *, is_misread: bool) -> Assistance:
    """Return the chat with the count of what was not understood in a row."""
    return replace(assistance, misread=assistance.misread + 1 if is_misread else 0)


def take(assistance: Assistance, officer: ChatOfficer, at: datetime, lease: timedelta) -> Assistance:
    """Give the chat to an officer who takes it; whoever has it already keeps it for longer.

    Raises:
        DomainError: `chat_taken`: another officer has it.
    """
    hold = _own(assistance, officer, at)
    since = hold.since if hold is not None else at
    return replace(assistance, hold=Hold(officer, since, at + lease, at), misread=0)


def renew(assistance: Assistance, officer: ChatOfficer, at: datetime, lease: timedelta) -> Assistance:
    """Keep an officer's lease while they have the page open; what is not theirs stays as it is."""
    hold = assistance.hold
    if hold is None or hold.officer.staff_id != officer.staff_id or hold.until - at > lease / 2:
        return assistance
    return replace(assistance, hold=replace(hold, until=at + lease))


def answered(assistance: Assistance, officer: ChatOfficer, at: datetime, lease: timedelta) -> Assistance:
    """Return the chat after an officer wrote to the citizen, who waits no longer.

    Raises:
        DomainError: `chat_not_yours`: they have not taken it, or another officer has it since.
    """
    require_hold(assistance, officer, at)
    return replace(take(assistance, officer, at, lease), waiting_since=None, reason=None)


def hand_over(assistance: Assistance, officer: ChatOfficer, to: ChatOfficer, at: datetime, lease: timedelta) -> Assistance:
    """Give the chat to another officer, for whom it waits from now on.

    Raises:
        DomainError: `chat_not_yours`.
    """
    hold = require_hold(assistance, officer, at)
    waiting = call(assistance, WaitingReason.ASKED, at)
    return replace(waiting, hold=replace(hold, officer=to, until=at + lease, acted_at=at))


def give_back(assistance: Assistance, officer: ChatOfficer, at: datetime) -> Assistance:
    """Give the chat back to the machine; nobody waits any more.

    Raises:
        DomainError: `chat_not_yours`.
    """
    require_hold(assistance, officer, at)
    return Assistance()


def require_hold(assistance: Assistance, officer: ChatOfficer, at: datetime) -> Hold:
    """Return the officer's hold; it counts beyond its lease as long as nobody else has taken the chat.

    Raises:
        DomainError: `chat_not_yours`.
    """
    hold = assistance.hold
    if hold is None or hold.officer.staff_id != officer.staff_id or not hold.is_silent(at):
        raise DomainError("chat_not_yours", "Take the chat first.")
    return hold


def _own(assistance: Assistance, officer: ChatOfficer, at: datetime) -> Hold | None:
    """Return the officer's own hold, if the chat is in their hands.

    Raises:
        DomainError: `chat_taken`.
    """
    hold = assistance.hold
    if hold is None:
        return None
    if hold.officer.staff_id != officer.staff_id:
        if hold.is_leased(at):
            raise DomainError("chat_taken", "Another officer has this chat.")
        return None
    return hold if hold.is_silent(at) else None
