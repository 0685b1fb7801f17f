"""Sends decisions to intake, signed by Standard Webhooks, again and again until answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import httpx
import orjson
from standardwebhooks import Webhook

from deploy.simulators.court.decisions import Attempt, Sent, payload
from deploy.simulators.court.settings import Settings
from shared.backoff import Backoff
from shared.clock import Clock, monotonic_seconds

WRONG_SECRET: Final = "whsec_" + "d3Jvbmc" * 5 + "d"  # for deliveries that must be refused
ANSWER_MAX_CHARACTERS: Final = 2_000


class Sender:
    """One task per decision under way."""

    def __init__(self, settings: Settings, clock: Clock, on_change: Callable[[Sent], None]) -> None:
        self._settings = settings
        self._clock = clock
        self._on_change = on_change
        self._client = httpx.AsyncClient(timeout=settings.send_timeout_seconds, trust_env=False)
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, sent: Sent) -> None:
        """Begin sending."""
        task = asyncio.create_task(self._run(sent), name=f"decision-{sent.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Give up what is under way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    async def _run(self, sent: Sent) -> None:
        waits = Backoff(self._settings.retry_first_ms / 1000, self._settings.retry_max_seconds)
        for number in range(1, self._settings.retry_attempts + 1):
            attempt = await self._attempt(sent)
            sent.attempts.append(attempt)
            if attempt.status is not None and attempt.status < httpx.codes.INTERNAL_SERVER_ERROR:
                good = attempt.status < httpx.codes.MULTIPLE_CHOICES
                if good or attempt.status != httpx.codes.TOO_MANY_REQUESTS:
                    sent.state = "accepted" if good else "refused"
                    self._on_change(sent)
                    return
            self._on_change(sent)
            await asyncio.sleep(waits.seconds(number))
        sent.state = "given_up"
        self._on_change(sent)

    async def _attempt(self, sent: Sent) -> Attempt:
        at, started = self._clock(), monotonic_seconds()
        body = orjson.dumps(payload(sent))
        try:
            response = await self._client.post(self._settings.decisions_url, content=body, headers=self._headers(sent, body))
        except (httpx.HTTPError, OSError) as error:
            return Attempt(at, None, monotonic_seconds() - started, {"error": type(error).__name__})
        return Attempt(at, response.status_code, monotonic_seconds() - started, _answer(response))

    def _headers(self, sent: Sent, body: bytes) -> dict[str, str]:
        at = self._clock() - timedelta(seconds=sent.age_seconds)
        secret = WRONG_SECRET if sent.bad_signature else self._secret(sent)
        return {
            "Content-Type": "application/json",
            "webhook-id": sent.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(sent.id, at, body.decode()),
        }

    def _secret(self, sent: Sent) -> str:
        general = self._settings.general_decision_secret
        is_general = sent.decision.get("court_code") == self._settings.general_code
        return (general if is_general and general is not None else self._settings.decision_secret).get_secret_value()


def _answer(response: httpx.Response) -> Any:
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {"text": response.text[:ANSWER_MAX_CHARACTERS]}
