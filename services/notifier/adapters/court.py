"""Callbacks to courts, signed by Standard Webhooks (standardwebhooks.com), and the query whether one has arrived.

`POST {callback_url}` with `webhook-id` (the effect key, the same in every repeat), `webhook-timestamp` and `webhook-signature`;
`GET {callback_url}/{webhook-id}`, signed in the same way over an empty body: 2xx = has it, 404 = does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import httpx
import orjson
from standardwebhooks.webhooks import Webhook

from services.notifier.adapters.network import retry_after_seconds, what_happened
from services.notifier.domain.message import CourtCallback
from services.notifier.domain.outcome import Accepted, Known, Outcome, Refused
from shared.clock import Clock
from shared.faults import call_points, crash_point

_UNKNOWN_COURT: Final = Refused(status=0)  # no endpoint: nobody to tell until the setting has one and an operator retries


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A court's endpoint. `secret` is `whsec_…` (base64); `can_be_asked`: it answers the GET."""

    url: str
    secret: str = field(repr=False)
    can_be_asked: bool = True


class CourtCallbacks:
    """The callbacks to all courts of the settings."""

    def __init__(self, http: httpx.AsyncClient, endpoints: Mapping[str, Endpoint], clock: Clock) -> None:
        self._http = http
        self._endpoints = dict(endpoints)
        self._signers = {code: Webhook(endpoint.secret) for code, endpoint in endpoints.items()}
        self._clock = clock

    async def call(self, callback: CourtCallback) -> Outcome:
        endpoint = self._endpoints.get(callback.court)
        if endpoint is None:
            return _UNKNOWN_COURT
        body = orjson.dumps(
            {"type": callback.type, "timestamp": callback.occurred_at, "data": _readable(callback.data)}, option=orjson.OPT_UTC_Z
        )
        crash_point("before_call", "court")
        try:
            response = await self._http.post(
                endpoint.url, content=body, headers=self._sign(callback, body), extensions=call_points("court")
            )
        except httpx.HTTPError as error:
            return what_happened(error)
        crash_point("after_response_before_save", "court")
        if response.is_success:
            return Accepted()
        return Refused(response.status_code, None, retry_after_seconds(response, self._clock))

    async def has(self, callback: CourtCallback) -> Known:
        endpoint = self._endpoints.get(callback.court)
        if endpoint is None or not endpoint.can_be_asked:
            return Known.CANNOT_SAY
        url = f"{endpoint.url.rstrip('/')}/{quote(callback.reference, safe='')}"
        try:
            response = await self._http.get(url, headers=self._sign(callback, b""))
        except httpx.HTTPError:
            return Known.UNREACHABLE
        if response.is_success:
            return Known.YES
        if response.status_code == HTTPStatus.NOT_FOUND:
            return Known.NO
        if response.status_code in (HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED):
            return Known.CANNOT_SAY
        return Known.UNREACHABLE

    def _sign(self, callback: CourtCallback, body: bytes) -> dict[str, str]:
        at = self._clock()
        return {
            "content-type": "application/json",
            "webhook-id": callback.reference,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self._signers[callback.court].sign(callback.reference, at, body.decode()),
        }


def _readable(data: Iterable[tuple[str, object]]) -> dict[str, Any]:
    return {key: value for key, value in data if value is not None}
