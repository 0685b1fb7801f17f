"""A person's part in a chat: who waits for an officer and why, who has the chat, and until when. Pure.

Who was promised a person writes to that person: the machine is quiet until an officer takes the chat, until the time that was promised, or
until they go on with the machine of their own will. Their place in the queue stays in any case.
While an officer holds a chat the machine is silent; the draft stays as it is and goes on when the chat is given back. The lease says who
of the officers has it: it ends soon after they leave, so that another one may take it. The hold itself lasts longer, so that the machine
does not talk into a conversation between people.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.errors import DomainError

HOLD_LIFETIME: Final = timedelta(hours=24)
"""Without an act of an officer for so long the machine answers again: nobody may write into silence for longer than a day."""
MISREAD_MOST: Final = 3  # messages in a row that the machine did not understand before a person is called
IDLE_MOST: Final = 30  # messages in a row that led nowhere: somebody is lost, or a machine answers a machine
IDLE_LIFETIME: Final = timedelta(hours=1)  # whoever writes again after so long begins anew


class WaitingReason(StrEnum):
    """Why somebody waits for a person."""

    ASKED = "asked"
    NOT_UNDERSTOOD = "not_understood"
    ANSWERED = "answered"
    """The citizen wrote to an officer who had the chat."""
    COMPLAINED = "complained"
    """The citizen is not content."""
    TROUBLE = "trouble"
    """A message could not be handled: a defect of ours."""


@dataclass(frozen=True, slots=True)
class ChatWaits:
    """Somebody waits for a person from now on, or was promised one anew. `service`: of the open draft."""

    contact_id: str
    reason: WaitingReason
    since: datetime
    answer_by: datetime | None
    service: str | None


@dataclass(frozen=True, slots=True)
class ChatAttended:
    """Nobody waits in a chat any more: an officer answered, gave it back, or blocked the sender."""

    contact_id: str
    at: datetime


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
    """The part of people in a chat.

    `misread`: messages in a row that the machine did not understand; `idle`: that led nowhere. `answer_by`: by when an officer was
    promised, until that is kept or the person was told that it was not. `is_quiet`: the machine leaves what is written to that officer.
    """

    waiting_since: datetime | None = None
    reason: WaitingReason | None = None
    hold: Hold | None = None
    misread: int = 0
    idle: int = field(default=0, compare=False)  # a chat is the same chat after one more question
    answer_by: datetime | None = None
    is_quiet: bool = False

    def is_held(self, at: datetime) -> bool:
        """Return whether an officer has the chat, so that the machine is silent."""
        return self.hold is not None and self.hold.is_silent(at)

    def leaves_to_officers(self, at: datetime) -> bool:
        """Return whether what is written is for an officer who has not come yet."""
        return self.is_quiet and self.waiting_since is not None and self.answer_by is not None and at < self.answer_by

    def holder(self, at: datetime) -> ChatOfficer | None:
        """Return who has it now; None where anybody may take it."""
        return self.hold.officer if self.hold is not None and self.hold.is_leased(at) else None


def call(assistance: Assistance, reason: WaitingReason, at: datetime) -> Assistance:
    """Return the chat as waiting for a person; who waits already keeps the place, and the first reason."""
    if assistance.waiting_since is not None:
        return assistance
    return replace(assistance, waiting_since=at, reason=reason)


def promise(assistance: Assistance, reason: WaitingReason, at: datetime, by: datetime, *, is_quiet: bool = False) -> Assistance:
    """Return the chat as waiting for a person who was promised by a time; `is_quiet`: the machine makes room for them."""
    return replace(call(assistance, reason, at), misread=0, idle=0, answer_by=by, is_quiet=is_quiet)


def go_on(assistance: Assistance) -> Assistance:
    """Return the chat with the machine answering again; the place in the queue stays."""
    return replace(assistance, is_quiet=False)


def told_late(assistance: Assistance, at: datetime) -> Assistance | None:
    """Return the chat after its person was told that the promise is broken; None where none is."""
    if assistance.waiting_since is None or assistance.answer_by is None or at < assistance.answer_by or assistance.is_held(at):
        return None
    return replace(assistance, answer_by=None, is_quiet=False)


def heard(assistance: Assistance, at: datetime) -> Assistance:
    """Return the chat after a message that no machine answers, because an officer has it."""
    return call(assistance, WaitingReason.ANSWERED, at)


def counted(assistance: Assistance, *, is_misread: bool, is_idle: bool) -> Assistance:
    """Return the chat with the counts of what was not understood, and of what led nowhere, in a row."""
    return replace(assistance, misread=assistance.misread + 1 if is_misread else 0, idle=assistance.idle + 1 if is_idle else 0)


def needs_help(assistance: Assistance) -> bool:
    """Return whether the machine gets no further with whoever writes."""
    return assistance.misread >= MISREAD_MOST or assistance.idle >= IDLE_MOST


def take(assistance: Assistance, officer: ChatOfficer, at: datetime, lease: timedelta) -> Assistance:
    """Give the chat to an officer who takes it; whoever has it already keeps it for longer.

    Raises:
        DomainError: `chat_taken`: another officer has it.
    """
    hold = _own(assistance, officer, at)
    since = hold.since if hold is not None else at
    return replace(assistance, hold=Hold(officer, since, at + lease, at), misread=0, idle=0, answer_by=None, is_quiet=False)


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
