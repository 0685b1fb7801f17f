"""The types of the dialogue's state machine: what a chat holds, what can happen to it, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from services.intake.domain.assistance import HOLD_LIFETIME, Assistance
from services.intake.domain.assistance import OfficerCalled as OfficerCalled
from services.intake.domain.files import RefusedFile, SentFile, UnfetchedFile
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.news import NewsChosen
from services.intake.domain.pace import SenderPace
from services.intake.domain.survey.questions import SurveyQuestions
from services.intake.domain.survey.talking import SurveyTalk
from services.intake.domain.understanding import Talk
from services.intake.domain.words import Intent
from shared.values import Attachment, Receipt


class Stage(StrEnum):
    """The stage of a chat."""

    MENU = "menu"
    ASKING = "asking"
    CONFIRMING = "confirming"
    RETURNED = "returned"
    """A request came back and waits to be mended; its first question was not asked yet."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The answers of a person so far. `began_at`: the time of the first message, which is their place in the queue.

    `answers`: by field, in the wire form of its type; of a group a list of rows, whose last may be unfinished. `closed`: groups that get no
    more rows, and optional fields that were passed over. `given`: paths of what was answered here, in that order.
    """

    service: str
    began_at: datetime
    form_version: int = 1
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    attachments: tuple[Attachment, ...] = ()
    closed: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    outreach_source: str | None = None
    needs_selfie: bool = False
    """Whether the contact had no valid link when the draft began."""
    mends: str | None = None
    """The id of the returned request that goes out again with these answers; None: a new one."""
    reasons: tuple[str, ...] = ()
    """Why that one was returned, each `code` or `code:field`."""
    is_reminded: bool = False
    """Whether the person was reminded of it."""
    loose: tuple[Attachment, ...] = ()
    """Photos that were sent before they were asked for, and that nobody has said yet which documents they are; their field is ""."""
    flaws_told: tuple[str, ...] = ()
    """The documents of which the person was told that the photo is hard to read: the next one is taken as it is."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """What an officer wants to know about a request. `is_shown`: it was sent in words; else a template asked to write first."""

    question_id: str
    request_id: str
    receipt: str
    text: str = field(repr=False)
    is_shown: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """A text that answered questions of the draft, by their paths."""

    wamid: str = field(repr=False)
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """The chat of one contact; it has the contact's id.

    `unmoved`: the wamids of texts since the chat last moved on: when one of them is edited, the new text is read as if it had been sent at
    first.
    """

    contact_id: str
    stage: Stage = Stage.MENU
    draft: Draft | None = None
    touched_at: datetime | None = None
    unmoved: tuple[str, ...] = field(default=(), repr=False)
    sources: tuple[Source, ...] = field(default=(), repr=False)
    """Which message gave which answers of the draft, so that an edit or a deletion counts."""
    asked: AskedQuestion | None = None
    """An officer's question; the next text without a draft is its answer."""
    offered: str = ""
    """The service that the chat told about last and that a "ya" begins."""
    choices: tuple[str, ...] = ()
    """The meanings that the chat offered last, for the person to say which."""
    assistance: Assistance = field(default_factory=Assistance)
    """Who waits for a person, and who has the chat: while an officer does, the machine is silent."""
    pace: SenderPace = field(default_factory=SenderPace)
    """How fast messages come, and what was said to the last ones."""
    parked: tuple[Draft, ...] = ()
    """Other drafts, kept while this one is filled in; one of each service at most, and none of that of `draft`."""
    expired: str = ""
    """The service of a draft that ended by silence; the person is told when they write again."""
    unclear: str = field(default="", repr=False)
    """An answer that may be one of several places; what is written next may say which."""
    preview: str = field(default="", repr=False)
    """The beginning of what was said last, for the list of chats."""
    survey: SurveyTalk | None = None
    """The survey that is being answered here."""

    @property
    def talk(self) -> Talk:
        """What the person's next words are said into."""
        return Talk(self.draft.service if self.draft else "", self.offered, self.choices)


@dataclass(frozen=True, slots=True)
class OtherContent:
    """A voice message, a video, a location: nothing we can read. `kind`: the name of its text, `kind.<kind>`."""

    kind: str = "unknown"


