"""The words of the dialogue's state machine: what a chat holds, what can happen to it, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from services.intake.domain.forms import ServiceMenu
from services.intake.domain.words import Intent
from shared.values import Attachment, KkNumber, Nik, Receipt


class Stage(StrEnum):
    """Where a chat stands."""

    MENU = "menu"
    ASKING = "asking"
    CONFIRMING = "confirming"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has told so far. `began_at`: the first message, which is their place in the queue."""

    service: str
    began_at: datetime
    nik: Nik | None = None
    kk_number: KkNumber | None = None
    attachments: tuple[Attachment, ...] = ()
    outreach_source: str | None = None
    needs_selfie: bool = False
    """Whether the contact was nobody's, as far as is proven, when it began."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat with one contact, whose id it has.

    `outreach_source`: what brought the person first, until a request is filed. `unmoved`: the texts since the chat last moved on, by wamid:
    when one of them is edited, it is read as if it had been sent so.
    """

    contact_id: str
    stage: Stage = Stage.MENU
    draft: Draft | None = None
    touched_at: datetime | None = None
    outreach_source: str | None = None
    unmoved: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class SentFile:
    """A photo or PDF arrived and is stored."""

    file_id: str
    media_type: str
    size_bytes: int
    sha256: str


class FileTrouble(StrEnum):
    """Why a file can't be used. Each has a sentence that says what to send instead."""

    WRONG_TYPE = "wrong_type"
    TOO_LARGE = "too_large"
    NOT_READABLE = "not_readable"
    SAME_FILE = "same_file"


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file arrived that can't be used."""

    trouble: FileTrouble


@dataclass(frozen=True, slots=True)
class UnfetchedFile:
    """A file arrived at a moment where none was asked for: it was left with the provider."""


@dataclass(frozen=True, slots=True)
class OtherContent:
    """A voice message, a sticker, a location: nothing we can read."""


@dataclass(frozen=True, slots=True)
class EditedEarlier:
    """A text was edited that the chat has long taken as it was."""


Act: TypeAlias = Intent | SentFile | RefusedFile | UnfetchedFile | OtherContent | EditedEarlier


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request of this contact that has not ended."""

    service: str
    nik: str
    receipt: str


@dataclass(frozen=True, slots=True)
class DialogueContext:
    """What the dialogue may know besides the chat: what the desk offers, the time, what is open, what brought the person here.

    `wamid` names the message; of an edited one, the message that was edited.
    """

    menu: ServiceMenu
    at: datetime
    open_requests: tuple[OpenRequest, ...] = ()
    outreach_source: str | None = None
    wamid: str = field(default="", repr=False)
    is_linked: bool = False
    """Whether the contact is proven to be a person's."""
    is_at_limit: bool = False
    """Whether the contact has filed as many requests today as it may."""


@dataclass(frozen=True, slots=True)
class Say:
    """Answer with the text of that name. `values` fill its places; `buttons` are button ids, three at most."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusAsked:
    """The person wants to know how a request stands; of no number in particular where `receipt` is None."""

    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class FormCompleted:
    """The person confirmed: a request can be made of it."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class FilesDropped:
    """These files are of no use any more: the person or time gave the draft up."""

    file_ids: tuple[str, ...]


Fact: TypeAlias = Say | StatusAsked | FormCompleted | FilesDropped
Outcome: TypeAlias = tuple[Conversation, tuple[Fact, ...]]
