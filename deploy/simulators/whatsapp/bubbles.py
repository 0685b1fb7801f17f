"""From a message on the wire to what the chat page draws."""

from __future__ import annotations

from typing import Any

from deploy.simulators.whatsapp.media import MediaStore
from deploy.simulators.whatsapp.messages import Outbound
from deploy.simulators.whatsapp.parts import Interactive, MediaPart
from deploy.simulators.whatsapp.templates import Templates, template_content


def draw(message: Outbound, files: MediaStore, templates: Templates) -> dict[str, Any]:
    """Return the content of a bubble: `type`, and of text, header, footer, buttons, list, media, link, location what there is."""
    content: dict[str, Any] = {"type": message.type}
    if message.text is not None:
        content["text"] = message.text.body
    elif message.interactive is not None:
        content |= _interactive(message.interactive)
    elif message.template is not None:
        content |= template_content(templates.check(message.template), message.template)
    elif message.location is not None:
        content["location"] = message.location.model_dump(exclude_none=True)
    elif message.reaction is not None:
        content["text"] = message.reaction.emoji
    media = message.media()
    if media:
        content["media"] = _media(media[0], files)
    if message.type in ("document", "image", "video") and media and media[0].caption:
        content["text"] = media[0].caption
    if message.context is not None:
        content["reply_to"] = message.context.message_id
    return content


def _interactive(part: Interactive) -> dict[str, Any]:
    content: dict[str, Any] = {"text": part.body.text}
    if part.header is not None and part.header.text:
        content["header"] = part.header.text
    if part.footer is not None:
        content["footer"] = part.footer.text
    if part.action.buttons:
        content["buttons"] = [{"id": button.reply.id, "title": button.reply.title} for button in part.action.buttons]
    if part.action.sections:
        content["list"] = {
            "button": part.action.button,
            "sections": [section.model_dump(exclude_none=True) for section in part.action.sections],
        }
    if part.action.parameters:
        content["link"] = {"title": part.action.parameters.display_text, "url": part.action.parameters.url}
    return content


def _media(part: MediaPart, files: MediaStore) -> dict[str, Any]:
    stored = files.get(part.id) if part.id else None
    if stored is None:
        return {"link": part.link, "filename": part.filename}
    return {
        "id": stored.id,
        "mime_type": stored.mime_type,
        "filename": part.filename or stored.filename,
        "size_bytes": len(stored.data),
        "sha256": stored.sha256,
    }
