"""Signed webhooks to the business: at least once, retried with backoff, in lanes, batched when asked.

Source: Meta, "Webhooks": X-Hub-Signature-256 over the raw body, no order promised, retried until answered 2xx.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from deploy.simulators.http_wire import Broken, Http, request
from deploy.simulators.whatsapp.faults import Faults
from deploy.simulators.whatsapp.settings import Settings
from shared.backoff import Backoff
from shared.clock import Clock

_TAKEN: Final = range(200, 300)  # HTTP statuses that Meta takes for an answer
FAILURES_SHOWN: Final = 50  # the last refusals of the business, for the one who looks for the cause


@dataclass(frozen=True, slots=True)
class Change:
    """One message or status for the business. `label` is `message` or the status; `lane_key` keeps a person's changes together."""

    value: dict[str, Any]
    label: str
    lane_key: str
    recipients: tuple[str, ...]
    on_answered: Callable[[], None] | None = None
    field: str = "messages"


@dataclass(slots=True)
class Parcel:
    """What goes in one POST; the same bytes at every attempt."""

    changes: list[Change]
    body: bytes
    attempt: int = 0


@dataclass(slots=True)
class Tally:
    """Counts since the start."""

    posts: int = 0
    changes: int = 0
    answered: int = 0
    retried: int = 0
    dropped: int = 0
    overflowed: int = 0
    failures: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=FAILURES_SHOWN))


class Postman:
    """Delivers changes to the webhook of the business. `start` before use; `stop` forgets what waits."""

    def __init__(self, settings: Settings, faults: Faults, clock: Clock, on_progress: Callable[[], None]) -> None:
        self._settings = settings
        self._faults = faults
        self._clock = clock
        self._on_progress = on_progress
        self._lanes: list[asyncio.Queue[Parcel]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._timers: set[asyncio.TimerHandle] = set()
        self._http = Http(settings.webhook_url)
        self.url = settings.webhook_url
        self.tally = Tally()
        self.pending = 0
        self.failing = False

    def start(self) -> None:
        """Start the lanes in the running loop."""
        self._lanes = [asyncio.Queue() for _ in range(self._settings.webhook_lanes)]
        self._tasks = [asyncio.create_task(self._run(lane), name=f"webhook-lane-{index}") for index, lane in enumerate(self._lanes)]

    async def stop(self) -> None:
        """Stop the lanes."""
        for timer in self._timers:
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._http.close()

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Run `act` after a while, unless stopped before."""
        loop = asyncio.get_running_loop()

        def strike() -> None:
            self._timers.discard(handle)
            act()

        handle = loop.call_later(seconds, strike)
        self._timers.add(handle)

    def post(self, change: Change) -> None:
        """Hand a change in; the webhook faults strike here."""
        if self._faults.at_webhook("webhook_drop", recipients=change.recipients, label=change.label):
            self.tally.dropped += 1
            return
        copies = 2 if self._faults.at_webhook("webhook_duplicate", recipients=change.recipients, label=change.label) else 1
        delay = self._faults.at_webhook("webhook_delay", recipients=change.recipients, label=change.label)
        for _ in range(copies):
            if self.pending >= self._settings.webhook_pending_max:
                self.tally.overflowed += 1
                return
            self.pending += 1
            parcel = Parcel([change], self._body([change]))
            if delay is None:
                self._lane(change).put_nowait(parcel)
            else:
                self._again(parcel, delay.milliseconds / 1000)
        self._on_progress()

    def _lane(self, change: Change) -> asyncio.Queue[Parcel]:
        return self._lanes[hash(change.lane_key) % len(self._lanes)]

    async def _run(self, lane: asyncio.Queue[Parcel]) -> None:
        while True:
            parcel = await lane.get()
            if self._settings.webhook_batch_max > 1 and parcel.attempt == 0:
                parcel = self._batch(parcel, lane)
            await self._deliver(parcel)

    def _batch(self, parcel: Parcel, lane: asyncio.Queue[Parcel]) -> Parcel:
        changes = list(parcel.changes)
        while len(changes) < self._settings.webhook_batch_max and not lane.empty():
            following = lane.get_nowait()
            if following.attempt:
                lane.put_nowait(following)
                break
            changes += following.changes
        return Parcel(changes, self._body(changes))

    async def _deliver(self, parcel: Parcel) -> None:
        self.tally.posts += 1
        trouble = await self._send(parcel)
        if trouble is None:
            self._answered(parcel)
            return
        self.failing = True
        self.tally.retried += 1
        self.tally.failures.append(
            {"at": self._clock().isoformat(), "what": trouble, "attempt": parcel.attempt, "changes": len(parcel.changes)}
        )
        parcel.attempt += 1
        waits = Backoff(self._settings.webhook_retry_first_ms / 1000, self._settings.webhook_retry_max_seconds)
        self._again(parcel, waits.seconds(parcel.attempt))
        self._on_progress()

    async def send_bytes(self, body: bytes) -> int:
        """POST any bytes once, well signed; return the status of the answer."""
        return await self._post(body, self._settings.app_secret.get_secret_value().encode())

    async def _post(self, body: bytes, key: bytes) -> int:
        where = urlsplit(self.url)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
        }
        async with asyncio.timeout(self._settings.webhook_timeout_seconds):
            status, _ = await self._http.send(request("POST", where.path, body, headers, host=where.netloc))
        return status

    async def _send(self, parcel: Parcel) -> str | None:
        """POST once; return what went wrong, or None."""
        key = self._settings.app_secret.get_secret_value().encode()
        first = parcel.changes[0]
        if self._faults.at_webhook("webhook_bad_signature", recipients=first.recipients, label=first.label):
            key += b"-wrong"
        try:
            status = await self._post(parcel.body, key)
        except (Broken, OSError) as error:  # a time that is over is an OSError, too
            return type(error).__name__
        return None if status in _TAKEN else f"HTTP {status}"

    def _answered(self, parcel: Parcel) -> None:
        self.failing = False
        self.pending -= len(parcel.changes)
        self.tally.answered += 1
        self.tally.changes += len(parcel.changes)
        for change in parcel.changes:
            if change.on_answered is not None:
                change.on_answered()
        self._on_progress()

    def _again(self, parcel: Parcel, seconds: float) -> None:
        self.later(seconds, lambda: self._lane(parcel.changes[0]).put_nowait(parcel))

    def _body(self, changes: list[Change]) -> bytes:
        """Meta escapes everything beyond ASCII: a receiver that signs re-encoded JSON instead of the raw bytes fails here."""
        entry = {
            "id": self._settings.business_account_id,
            "changes": [{"value": change.value, "field": change.field} for change in changes],
        }
        return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, separators=(",", ":")).encode()


def envelope(settings: Settings, **rest: Any) -> dict[str, Any]:
    """Return the `value` of a change: metadata of the business number and the rest."""
    metadata = {"display_phone_number": settings.display_phone_number, "phone_number_id": settings.phone_number_id}
    return {"messaging_product": "whatsapp", "metadata": metadata, **rest}


def seconds_text(at: datetime) -> str:
    """Return a timestamp as Meta writes it: a string of Unix seconds."""
    return str(int(at.timestamp()))