@dataclass(frozen=True, slots=True)
class EditedEarlier:
    """An edit of a text that came too late: the chat has moved on with the old text."""


@dataclass(frozen=True, slots=True)
class EditedAnswer:
    """An edit of a text that the open draft has taken as the answers to questions, by their paths."""

    paths: tuple[str, ...]
    intent: Intent


@dataclass(frozen=True, slots=True)
class Revoked:
    """A message that its sender deleted. `paths`: what the open draft has taken from it; `file_id`: of the file that it brought."""

    paths: tuple[str, ...]
    file_id: str = ""


Act: TypeAlias = Intent | SentFile | RefusedFile | UnfetchedFile | OtherContent | EditedEarlier | EditedAnswer | Revoked


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request of this contact that has not ended. `person_key` stands for the person it is about."""

    service: str
    person_key: str = field(repr=False)
    receipt: str


@dataclass(frozen=True, slots=True)
class DialogueContext:
    """What the dialogue may know besides the chat: the services, the time, the open requests, the source that a draft begun now is due to.

    `today` is the office's day. `wamid` is the id of the message; for an edit, the id of the message that was edited.
    """

    menu: ServiceMenu
    at: datetime
    today: date
    open_requests: tuple[OpenRequest, ...] = ()
    outreach_source: str | None = None
    wamid: str = field(default="", repr=False)
    is_linked: bool = False
    """Whether the contact has a valid link."""
    is_at_limit: bool = False
    """Whether the contact has filed as many requests today as it may."""
    chat_kept_days: float = 90.0
    """How long what is said in a chat is kept."""
    answer_by: datetime | None = None
    """By when an officer answers whoever calls one now; None: within a day."""

    takes_news: bool | None = None
    """Whether the person wants news of the office; None: they never said."""
    full_days: frozenset[date] = frozenset()  # not offered to come on
    survey: SurveyQuestions = field(default_factory=SurveyQuestions)

    @property
    def promised_by(self) -> datetime:
        """By when an officer answers whoever calls one now."""
        return self.answer_by or self.at + HOLD_LIFETIME


@dataclass(frozen=True, slots=True)
class Button:
    """A reply button: the id that comes back when it is pressed, and its title."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a list that is chosen from: the id that comes back, a line about it, and its title; "": that of the button of this id."""

    id: str
    about: str | Say = ""
    title: str | Say = ""


@dataclass(frozen=True, slots=True)
class Say:
    """An answer: the name of its text.

    `values` fill the text's placeholders: words, a sentence, or several sentences, a line each. `buttons`: three at most, by the id of one
    that has a title of its own, or with its title. `rows`: ten at most, a list to choose from in place of buttons. `otherwise`: names of
    the texts that serve where the first is not there.
    """

    text: str
    values: Mapping[str, str | Say | tuple[Say, ...]] = field(default_factory=dict)
    buttons: tuple[str | Button, ...] = ()
    otherwise: tuple[str, ...] = ()
    rows: tuple[ListRow, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusAsked:
    """A question how a request stands; about all of the person's requests where `receipt` is None."""

    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class MendAsked:
    """A person wants to mend a returned request; no draft is open."""


@dataclass(frozen=True, slots=True)
class KkNumberUnknown:
    """Somebody does not know the number of the family card that is asked for; it may be known from a request of theirs."""


@dataclass(frozen=True, slots=True)
class ResendAsked:
    """Somebody wants a document again that was sent to them."""


@dataclass(frozen=True, slots=True)
class SurveyTapped:
    """What somebody does in the survey, as `survey.talking.read_tap` reads it. `text`: free words."""

    tap: str = field(repr=False)
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FormCompleted:
    """A form that the person confirmed: a request can be made of it, or a returned one go out again."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class FilesDropped:
    """Files that nobody needs any more: the draft was cancelled or expired."""

    file_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfficerAnswered:
    """A text that answers an officer's question."""

    question: AskedQuestion
    text: str = field(repr=False)


Fact: TypeAlias = (
    Say
    | OfficerCalled
    | StatusAsked
    | MendAsked
    | KkNumberUnknown
    | ResendAsked
    | SurveyTapped
    | FormCompleted
    | FilesDropped
    | OfficerAnswered
    | NewsChosen
)
Outcome: TypeAlias = tuple[Conversation, tuple[Fact, ...]]
