"""Chats as officers read them: lists, the log of one, and who else looks at it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from services.intake.domain.assistance import ChatOfficer
from services.intake.domain.chat import Conversation
from services.intake.domain.chat_log import ChatEntry, ChatExchange
from services.intake.domain.contacts import ChatContact


class ChatView(StrEnum):
    """The lists of chats."""

    WAITING = "waiting"
    """Who waits for a person and nobody has, the longest first."""
    MINE = "mine"
    REST = "rest"
    """All that do not wait, the latest first."""


@dataclass(frozen=True, slots=True)
class ContactChat:
    """A chat with the one who writes in it."""

    contact: ChatContact
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class ChatPage:
    """A page of chats, and the cursor of the next page where there is one."""

    chats: tuple[ContactChat, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class ChatCounts:
    """How many wait, how many an officer has, and since when the first one waits."""

    waiting: int
    mine: int
    longest_since: datetime | None


@dataclass(frozen=True, slots=True)
class SearchText:
    """What chats are searched by; None where the words can't be meant so. All of it is personal.

    `in_messages`: whether the words are looked for in what was written too, not in names alone.
    """

    words: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)
    receipt: str | None = field(default=None, repr=False)
    nik: str | None = field(default=None, repr=False)
    in_messages: bool = True


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a chat's log: a message with its answer, or what an officer did."""

    at: datetime
    key: str
    what: ChatExchange | ChatEntry


@dataclass(frozen=True, slots=True)
class LogPage:
    """The latest lines of a chat, the oldest first; `before`: the cursor of the lines before them, where there are any."""

    lines: tuple[LogLine, ...]
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """An officer who has a chat open."""

    officer: ChatOfficer
    is_typing: bool


class ChatReader(Protocol):
    """Plain reads of chats, outside any unit of work."""

    async def page(self, view: ChatView, staff_id: str, at: datetime, after: str | None, limit: int) -> ChatPage:
        """Return one page of a list."""

    async def counts(self, staff_id: str, at: datetime) -> ChatCounts:
        """Return what the list's head says."""

    async def count_waiting(self, before: datetime) -> int:
        """Return in how many chats somebody waits for a person since before a moment."""

    async def promised(self, until: datetime, limit: int) -> Sequence[str]:
        """Return contacts to whom an officer was promised by a moment that is over, the longest ago first."""

    async def find(self, contact_id: str) -> ContactChat | None:
        """Return one chat, by its present contact where two became one; None where there is none."""

    async def search(self, text: SearchText, limit: int) -> Sequence[ContactChat]:
        """Return chats by name, number, receipt, NIK of a linked person, or words that were written."""

    async def log(self, contact_ids: Sequence[str], before: str | None, limit: int) -> LogPage:
        """Return a page of the log of one chat."""

    async def count_newer(self, since: datetime, limit: int) -> int:
        """Return in how many chats something happened since, counted up to `limit`."""

    async def count_lines(self, contact_ids: Sequence[str], since: datetime, limit: int) -> int:
        """Return how many lines the log of a chat got since, counted up to `limit`."""

    async def newest(self) -> Hashable:
        """Return what is another whenever something happened in any chat."""

    async def file_of(self, contact_ids: Sequence[str], file_id: str) -> bool:
        """Return whether a file came in this chat, or is one of its draft or of a request of its contact."""


class Visitors(Protocol):
    """Who looks at which chat, for a short time after each sign of life."""

    async def note(self, contact_id: str, officer: ChatOfficer, *, typing: bool) -> None:
        """Note a sign of life. `contact_id` "": of the list."""

    async def others(self, contact_id: str, staff_id: str) -> Sequence[Visitor]:
        """Return who else has the chat open now."""

    async def recent(self, staff_id: str) -> Sequence[ChatOfficer]:
        """Return who else worked here in the last hours: a chat may be handed over to them."""
