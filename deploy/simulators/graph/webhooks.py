"""Signed webhooks to the business: at least once, retried until answered.

Source: developers.facebook.com/docs/instagram-platform/webhooks/examples; X-Hub-Signature-256 over the raw body with the app's secret.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import Any

import httpx

from deploy.simulators.graph.faults import Faults
from deploy.simulators.graph.settings import Settings
from shared.backoff import Backoff


class Messenger:
    """Delivers what people did. `start` before use; `stop` forgets what waits."""

    def __init__(self, settings: Settings, faults: Faults) -> None:
        self._settings = settings
        self._faults = faults
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None
        self.url = settings.webhook_url
        self.answered = 0
        self.failed = 0

    @property
    def pending(self) -> int:
        """How many are on their way."""
        return len(self._tasks)

    def start(self) -> None:
        """Open the connections."""
        self._client = httpx.AsyncClient(
            timeout=self._settings.webhook_timeout_seconds, headers={"User-Agent": "facebookexternalua"}, trust_env=False
        )

    async def stop(self) -> None:
        """Stop."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def tell(self, kind: str, entry: dict[str, Any]) -> None:
        """Tell of one thing; the webhook faults strike here. `kind`: `instagram` or `page`."""
        if self._faults.at_webhook("webhook_drop"):
            return
        body = json.dumps({"object": kind, "entry": [entry]}, separators=(",", ":")).encode()
        for _ in range(2 if self._faults.at_webhook("webhook_duplicate") else 1):
            task = asyncio.create_task(self._deliver(body))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, body: bytes) -> None:
        waits = Backoff(self._settings.webhook_retry_first_ms / 1000, self._settings.webhook_retry_max_seconds)
        attempt = 0
        while not await self._send(body):
            attempt += 1
            self.failed += 1
            await asyncio.sleep(waits.seconds(attempt))
        self.answered += 1

    async def _send(self, body: bytes) -> bool:
        key = self._settings.app_secret.get_secret_value().encode()
        if self._faults.at_webhook("webhook_bad_signature"):
            key += b"-wrong"
        signature = "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature}
        if self._client is None:
            return False
        try:
            return (await self._client.post(self.url, content=body, headers=headers)).is_success
        except (httpx.HTTPError, OSError):
            return False
