"""Signed callbacks that come back from the pipeline: verified, kept once by webhook-id, and askable by it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from standardwebhooks import Webhook, WebhookVerificationError


class BadSignatureError(Exception):
    """The callback was not signed by who it should be, or is too old."""


class BadBodyError(Exception):
    """A signed callback that is no JSON object."""


@dataclass(slots=True)
class Callback:
    """A callback as it came first; `deliveries` counts it and its repetitions."""

    id: str
    at: datetime
    body: dict[str, Any]
    decision_id: str | None = None
    deliveries: int = 1
    answered: bool = True

    def view(self) -> dict[str, Any]:
        """Return the callback as the control API shows it."""
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "type": self.body.get("type"),
            "data": self.body.get("data", self.body),
            "decision_id": self.decision_id,
            "deliveries": self.deliveries,
            "answered": self.answered,
        }


class Callbacks:
    """What came back, latest last; the oldest make room."""

    def __init__(self, secrets: Sequence[str], maximum: int) -> None:
        self._webhooks = [Webhook(secret) for secret in secrets]
        self._held: OrderedDict[str, Callback] = OrderedDict()
        self._maximum = maximum
        self.total = 0
        self.repeated = 0
        self.bad_signatures = 0

    def check(self, raw: bytes, headers: dict[str, str]) -> None:
        """Hold the signature.

        Raises:
            BadSignatureError: not ours, or older than five minutes; it is counted.
        """
        if not any(_is_signed(webhook, raw, headers) for webhook in self._webhooks):
            self.bad_signatures += 1
            raise BadSignatureError

    def take(self, raw: bytes, headers: dict[str, str], at: datetime) -> tuple[Callback, bool]:
        """Verify and keep a callback; return it and whether it is new.

        Raises:
            BadSignatureError: not ours, or older than five minutes; it is counted.
            BadBodyError: signed, but no JSON object.
        """
        self.check(raw, headers)
        number = headers["webhook-id"]
        known = self._held.get(number)
        if known is not None:
            known.deliveries += 1
            self.repeated += 1
            return known, False
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError:
            raise BadBodyError from None
        if not isinstance(body, dict):
            raise BadBodyError
        self.total += 1
        callback = self._held[number] = Callback(number, at, body)
        if len(self._held) > self._maximum:
            self._held.popitem(last=False)
        return callback, True

    def restore(self, callbacks: list[Callback]) -> None:
        """Take back what came before, so that a repeat is known."""
        self._held |= {callback.id: callback for callback in callbacks}
        self.total = len(self._held)

    def get(self, number: str) -> Callback | None:
        """Return the callback with that webhook-id."""
        return self._held.get(number)

    def page(self, *, offset: int, limit: int, decision_id: str | None) -> list[Callback]:
        """Callbacks, oldest first."""
        wanted = [each for each in self._held.values() if decision_id in (None, each.decision_id)]
        return wanted[offset : offset + limit]


def _is_signed(webhook: Webhook, raw: bytes, headers: dict[str, str]) -> bool:
    try:
        webhook.verify(raw, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def references(body: dict[str, Any]) -> set[str]:
    """Return what a callback calls the decision: the court's own reference and the pipeline's case."""
    data = body.get("data", body)
    if not isinstance(data, dict):
        return set()
    return {str(data[name]) for name in ("reference", "decision_id", "case_id") if data.get(name)}
