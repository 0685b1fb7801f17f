"""What was said in a chat, as officers read it: what the citizen wrote, what was answered, by whom, and notes among officers. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.intake.domain.assistance import ChatOfficer
from services.intake.domain.chat import OtherContent
from services.intake.domain.files import FileTrouble, RefusedFile, SentFile
from services.intake.domain.messages import Content, Deleted, Edited, MediaRef
from services.intake.domain.words import Intent

_KIND_CHARACTERS: Final = 40  # of a type that Meta may invent; the longest known one has 20
SURVEY: Final = "survey"
_PREVIEW_CHARACTERS: Final = 80  # of one line in the list of chats


class SaidKind(StrEnum):
    """What a message of the citizen was."""

    TEXT = "text"
    EDITED = "edited"
    PHOTO = "photo"
    DOCUMENT = "document"
    OTHER = "other"
    """A voice message, a video, a location: nothing that we keep."""
    DELETED = "deleted"
    """The sender deleted a message for everybody."""


@dataclass(frozen=True, slots=True)
class ChatExchange:
    """One message of the citizen and what the machine answered. `file_id`: of a file that was kept; `trouble`: why one was not."""

    contact_id: str
    kind: SaidKind
    said: str = field(default="", repr=False)
    answer: str = field(default="", repr=False)
    file_id: str | None = None
    media_type: str | None = None
    trouble: FileTrouble | None = None
    other: str = ""
    """Of a message that we can't read, what it was."""
    wording: str = ""
    """Of a text that was not understood, what the office reads of it: nothing that tells of the person."""


def exchange(contact_id: str, content: Content, file: SentFile | RefusedFile | None) -> ChatExchange:
    """Return a message as the log keeps it; its answer is added when it is known."""
    match content:
        case Intent():
            return ChatExchange(contact_id, SaidKind.TEXT, content.text)
        case Edited():
            return ChatExchange(contact_id, SaidKind.EDITED, content.intent.text)
        case MediaRef():
            kind = SaidKind.DOCUMENT if content.media_type == "application/pdf" else SaidKind.PHOTO
            stored = file if isinstance(file, SentFile) else None
            trouble = file.trouble if isinstance(file, RefusedFile) else None
            media_type = stored.media_type if stored else content.media_type
            return ChatExchange(contact_id, kind, "", "", stored.file_id if stored else None, media_type, trouble)
        case Deleted():
            return ChatExchange(contact_id, SaidKind.DELETED)
        case OtherContent():
            return ChatExchange(contact_id, SaidKind.OTHER, other=content.kind[:_KIND_CHARACTERS])
        case _:
            return ChatExchange(contact_id, SaidKind.OTHER)


def of_survey(contact_id: str) -> ChatExchange:
    """Return an answer to the survey as the log keeps it: that there was one."""
    return ChatExchange(contact_id, SaidKind.OTHER, other=SURVEY)


class EntryKind(StrEnum):
    """What officers put into a chat."""

    REPLY = "reply"
    NOTE = "note"
    """For officers alone; never sent."""
    TOOK = "took"
    HANDED_OVER = "handed_over"
    GAVE_BACK = "gave_back"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


@dataclass(frozen=True, slots=True)
class ChatEntry:
    """Something that an officer did in a chat. `text`: what was sent, noted, or told to the citizen; `to`: who got the chat."""

    entry_id: str
    contact_id: str
    kind: EntryKind
    at: datetime
    officer: ChatOfficer
    text: str = field(default="", repr=False)
    to: ChatOfficer | None = None
    template: str | None = None
    """Name of the approved template that was sent; None: a free message."""


def preview(text: str) -> str:
    """Return the beginning of what was said, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= _PREVIEW_CHARACTERS else f"{line[: _PREVIEW_CHARACTERS - 1]}…"
