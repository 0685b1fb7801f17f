"""What a business may send, with Meta's limits. Source: Meta, Cloud API reference, "Messages"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from deploy.simulators.whatsapp.errors import GraphError

Text20 = Annotated[str, StringConstraints(min_length=1, max_length=20)]
Text24 = Annotated[str, StringConstraints(min_length=1, max_length=24)]
Text60 = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Text72 = Annotated[str, StringConstraints(min_length=1, max_length=72)]
Text1024 = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Text4096 = Annotated[str, StringConstraints(min_length=1, max_length=4096)]

LIST_ROWS_MAX = 10
BUTTON_BODY_MAX = 1024


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TextPart(_Part):
    """A text message."""

    body: Text4096
    preview_url: bool = False


class MediaPart(_Part):
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


class Header(_Part):
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


class BodyText(_Part):
    """The body of an interactive message; a button message allows 1,024 of the 4,096 characters."""

    text: Text4096


class FooterText(_Part):
    """The footer of an interactive message."""

    text: Text60


class Reply(_Part):
    """What a reply button carries."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    title: Text20


class Button(_Part):
    """A reply button."""

    type: Literal["reply"]
    reply: Reply


class Row(_Part):
    """One line of a list."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    title: Text24
    description: Text72 | None = None


class Section(_Part):
    """A group of lines of a list."""

    title: Text24 | None = None
    rows: Annotated[list[Row], Field(min_length=1, max_length=LIST_ROWS_MAX)]


class UrlParameters(_Part):
    """The button of a call-to-action message."""

    display_text: Text20
    url: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class Action(_Part):
    """Buttons, a list or a link."""

    buttons: Annotated[list[Button], Field(min_length=1, max_length=3)] | None = None
    button: Text20 | None = None
    sections: Annotated[list[Section], Field(min_length=1, max_length=10)] | None = None
    name: str | None = None
    parameters: UrlParameters | None = None


class Interactive(_Part):
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


class TemplateLanguage(_Part):
    """The language of a template."""

    code: Annotated[str, StringConstraints(min_length=2, max_length=10)]
    policy: Literal["deterministic"] | None = None


class TemplateParameter(_Part):
    """A value for a variable, a header or a button."""

    type: Literal["text", "document", "image", "video", "payload", "currency", "date_time"]
    parameter_name: str | None = None
    text: Text1024 | None = None
    payload: Annotated[str, StringConstraints(max_length=128)] | None = None
    document: MediaPart | None = None
    image: MediaPart | None = None
    video: MediaPart | None = None
    currency: dict[str, Any] | None = None
    date_time: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _has_its_part(self) -> Self:
        if getattr(self, self.type) is None:
            raise ValueError(f"{self.type} is required")
        return self

    @property
    def media(self) -> MediaPart | None:
        """The file of a header parameter, if it is one."""
        return self.document or self.image or self.video


class TemplateComponent(_Part):
    """The values for one part of a template."""

    type: Literal["header", "body", "button"]
    sub_type: Literal["quick_reply", "url"] | None = None
    index: str | int | None = None
    parameters: list[TemplateParameter] = []


class TemplatePart(_Part):
    """An approved template with its values."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    language: TemplateLanguage
    components: list[TemplateComponent] = []

    def parameters(self, component: str) -> list[TemplateParameter]:
        """The values of one kind of component, in order."""
        return [value for part in self.components if part.type == component for value in part.parameters]


class Location(_Part):
    """A place."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class Reaction(_Part):
    """An emoji on an earlier message; empty takes it back."""

    message_id: str
    emoji: str = ""


class Context(_Part):
    """The message that is answered."""

    message_id: str


class Outbound(_Part):
    """A message of the business to one person: to a phone (`to`) or a business-scoped user id (`recipient`); `to` wins."""

    messaging_product: Literal["whatsapp"]
    recipient_type: Literal["individual"] = "individual"
    to: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None
    recipient: Annotated[str, StringConstraints(min_length=1, max_length=150)] | None = None
    type: Literal["text", "interactive", "document", "image", "audio", "video", "sticker", "template", "location", "reaction"] = "text"
    context: Context | None = None
    biz_opaque_callback_data: Annotated[str, StringConstraints(max_length=512)] | None = None
    text: TextPart | None = None
    interactive: Interactive | None = None
    document: MediaPart | None = None
    image: MediaPart | None = None
    audio: MediaPart | None = None
    video: MediaPart | None = None
    sticker: MediaPart | None = None
    template: TemplatePart | None = None
    location: Location | None = None
    reaction: Reaction | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.to is None and self.recipient is None:
            raise ValueError("to is required")
        if getattr(self, self.type) is None:
            raise ValueError(f"{self.type} is required")
        return self

    def media(self) -> list[MediaPart]:
        """Every file that the message carries."""
        found = [self.document, self.image, self.audio, self.video, self.sticker]
        if self.interactive is not None and self.interactive.header is not None:
            found.append(self.interactive.header.media)
        if self.template is not None:
            found += [value.media for value in self.template.parameters("header")]
        return [part for part in found if part is not None]


class TypingIndicator(_Part):
    """Shows "typing" to the person for up to 25 seconds."""

    type: Literal["text"]


class ReadReceipt(_Part):
    """Marks a message of the person as read, with a typing indicator if wanted."""

    messaging_product: Literal["whatsapp"]
    status: Literal["read"]
    message_id: str
    typing_indicator: TypingIndicator | None = None


def parse_outbound(body: Any) -> Outbound | ReadReceipt:
    """Read the body of POST /{phone-number-id}/messages.

    Raises:
        GraphError: 100, 131008 or 131009 with the parameter named in the details.
    """
    if not isinstance(body, dict):
        raise GraphError(100, details="The request body must be a JSON object.")
    model: type[Outbound | ReadReceipt] = ReadReceipt if "status" in body else Outbound
    try:
        return model.model_validate(body)
    except ValidationError as invalid:
        raise _graph_error(invalid.errors(include_input=False)[0]) from None


def _graph_error(first: ErrorDetails) -> GraphError:
    path = "".join(f"['{part}']" if index else str(part) for index, part in enumerate(first["loc"]))
    kind = first["type"]
    if kind == "missing" or first["msg"].endswith("is required"):
        return GraphError(131008, details=f"Parameter {path} is required: {first['msg']}." if path else first["msg"])
    if kind == "string_too_long":
        limit = first.get("ctx", {}).get("max_length")
        return GraphError(100, details=f"Param {path} must be at most {limit} characters long.")
    if kind == "extra_forbidden":
        return GraphError(100, details=f"Unexpected key {path}.")
    return GraphError(131009, details=f"Param {path}: {first['msg']}.")
