"""Parts of a message: text, files, buttons, lists, with Meta's limits. Source: Meta, Cloud API reference, "Messages"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text20 = Annotated[str, StringConstraints(min_length=1, max_length=20)]
Text24 = Annotated[str, StringConstraints(min_length=1, max_length=24)]
Text60 = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Text72 = Annotated[str, StringConstraints(min_length=1, max_length=72)]
Text1024 = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Text4096 = Annotated[str, StringConstraints(min_length=1, max_length=4096)]

LIST_ROWS_MAX = 10
BUTTON_BODY_MAX = 1024


class Part(BaseModel):
    """A part of a message; Meta refuses keys that it doesn't know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TextPart(Part):
    """A text message."""

    body: Text4096
    preview_url: bool = False


class MediaPart(Part):
    """A file by uploaded id or by link, never both."""

    id: str | None = None
    link: str | None = None
    caption: Text1024 | None = None
    filename: Annotated[str, StringConstraints(max_length=240)] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.id is None) == (self.link is None):
            raise ValueError("give exactly one of id and link")
        return self


class Header(Part):
    """The header of an interactive message."""

    type: Literal["text", "document", "image", "video"]
    text: Text60 | None = None
    document: MediaPart | None = None
    image: MediaPart | None = None
    video: MediaPart | None = None

    @model_validator(mode="after")
    def _has_its_part(self) -> Self:
        if getattr(self, self.type) is None:
            raise ValueError(f"{self.type} is required")
        return self

    @property
    def media(self) -> MediaPart | None:
        """The file of the header, if it has one."""
        return self.document or self.image or self.video


class BodyText(Part):
    """The body of an interactive message; a button message allows 1,024 of the 4,096 characters."""

    text: Text4096


class FooterText(Part):
    """The footer of an interactive message."""

    text: Text60


class Reply(Part):
    """What a reply button carries."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    title: Text20


class Button(Part):
    """A reply button."""

    type: Literal["reply"]
    reply: Reply


class Row(Part):
    """One line of a list."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    title: Text24
    description: Text72 | None = None


class Section(Part):
    """A group of lines of a list."""

    title: Text24 | None = None
    rows: Annotated[list[Row], Field(min_length=1, max_length=LIST_ROWS_MAX)]


class UrlParameters(Part):
    """The button of a call-to-action message."""

    display_text: Text20
    url: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class Action(Part):
    """Buttons, a list or a link."""

    buttons: Annotated[list[Button], Field(min_length=1, max_length=3)] | None = None
    button: Text20 | None = None
    sections: Annotated[list[Section], Field(min_length=1, max_length=10)] | None = None
    name: str | None = None
    parameters: UrlParameters | None = None


class Interactive(Part):
    """A message with reply buttons, a list or a link button."""

    type: Literal["button", "list", "cta_url", "location_request_message"]
    header: Header | None = None
    body: BodyText
    footer: FooterText | None = None
    action: Action

    @model_validator(mode="after")
    def _limits(self) -> Self:
        if self.type == "button":
            _check_buttons(self)
        elif self.type == "list":
            _check_list(self.action)
        elif self.type == "cta_url" and self.action.parameters is None:
            raise ValueError("action.parameters is required")
        return self


def _check_buttons(message: Interactive) -> None:
    buttons = message.action.buttons
    if not buttons:
        raise ValueError("action.buttons is required")
    if len(message.body.text) > BUTTON_BODY_MAX:
        raise ValueError("body.text must be at most 1024 characters long")
    _distinct("button ids", [button.reply.id for button in buttons])
    _distinct("button titles", [button.reply.title for button in buttons])


def _check_list(action: Action) -> None:
    if action.button is None or not action.sections:
        raise ValueError("action.button and action.sections are required")
    rows = [row for section in action.sections for row in section.rows]
    if len(rows) > LIST_ROWS_MAX:
        raise ValueError("total rows must be at most 10")
    if len(action.sections) > 1 and any(section.title is None for section in action.sections):
        raise ValueError("a title is required for each of several sections")
    _distinct("row ids", [row.id for row in rows])


def _distinct(what: str, values: Sequence[str]) -> None:
    if len(set(values)) != len(values):
        raise ValueError(f"{what} must be unique")
