"""WhatsApp Business Cloud API, outgoing: messages and media.

Source: developers.facebook.com/docs/whatsapp/cloud-api/reference/messages and /media.
"""

from __future__ import annotations

from typing import Any, Final

import httpx
import orjson

from services.notifier.adapters.network import retry_after_seconds, what_happened
from services.notifier.domain.message import DocumentMessage, Message, Reply, Template
from services.notifier.domain.outcome import Accepted, Outcome, Refused, Unanswered
from shared.clock import Clock
from shared.faults import call_points, crash_point

_CALLBACK_DATA_MAX: Final = 512  # biz_opaque_callback_data


class WhatsApp:
    """The client of one business number."""

    def __init__(
        self, http: httpx.AsyncClient, *, base_url: str, version: str, phone_number_id: str, access_token: str, clock: Clock
    ) -> None:
        self._http = http
        self._node = f"{base_url.rstrip('/')}/{version}/{phone_number_id}"
        self._headers = {"Authorization": f"Bearer {access_token}"}
        self._clock = clock

    async def send(self, address: str, message: Message, *, media_id: str | None, effect_key: str) -> Outcome:
        """Send one message; never raises for what the provider or the network does.

        `effect_key` travels as `biz_opaque_callback_data` and comes back in every status of the message.
        """
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_recipient(address),
            "biz_opaque_callback_data": effect_key[:_CALLBACK_DATA_MAX],
            **_content(message, media_id),
        }
        headers = {**self._headers, "Content-Type": "application/json"}
        crash_point("before_call", "whatsapp")
        try:
            response = await self._http.post(
                f"{self._node}/messages", content=orjson.dumps(body), headers=headers, extensions=call_points("whatsapp")
            )
        except httpx.HTTPError as error:
            return what_happened(error)
        crash_point("after_response_before_save", "whatsapp")
        return self._read(response, lambda answer: answer["messages"][0]["id"])

    async def upload(self, content: bytes, *, file_name: str, media_type: str) -> Outcome:
        fields = {"messaging_product": "whatsapp", "type": media_type}
        files = {"file": (file_name, content, media_type)}
        crash_point("before_call", "upload")
        try:
            response = await self._http.post(
                f"{self._node}/media", data=fields, files=files, headers=self._headers, extensions=call_points("upload")
            )
        except httpx.HTTPError as error:
            return what_happened(error)
        crash_point("after_response_before_save", "upload")
        return self._read(response, lambda answer: answer["id"])

    def _read(self, response: httpx.Response, name: Any) -> Outcome:
        try:
            answer = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            answer = None
        if response.is_success:
            try:
                return Accepted(str(name(answer)))
            except (LookupError, TypeError):
                return Unanswered("answer_unreadable")
        error = answer.get("error") if isinstance(answer, dict) else None
        code = error.get("code") if isinstance(error, dict) else None
        return Refused(response.status_code, code if isinstance(code, int) else None, retry_after_seconds(response, self._clock))


def _recipient(address: str) -> dict[str, str]:
    # Since 2026 a person may be known by a business-scoped user id alone, which goes into a field of its own.
    return {"to": address} if address.isdigit() else {"recipient": address}


def _content(message: Message, media_id: str | None) -> dict[str, Any]:
    match message:
        case Reply(text=text, rows=(_, *_) as rows, list_title=title):
            listed = [{"id": row.id, "title": row.title} | ({"description": row.about} if row.about else {}) for row in rows]
            action = {"button": title, "sections": [{"rows": listed}]}
            return {"type": "interactive", "interactive": {"type": "list", "body": {"text": text}, "action": action}}
        case Reply(text=text, buttons=()):
            return {"type": "text", "text": {"body": text, "preview_url": False}}
        case Reply(text=text, buttons=buttons):
            replies = [{"type": "reply", "reply": {"id": button.id, "title": button.title}} for button in buttons]
            return {"type": "interactive", "interactive": {"type": "button", "body": {"text": text}, "action": {"buttons": replies}}}
        case DocumentMessage(file=file, caption=caption):
            return {"type": "document", "document": {"id": media_id, "filename": file.file_name, "caption": caption}}
        case Template():
            return {"type": "template", "template": _template(message, media_id)}
        case _:
            raise TypeError(f"{type(message).__name__} does not go to WhatsApp")


def _template(template: Template, media_id: str | None) -> dict[str, Any]:
    components: list[dict[str, Any]] = []
    if template.file is not None:
        header = {"type": "document", "document": {"id": media_id, "filename": template.file.file_name}}
        components.append({"type": "header", "parameters": [header]})
    if template.parameters:
        components.append({"type": "body", "parameters": [{"type": "text", "text": text} for text in template.parameters]})
    body: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    return body | ({"components": components} if components else {})
