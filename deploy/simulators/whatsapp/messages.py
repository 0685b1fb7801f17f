"""What a business may send, whole. Source: Meta, Cloud API reference, "Messages"."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from deploy.simulators.whatsapp.errors import GraphError
from deploy.simulators.whatsapp.parts import Interactive, MediaPart, Part, Text1024, TextPart


class TemplateLanguage(Part):
    """The language of a template."""

    code: Annotated[str, StringConstraints(min_length=2, max_length=10)]
    policy: Literal["deterministic"] | None = None


class TemplateParameter(Part):
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


class TemplateComponent(Part):
    """The values for one part of a template."""

    type: Literal["header", "body", "button"]
    sub_type: Literal["quick_reply", "url"] | None = None
    index: str | int | None = None
    parameters: tuple[TemplateParameter, ...] = ()


class TemplatePart(Part):
    """An approved template with its values."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    language: TemplateLanguage
    components: tuple[TemplateComponent, ...] = ()

    def parameters(self, component: str) -> list[TemplateParameter]:
        """Return the values of one kind of component, in order."""
        return [value for part in self.components if part.type == component for value in part.parameters]


class Location(Part):
    """A place."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class Reaction(Part):
    """An emoji on an earlier message; empty takes it back."""

    message_id: str
    emoji: str = ""


class Context(Part):
    """The message that is answered."""

    message_id: str


class Outbound(Part):
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
        """Return every file that the message carries."""
        found = [self.document, self.image, self.audio, self.video, self.sticker]
        if self.interactive is not None and self.interactive.header is not None:
            found.append(self.interactive.header.media)
        if self.template is not None:
            found += [value.media for value in self.template.parameters("header")]
        return [part for part in found if part is not None]


class TypingIndicator(Part):
    """Shows "typing" to the person for up to 25 seconds."""

    type: Literal["text"]


class ReadReceipt(Part):
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
