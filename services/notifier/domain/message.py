"""The messages that can be sent, free of any provider's wire format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Button:
    """A quick answer. `id` comes back in the webhook; `title` is what the person reads, at most 20 characters."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """A row of a list to choose from: its title has at most 24 characters, the line about it 72."""

    id: str
    title: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A chat message: text, with up to three buttons, or in their place a list of up to ten rows, opened by `list_title`."""

    text: str
    buttons: tuple[Button, ...] = ()
    rows: tuple[ReplyRow, ...] = ()
    list_title: str = ""


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A document held by issuance: fetched, checked against `sha256` (hex) and uploaded only when its turn comes."""

    document_id: str
    sha256: str
    file_name: str


@dataclass(frozen=True, slots=True)
class DocumentMessage:
    """A document sent into the chat, with the text that stands under it."""

    file: DocumentFile
    caption: str


@dataclass(frozen=True, slots=True)
class Template:
    """An approved template: all that may be sent when the person's last message is older than 24 hours.

    `parameters` fill {{1}}, {{2}}, … of its body in order; `file` is its document header where it has one.
    """

    name: str
    language: str
    parameters: tuple[str, ...] = ()
    file: DocumentFile | None = None


@dataclass(frozen=True, slots=True)
class CourtCallback:
    """A callback to a court: an event of our callback contract about its own case, signed when it is sent.

    `reference` is the name under which the court can be asked afterwards whether it has this callback.
    """

    court: str
    reference: str
    type: str
    occurred_at: datetime
    data: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class RecordOnly:
    """A notice that is recorded and not sent: the channel adapter reads the state itself."""


Message: TypeAlias = Reply | DocumentMessage | Template | CourtCallback | RecordOnly


def file_of(message: Message) -> DocumentFile | None:
    """Return the document that must be uploaded before this message can leave."""
    match message:
        case DocumentMessage(file=file):
            return file
        case Template(file=file):
            return file
        case _:
            return None
